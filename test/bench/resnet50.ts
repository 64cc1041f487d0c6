import type { Graph, Node } from '../../src/engine/graph/graph';
import { float32, type Tensor } from '../../src/engine/graph/tensor';

/** A small fast generator (mulberry32), uniform in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * ResNet-50 v1.5 as exporters write it (BatchNormalization folded, 53 convolutions, 25.5 million weights) with seeded random
 * weights, scaled (He et al. 2015) so that activations neither vanish nor explode. Input `input` [1, 3, 224, 224], output
 * `logits` [1, 1000].
 */
export function resnet50(seed = 1): Graph {
  const random = uniform(seed);
  const constants = new Map<string, Tensor>();
  const nodes: Node[] = [];
  const weight = (name: string, dims: number[], scale: number): string => {
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    for (let i = 0; i < data.length; i++) data[i] = (random() * 2 - 1) * scale;
    constants.set(name, float32(dims, data));
    return name;
  };
  const add = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): string => {
    nodes.push({ op, name: output, inputs, outputs: [output], attributes });
    return output;
  };
  const conv = (x: string, name: string, inC: number, outC: number, k: number, stride: number, gain = 1): string => {
    const pad = (k - 1) / 2;
    const w = weight(`${name}.weight`, [outC, inC, k, k], gain * Math.sqrt(6 / (inC * k * k)));
    const b = weight(`${name}.bias`, [outC], 0.05);
    return add('Conv', [x, w, b], name, {
      kernel_shape: [k, k],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      dilations: [1, 1],
      group: 1,
    });
  };
  const relu = (x: string): string => add('Relu', [x], `${x}.relu`);

  let x = relu(conv('input', 'conv1', 3, 64, 7, 2));
  x = add('MaxPool', [x], 'maxpool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = 64;
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      let y = relu(conv(x, `${name}.conv1`, channels, width, 1, 1));
      y = relu(conv(y, `${name}.conv2`, width, width, 3, stride));
      y = conv(y, `${name}.conv3`, width, width * 4, 1, 1, 0.3);
      const shortcut = block === 0 ? conv(x, `${name}.downsample`, channels, width * 4, 1, stride) : x;
      x = relu(add('Add', [y, shortcut], `${name}.add`));
      channels = width * 4;
    }
  });
  add('GlobalAveragePool', [x], 'avgpool');
  add('Flatten', ['avgpool'], 'flat', { axis: 1 });
  add('Gemm', ['flat', weight('fc.weight', [1000, 2048], 0.03), weight('fc.bias', [1000], 0.05)], 'logits', {
    transB: 1,
  });
  return {
    inputs: [{ name: 'input', type: { dtype: 'float32', dims: [null, 3, 224, 224] } }],
    outputs: ['logits'],
    nodes,
    constants,
    types: new Map([['logits', { dtype: 'float32', dims: [null, 1000] }]]),
  };
}
