import { describe, it } from 'vitest';
import { checkSecondOrder } from '../../../../test/support/graph/gradientCheck';
import { checkWholeGradient } from '../../../../test/support/graph/wholeGradient';

/** Weights and biases that are computed: gradients by all operands, exact in differences because y is linear in each. */
const cases = [
  { title: '3×3', x: [2, 2, 5, 4], w: [3, 2, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  { title: '1×1', x: [2, 3, 3, 3], w: [2, 3, 1, 1], attributes: {} },
  { title: 'stride 2 with a rest', x: [2, 2, 6, 7], w: [2, 2, 3, 2], attributes: { strides: [2, 3] } },
  {
    title: 'asymmetric padding',
    x: [1, 2, 4, 5],
    w: [2, 2, 3, 2],
    attributes: { pads: [2, 0, 1, 1], strides: [2, 2] },
  },
  { title: 'dilation', x: [1, 2, 7, 7], w: [2, 2, 2, 3], attributes: { dilations: [2, 3], strides: [2, 1] } },
  { title: 'groups', x: [2, 4, 4, 4], w: [6, 2, 3, 3], attributes: { group: 2, pads: [1, 0, 1, 0] } },
  { title: 'depthwise', x: [2, 3, 4, 4], w: [6, 1, 2, 2], attributes: { group: 3, strides: [2, 1] } },
  { title: 'one dimension', x: [2, 2, 7], w: [3, 2, 3], attributes: { strides: [2], pads: [1, 1] } },
  { title: 'three dimensions', x: [1, 2, 3, 3, 3], w: [2, 2, 2, 2, 2], attributes: { strides: [1, 2, 1] } },
] as const;

const transposed = [
  { title: '3×3', x: [2, 3, 3, 4], w: [3, 2, 3, 3], outputs: 2, attributes: { pads: [1, 1, 1, 1] } },
  {
    title: 'stride 2, output padding',
    x: [2, 2, 3, 3],
    w: [2, 3, 3, 3],
    outputs: 3,
    attributes: { strides: [2, 2], output_padding: [1, 0] },
  },
  {
    title: 'output padding longer than the stride',
    x: [2, 2, 3, 3],
    w: [2, 3, 2, 2],
    outputs: 3,
    attributes: { strides: [1, 2], dilations: [2, 3], output_padding: [1, 2] },
  },
  { title: 'groups', x: [2, 4, 3, 3], w: [4, 2, 2, 2], outputs: 4, attributes: { group: 2, strides: [2, 2] } },
  { title: 'dilation', x: [1, 2, 3, 3], w: [2, 1, 2, 2], outputs: 1, attributes: { dilations: [2, 1] } },
] as const;

describe('gradients by weights and biases that are computed', () => {
  it.each(cases)('Conv, $title', async ({ x, w, attributes }) => {
    const nodes = [{ op: 'Conv', inputs: ['x', 'w', 'bias'], attributes }];
    const small = { inputs: { x, w, bias: [w[0]] }, nodes };
    await checkWholeGradient(small);
    await checkSecondOrder(small, { whole: true, piecewise: false });
  });

  it.each(transposed)('ConvTranspose, $title', async ({ x, w, outputs, attributes }) => {
    const nodes = [{ op: 'ConvTranspose', inputs: ['x', 'w', 'bias'], attributes }];
    const small = { inputs: { x, w, bias: [outputs] }, nodes };
    await checkWholeGradient(small);
    await checkSecondOrder(small, { whole: true, piecewise: false });
  });
});
