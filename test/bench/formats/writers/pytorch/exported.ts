/** torch.export's archives (.pt2): the graph in its training form as a text, each weight in an entry of its own. */
import { zipOf } from '../../../../support/zip';
import { type Layer, type Network, product, type Weight, weightsOf } from '../../network/description';
import { bytesOf, save, type Writer } from '../writer';

const tensor = (name: string) => ({ as_tensor: { name } });
const input = (name: string, arg: object) => ({ name, arg, kind: 1 });
const ints = (...values: number[]) => ({ as_ints: values });

function meta(dims: readonly number[], isParameter: boolean): object {
  return {
    dtype: 7,
    sizes: dims.map((size) => ({ as_int: size })),
    requires_grad: isParameter,
    device: { type: 'cpu', index: null },
    strides: dims.map((_, axis) => ({ as_int: product(dims.slice(axis + 1)) })),
    storage_offset: { as_int: 0 },
    layout: 7,
  };
}

const isBuffer = (weight: string) => weight.startsWith('running_');
const placeholder = (layer: string, weight: string) => `${isBuffer(weight) ? 'b' : 'p'}_${layer}_${weight}`;

/** One call for each layer, with those arguments that are not at their defaults, as torch.export has them. */
function call(layer: Layer): object {
  const { name, inputs } = layer;
  const [x = '', second = ''] = inputs;
  const weight = (part: string) => input(part, tensor(placeholder(name, part)));
  const node = (target: string, args: readonly object[]) => ({
    target: `torch.ops.aten.${target}`,
    inputs: args,
    outputs: [tensor(name)],
    metadata: {},
    is_hop_single_tensor_return: null,
    name,
  });
  switch (layer.kind) {
    case 'convolution':
      return node('conv2d.default', [
        input('input', tensor(x)),
        weight('weight'),
        layer.bias ? weight('bias') : input('bias', { as_none: true }),
        input('stride', ints(layer.stride, layer.stride)),
        input('padding', ints(layer.pad, layer.pad)),
      ]);
    case 'normalisation':
      return node('batch_norm.default', [
        input('input', tensor(x)),
        ...['weight', 'bias', 'running_mean', 'running_var'].map(weight),
        input('training', { as_bool: false }),
        input('momentum', { as_float: 0.1 }),
        input('eps', { as_float: layer.epsilon }),
        input('cudnn_enabled', { as_bool: true }),
      ]);
    case 'maxPool':
      return node('max_pool2d.default', [
        input('self', tensor(x)),
        input('kernel_size', ints(layer.kernel, layer.kernel)),
        input('stride', ints(layer.stride, layer.stride)),
        input('padding', ints(layer.pad, layer.pad)),
      ]);
    case 'dense':
      return node('linear.default', [input('input', tensor(x)), weight('weight'), weight('bias')]);
    case 'relu':
      return node('relu.default', [input('self', tensor(x))]);
    case 'add':
      return node('add.Tensor', [input('self', tensor(x)), input('other', tensor(second))]);
    case 'flatten':
      return node('flatten.using_ints', [input('self', tensor(x)), input('start_dim', { as_int: 1 })]);
    case 'mean':
      return node('mean.dim', [input('self', tensor(x)), input('dim', ints(-1, -2))]);
  }
}

export const exported: Writer = {
  id: 'pt2',
  title: 'torch.export .pt2',
  main: 'model.pt2',
  write: (network: Network, folder) => {
    const { layers } = network;
    const weights = layers.flatMap((layer) =>
      Object.entries(weightsOf(layer)).map(([part, weight]) => ({ layer: layer.name, part, weight })),
    );
    const values: [string, object][] = [
      ...weights.map(({ layer, part, weight }): [string, object] => [
        placeholder(layer, part),
        meta(weight.dims, !isBuffer(part)),
      ]),
      ['input', meta([1, ...network.input], false)],
      ...layers.map(({ name, dims }): [string, object] => [name, meta([1, ...dims], true)]),
    ];
    const specs = weights.map(({ layer, part }) => {
      const arg = { name: placeholder(layer, part) };
      return isBuffer(part)
        ? { buffer: { arg, buffer_name: `${layer}.${part}`, persistent: true } }
        : { parameter: { arg, parameter_name: `${layer}.${part}` } };
    });
    const last = layers.at(-1)?.name ?? '';
    const program = {
      graph_module: {
        graph: {
          inputs: [...weights.map(({ layer, part }) => tensor(placeholder(layer, part))), tensor('input')],
          outputs: [tensor(last)],
          nodes: layers.map(call),
          tensor_values: Object.fromEntries(values),
          sym_int_values: {},
          sym_bool_values: {},
          is_single_tensor_return: false,
          custom_obj_values: {},
          sym_float_values: {},
        },
        signature: {
          input_specs: [...specs, { user_input: { arg: tensor('input') } }],
          output_specs: [{ user_output: { arg: tensor(last) } }],
        },
        module_call_graph: [],
        metadata: {},
        treespec_namedtuple_fields: {},
      },
      opset_version: { aten: 10 },
      range_constraints: {},
      schema_version: { major: 8, minor: 20 },
      verifiers: ['TRAINING'],
      torch_version: '2.13.0',
      guards_code: [],
    };
    const config = weights.map(({ layer, part, weight }, i) => [
      `${layer}.${part}`,
      {
        path_name: `weight_${i}`,
        is_param: !isBuffer(part),
        use_pickle: false,
        tensor_meta: meta(weight.dims, !isBuffer(part)),
      },
    ]);
    const text = (name: string, value: object | string) => ({
      name: `model/${name}`,
      bytes: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    });
    const archive = zipOf([
      text('archive_format', 'pt2'),
      text('archive_version', '0'),
      text('byteorder', 'little'),
      text('.data/version', '3\n'),
      text('models/model.json', program),
      text('data/weights/model_weights_config.json', { config: Object.fromEntries(config) }),
      text('data/constants/model_constants_config.json', { config: {} }),
      ...weights.map(({ weight }: { weight: Weight }, i) => ({
        name: `model/data/weights/weight_${i}`,
        bytes: bytesOf(weight.data),
      })),
    ]);
    save(folder, 'model.pt2', archive);
  },
};
