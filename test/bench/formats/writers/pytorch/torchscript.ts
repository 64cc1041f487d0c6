/** TorchScript's archives, as tracing makes them: a module for each layer, its program as a text and its weights in entries of their own. */
import { zipOf } from '../../../../support/zip';
import { type Layer, type Network, product, weightsOf } from '../../network/description';
import { bytesOf, save, type Writer } from '../writer';
import { type Pickled, pickle } from './pickle';

/** Module of the class, and the class. `add` is no module. */
const classes: Readonly<Record<Layer['kind'], readonly [file: string, name: string] | null>> = {
  convolution: ['conv', 'Conv2d'],
  normalisation: ['batchnorm', 'BatchNorm2d'],
  maxPool: ['pooling', 'MaxPool2d'],
  dense: ['linear', 'Linear'],
  relu: ['activation', 'ReLU'],
  mean: ['pooling', 'AdaptiveAvgPool2d'],
  flatten: ['flatten', 'Flatten'],
  add: null,
};

const isBuffer = (weight: string) => weight.startsWith('running_');

/** The lines of a layer's forward method, on its input `x`. */
function program(layer: Layer): readonly string[] {
  switch (layer.kind) {
    case 'convolution': {
      const { stride, pad } = layer;
      const bias = layer.bias ? 'bias' : 'None';
      return [
        `return torch._convolution(x, weight, ${bias}, [${stride}, ${stride}], [${pad}, ${pad}], [1, 1], False, [0, 0], 1, False, False, True, True)`,
      ];
    }
    case 'normalisation':
      return [
        `return torch.batch_norm(x, weight, bias, running_mean, running_var, False, 0.10000000000000001, ${layer.epsilon}, True)`,
      ];
    case 'maxPool': {
      const { kernel, stride, pad } = layer;
      return [
        `return torch.max_pool2d(x, [${kernel}, ${kernel}], [${stride}, ${stride}], [${pad}, ${pad}], [1, 1], False)`,
      ];
    }
    case 'dense':
      return ['return torch.linear(x, weight, bias)'];
    case 'mean':
      return ['_0 = torch.adaptive_avg_pool2d(x, [1, 1])', 'return torch.flatten(_0, 1)'];
    case 'flatten':
      return ['return torch.flatten(x, 1)'];
    default:
      return ['return torch.relu(x)'];
  }
}

interface Module {
  readonly layer: Layer;
  /** `__torch__.torch.nn.modules.conv.___torch_mangle_3.Conv2d` */
  readonly className: string;
  readonly codePath: string;
}

function moduleCode({ layer, className }: Module): string {
  const weights = Object.keys(weightsOf(layer));
  const list = (names: readonly string[]) => `[${names.map((name) => `"${name}", `).join('')}]`;
  return [
    `class ${className.slice(className.lastIndexOf('.') + 1)}(Module):`,
    `  __parameters__ = ${list(weights.filter((name) => !isBuffer(name)))}`,
    `  __buffers__ = ${list(weights.filter(isBuffer))}`,
    ...weights.map((name) => `  ${name} : Tensor`),
    '  training : bool',
    `  def forward(self: ${className},`,
    '    x: Tensor) -> Tensor:',
    ...weights.map((name) => `    ${name} = self.${name}`),
    ...program(layer).map((line) => `    ${line}`),
    '',
  ].join('\n');
}

function networkCode(network: Network, modules: readonly Module[]): string {
  const value = (name: string) => (name === 'input' ? 'input' : `${name}_value`);
  const calls = network.layers.map(({ kind, name, inputs }) => {
    const [x = '', second = ''] = inputs.map(value);
    const result = kind === 'add' ? `torch.add(${x}, ${second})` : `(${name}).forward(${x}, )`;
    return `    ${value(name)} = ${result}`;
  });
  return [
    'class Network(Module):',
    '  __parameters__ = []',
    '  __buffers__ = []',
    '  training : bool',
    ...modules.map(({ layer, className }) => `  ${layer.name} : ${className}`),
    '  def forward(self: __torch__.network.Network,',
    '    input: Tensor) -> Tensor:',
    ...modules.map(({ layer }) => `    ${layer.name} = self.${layer.name}`),
    ...calls,
    `    return ${value(network.layers.at(-1)?.name ?? '')}`,
    '',
  ].join('\n');
}

/** A tensor over a storage of its own, the entry `data/<key>`. */
function tensor(key: number, dims: readonly number[], isParameter: boolean): Pickled {
  const int = (value: number): Pickled => ({ int: value });
  const storage: Pickled = {
    persistent: ['storage', { global: 'torch.FloatStorage' }, String(key), 'cpu', int(product(dims))],
  };
  const strides = dims.map((_, axis) => int(product(dims.slice(axis + 1))));
  return {
    call: 'torch._utils._rebuild_tensor_v2',
    args: [
      storage,
      int(0),
      { tuple: dims.map(int) },
      { tuple: strides },
      isParameter,
      { call: 'collections.OrderedDict', args: [] },
    ],
  };
}

export const torchscript: Writer = {
  id: 'torchscript',
  title: 'TorchScript',
  main: 'model.pt',
  write: (network, folder) => {
    const modules = network.layers.flatMap((layer, i): Module[] => {
      const own = classes[layer.kind];
      if (!own) return [];
      const path = ['torch', 'nn', 'modules', own[0], `___torch_mangle_${i}`];
      const className = ['__torch__', ...path, own[1]].join('.');
      return [{ layer, className, codePath: `code/__torch__/${path.join('/')}.py` }];
    });
    const storages: Uint8Array[] = [];
    const objects = modules.map(({ layer, className }): readonly [string, Pickled] => {
      const weights = Object.entries(weightsOf(layer)).map(([name, { dims, data }]): readonly [string, Pickled] => {
        storages.push(bytesOf(data));
        return [name, tensor(storages.length - 1, dims, !isBuffer(name))];
      });
      return [layer.name, { object: className, state: [...weights, ['training', false]] }];
    });
    const root = pickle({ object: '__torch__.network.Network', state: [['training', false], ...objects] });
    const text = (name: string, content: string) => ({ name: `model/${name}`, bytes: Buffer.from(content) });
    const archive = zipOf([
      { name: 'model/data.pkl', bytes: root },
      text('.format_version', '1'),
      text('byteorder', 'little'),
      text('code/__torch__/network.py', networkCode(network, modules)),
      ...modules.map((module) => text(module.codePath, moduleCode(module))),
      ...storages.map((bytes, key) => ({ name: `model/data/${key}`, bytes })),
      { name: 'model/constants.pkl', bytes: pickle({ tuple: [] }) },
      text('version', '3\n'),
    ]);
    save(folder, 'model.pt', archive);
  },
};
