/** Small networks in the shapes that exporters give them, as a whole. */
import { describe, expect, it } from 'vitest';
import { checkGradient, graphOf, randomTensor, type SmallGraph } from '../../../../test/support/graph/gradientCheck';
import { findDefaultLayer, listLayers } from '../../model/analysis/layers';
import { findLogits } from '../../model/analysis/logits';
import { bind } from '../binding/bind';
import { float32, int64 } from '../ir/tensor';

const ints = (...values: number[]) => int64([values.length], values);

/** Steps small enough that no rectifier switches within reach at the seeds used here. */
const check = (small: SmallGraph, seed: number) => checkGradient(small, { step: 2e-3, tolerance: 5e-3, seed });

describe('a Keras network exported with channels last', () => {
  // BGR order and mean inside, SAME padding, separable convolution, SiLU, mean over positions, softmax.
  const small: SmallGraph = {
    inputs: { image: [6, 6, 3] },
    constants: {
      last: ints(-1),
      end: ints(-1000),
      step: ints(-1),
      mean: float32([3], Float32Array.of(0.4, 0.5, 0.6)),
      w: randomTensor([4, 3, 3, 3], 1, -0.5, 0.5),
      depthwise: randomTensor([4, 1, 3, 3], 2, -0.5, 0.5),
      pointwise: randomTensor([6, 4, 1, 1], 3, -0.5, 0.5),
      positions: ints(1, 2),
      dense: randomTensor([6, 5], 4),
      bias: randomTensor([5], 5),
    },
    nodes: [
      { op: 'Slice', inputs: ['image', 'last', 'end', 'last', 'step'], outputs: ['bgr'] },
      { op: 'Sub', inputs: ['bgr', 'mean'], outputs: ['centred'] },
      { op: 'Transpose', inputs: ['centred'], outputs: ['nchw'], attributes: { perm: [0, 3, 1, 2] } },
      { op: 'Conv', inputs: ['nchw', 'w'], outputs: ['conv'], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] } },
      { op: 'Sigmoid', inputs: ['conv'], outputs: ['gate'] },
      { op: 'Mul', inputs: ['conv', 'gate'], outputs: ['silu'] },
      {
        op: 'Conv',
        inputs: ['silu', 'depthwise'],
        outputs: ['dw'],
        attributes: { auto_pad: 'SAME_UPPER', group: 4, strides: [1, 1] },
      },
      { op: 'Conv', inputs: ['dw', 'pointwise'], outputs: ['pw'] },
      { op: 'Tanh', inputs: ['pw'], outputs: ['tanh'] },
      { op: 'Transpose', inputs: ['tanh'], outputs: ['nhwc'], attributes: { perm: [0, 2, 3, 1] } },
      { op: 'ReduceMean', inputs: ['nhwc', 'positions'], outputs: ['pooled'], attributes: { keepdims: 0 } },
      { op: 'MatMul', inputs: ['pooled', 'dense'], outputs: ['product'] },
      { op: 'Add', inputs: ['product', 'bias'], outputs: ['logits'] },
      { op: 'Softmax', inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: -1 } },
    ],
  };

  it('has the right gradient', async () => {
    // Of the logits: a softmax that is nearly flat or nearly saturated drowns the differences in rounding.
    await checkGradient({ ...small, outputs: ['logits'] });
  });

  it('has logits, layers and a default layer', () => {
    const graph = bind(graphOf(small));
    expect(findLogits(graph)).toMatchObject({ name: 'logits', classes: 5, activation: 'softmax' });
    expect(findDefaultLayer(graph, 'logits')?.name).toBe('tanh');
    const spatial = listLayers(graph).filter((layer) => layer.spatial);
    expect(spatial.map((layer) => layer.name)).toEqual(['conv', 'gate', 'silu', 'dw', 'pw', 'tanh']);
  });
});

describe('a ShuffleNet block traced with one image', () => {
  const small: SmallGraph = {
    inputs: { x: [4, 4, 4] },
    constants: {
      from: ints(0),
      half: ints(2),
      all: ints(4),
      axis: ints(1),
      w: randomTensor([2, 2, 1, 1], 1),
      dw: randomTensor([2, 1, 3, 3], 2),
      groups: ints(1, 2, 2, 4, 4),
      merged: ints(1, -1, 4, 4),
      positions: ints(2, 3),
    },
    nodes: [
      { op: 'Slice', inputs: ['x', 'from', 'half', 'axis'], outputs: ['left'] },
      { op: 'Slice', inputs: ['x', 'half', 'all', 'axis'], outputs: ['right'] },
      { op: 'Conv', inputs: ['right', 'w'], outputs: ['c1'] },
      { op: 'Relu', inputs: ['c1'], outputs: ['r1'] },
      { op: 'Conv', inputs: ['r1', 'dw'], outputs: ['c2'], attributes: { group: 2, pads: [1, 1, 1, 1] } },
      { op: 'Concat', inputs: ['left', 'c2'], outputs: ['both'], attributes: { axis: 1 } },
      { op: 'Reshape', inputs: ['both', 'groups'], outputs: ['five'] },
      { op: 'Transpose', inputs: ['five'], outputs: ['turned'], attributes: { perm: [0, 2, 1, 3, 4] } },
      { op: 'Reshape', inputs: ['turned', 'merged'], outputs: ['shuffled'] },
      { op: 'ReduceMean', inputs: ['shuffled', 'positions'], outputs: ['logits'], attributes: { keepdims: 0 } },
    ],
  };

  it('has the right gradient for any batch', async () => {
    await check(small, 3);
  });

  it('has the Concat as its default layer', () => {
    expect(findDefaultLayer(bind(graphOf(small)), 'logits')?.name).toBe('both');
  });
});

describe('a squeeze-and-excitation block', () => {
  it('has the right gradient through both factors', async () => {
    const small: SmallGraph = {
      inputs: { x: [3, 4, 4] },
      constants: { w1: randomTensor([2, 3, 1, 1], 1), w2: randomTensor([3, 2, 1, 1], 2) },
      nodes: [
        { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['squeezed'] },
        { op: 'Conv', inputs: ['squeezed', 'w1'], outputs: ['c1'] },
        { op: 'Softplus', inputs: ['c1'], outputs: ['a1'] },
        { op: 'Conv', inputs: ['a1', 'w2'], outputs: ['c2'] },
        { op: 'HardSigmoid', inputs: ['c2'], outputs: ['gate'] },
        { op: 'Mul', inputs: ['gate', 'x'], outputs: ['y'] },
      ],
    };
    await check(small, 4);
  });
});
