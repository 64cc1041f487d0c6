import { describe, it } from 'vitest';
import { checkGradient, randomTensor, type SmallNode } from '../testing/gradientCheck';

interface ConvCase {
  readonly title: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly attributes?: SmallNode['attributes'];
}

const cases: readonly ConvCase[] = [
  { title: '3×3', x: [2, 5, 6], w: [3, 2, 3, 3] },
  { title: '3×3, same padding', x: [2, 5, 6], w: [3, 2, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  { title: '3×3, padding wider than the kernel', x: [2, 4, 4], w: [3, 2, 3, 3], attributes: { pads: [3, 0, 3, 4] } },
  {
    title: 'stride 2, TensorFlow SAME',
    x: [2, 6, 6],
    w: [3, 2, 3, 3],
    attributes: { strides: [2, 2], pads: [0, 0, 1, 1] },
  },
  { title: 'stride 2 with a remainder', x: [2, 6, 7], w: [2, 2, 3, 2], attributes: { strides: [2, 2] } },
  { title: 'stride 3', x: [1, 8, 9], w: [2, 1, 2, 3], attributes: { strides: [3, 3], pads: [1, 0, 0, 1] } },
  { title: '7×7 stride 2', x: [2, 9, 9], w: [2, 2, 7, 7], attributes: { strides: [2, 2], pads: [3, 3, 3, 3] } },
  { title: '1×1 stride 2', x: [3, 5, 6], w: [2, 3, 1, 1], attributes: { strides: [2, 2] } },
  { title: '4×4 patches with a rest', x: [2, 9, 10], w: [2, 2, 4, 4], attributes: { strides: [4, 4] } },
  { title: 'dilation 2', x: [2, 7, 7], w: [2, 2, 3, 3], attributes: { dilations: [2, 2], pads: [2, 2, 2, 2] } },
  {
    title: 'dilation 2, stride 2',
    x: [2, 8, 7],
    w: [2, 2, 3, 3],
    attributes: { dilations: [2, 2], strides: [2, 2], pads: [1, 2, 2, 1] },
  },
  { title: 'groups', x: [8, 4, 4], w: [4, 2, 3, 3], attributes: { group: 4, pads: [1, 1, 1, 1] } },
  {
    title: 'groups, stride 2',
    x: [4, 5, 5],
    w: [6, 2, 3, 3],
    attributes: { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { title: 'depthwise', x: [4, 5, 5], w: [4, 1, 3, 3], attributes: { group: 4, pads: [1, 1, 1, 1] } },
  {
    title: 'depthwise, stride 2',
    x: [4, 6, 6],
    w: [4, 1, 3, 3],
    attributes: { group: 4, strides: [2, 2], pads: [0, 0, 1, 1] },
  },
  {
    title: 'depthwise, multiplier 2, stride 2',
    x: [3, 5, 5],
    w: [6, 1, 3, 3],
    attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    title: 'auto_pad SAME_UPPER',
    x: [2, 5, 6],
    w: [2, 2, 3, 2],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  {
    title: 'auto_pad SAME_LOWER',
    x: [2, 5, 6],
    w: [2, 2, 2, 4],
    attributes: { strides: [2, 1], auto_pad: 'SAME_LOWER' },
  },
  { title: 'auto_pad VALID', x: [2, 5, 6], w: [2, 2, 3, 3], attributes: { auto_pad: 'VALID' } },
  { title: 'one dimension', x: [2, 9], w: [3, 2, 3], attributes: { strides: [2], pads: [1, 1] } },
  { title: 'three dimensions', x: [2, 3, 4, 4], w: [2, 2, 2, 3, 3], attributes: { pads: [0, 1, 1, 1, 1, 1] } },
];

describe('Conv', () => {
  it.each(cases)('$title', async ({ x, w, attributes }) => {
    const constants = { w: randomTensor(w, 3), bias: randomTensor([w[0] as number], 4) };
    await checkGradient(
      { inputs: { x }, constants, nodes: [{ op: 'Conv', inputs: ['x', 'w', 'bias'], attributes }] },
      { kind: 'linear' },
    );
  });

  it('with weights that are computed in the graph', async () => {
    const constants = { w: randomTensor([2, 3, 3, 2], 3) };
    const nodes: SmallNode[] = [
      { op: 'Softmax', inputs: ['w'], attributes: { axis: 1 } },
      { op: 'Transpose', inputs: ['v0'], attributes: { perm: [0, 3, 1, 2] } },
      { op: 'Conv', inputs: ['x', 'v1'] },
    ];
    await checkGradient({ inputs: { x: [2, 5, 5] }, constants, nodes }, { kind: 'linear' });
  });
});

const transposed: readonly ConvCase[] = [
  { title: 'stride 1', x: [2, 4, 4], w: [2, 3, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  {
    title: 'stride 2 with output padding',
    x: [2, 3, 4],
    w: [2, 3, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 0, 1, 1], output_padding: [1, 0] },
  },
  { title: 'groups, stride 3', x: [6, 3, 3], w: [6, 2, 2, 3], attributes: { strides: [3, 3], group: 3 } },
  { title: 'dilation', x: [2, 4, 4], w: [2, 2, 2, 2], attributes: { dilations: [2, 2] } },
  {
    title: 'auto_pad SAME_UPPER',
    x: [2, 3, 3],
    w: [2, 2, 3, 3],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  { title: 'output_shape', x: [2, 3, 3], w: [2, 2, 3, 3], attributes: { strides: [2, 2], output_shape: [6, 6] } },
];

describe('ConvTranspose', () => {
  it.each(transposed)('$title', async ({ x, w, attributes }) => {
    const constants = { w: randomTensor(w, 3) };
    await checkGradient(
      { inputs: { x }, constants, nodes: [{ op: 'ConvTranspose', inputs: ['x', 'w'], attributes }] },
      { kind: 'linear' },
    );
  });
});
