import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { randomTensor, type SmallNode } from '../../../../test/support/graph/smallGraph';

type Attributes = NonNullable<SmallNode['attributes']>;
type Sizes = readonly number[];

/** Shape of x without the batch, shape of the weights, attributes. */
type Row = readonly [x: Sizes, w: Sizes, attributes?: Attributes];

/** Output channels: the weights are (outputs, inputs / group, …) of a Conv, (inputs, outputs / group, …) of a ConvTranspose. */
const outputs = (op: string, w: Sizes, { group = 1 }: Attributes) =>
  op === 'Conv' ? (w[0] as number) : (w[1] as number) * (group as number);

function linearIn(op: string, rows: Readonly<Record<string, Row>>): readonly GradientCase[] {
  return Object.entries(rows).map(([title, [x, w, attributes = {}]]) => ({
    title,
    inputs: { x },
    constants: { w: randomTensor(w, 3), bias: randomTensor([outputs(op, w, attributes)], 4) },
    nodes: [{ op, inputs: ['x', 'w', 'bias'], attributes }],
    kind: 'linear',
  }));
}

/** Every stride with a kernel smaller than, equal to and larger than it, for lengths with every remainder. */
const strides: Readonly<Record<string, Row>> = Object.fromEntries(
  [1, 2, 3].flatMap((stride) =>
    [1, 2, 3, 4].flatMap((kernel) =>
      [7, 8, 9].map((length): [string, Row] => [
        `kernel ${kernel}, stride ${stride}, length ${length}`,
        [[2, length], [3, 2, kernel], { strides: [stride], pads: [Math.min(1, kernel - 1), 0] }],
      ]),
    ),
  ),
);

const convolutions: Readonly<Record<string, Row>> = {
  ...strides,
  '1×1': [
    [3, 2, 2],
    [2, 3, 1, 1],
  ],
  '3×3': [
    [2, 5, 6],
    [3, 2, 3, 3],
  ],
  '3×3, same padding': [[2, 5, 6], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }],
  'a kernel as large as the input': [
    [2, 3, 4],
    [3, 2, 3, 4],
  ],
  'padding wider than the kernel': [[2, 4, 4], [3, 2, 3, 3], { pads: [3, 0, 3, 4] }],
  'stride 2, padding wider than the kernel': [[2, 4, 5], [3, 2, 3, 3], { pads: [4, 0, 3, 5], strides: [2, 2] }],
  'stride 2, TensorFlow SAME': [[2, 6, 6], [3, 2, 3, 3], { strides: [2, 2], pads: [0, 0, 1, 1] }],
  'stride 2 with a remainder': [[2, 6, 7], [2, 2, 3, 2], { strides: [2, 2] }],
  'strides of their own along each axis': [[2, 7, 8], [2, 2, 3, 2], { strides: [1, 3], pads: [1, 0, 0, 1] }],
  '7×7, stride 2': [[2, 9, 9], [2, 2, 7, 7], { strides: [2, 2], pads: [3, 3, 3, 3] }],
  '1×1, stride 2': [[3, 5, 6], [2, 3, 1, 1], { strides: [2, 2] }],
  '4×4 patches with a rest': [[2, 9, 10], [2, 2, 4, 4], { strides: [4, 4] }],
  'stride 3, kernel 2': [[1, 8, 9], [2, 1, 2, 3], { strides: [3, 3], pads: [1, 0, 0, 1] }],
  'dilation 2': [[2, 7, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }],
  'dilation 3 along one axis': [[2, 7, 5], [2, 2, 2, 3], { dilations: [3, 1], pads: [0, 1, 2, 0] }],
  'dilation 2, stride 2': [[2, 8, 7], [2, 2, 3, 3], { dilations: [2, 2], strides: [2, 2], pads: [1, 2, 2, 1] }],
  'dilation 2, stride 3': [[1, 9, 8], [2, 1, 2, 3], { dilations: [2, 2], strides: [3, 3], pads: [1, 2, 0, 1] }],
  groups: [[8, 4, 4], [4, 2, 3, 3], { group: 4, pads: [1, 1, 1, 1] }],
  'groups, stride 2': [[4, 5, 5], [6, 2, 3, 3], { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] }],
  depthwise: [[4, 5, 5], [4, 1, 3, 3], { group: 4, pads: [1, 1, 1, 1] }],
  'depthwise, stride 2': [[4, 6, 6], [4, 1, 3, 3], { group: 4, strides: [2, 2], pads: [0, 0, 1, 1] }],
  'depthwise, stride 2, 5×5': [[3, 7, 8], [3, 1, 5, 5], { group: 3, strides: [2, 2], pads: [2, 2, 2, 2] }],
  'depthwise, multiplier 2': [[3, 4, 5], [6, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }],
  'depthwise, multiplier 2, stride 2': [[3, 5, 5], [6, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }],
  'depthwise, multiplier 3, stride 3, dilation 2': [
    [2, 8, 7],
    [6, 1, 2, 2],
    { group: 2, strides: [3, 3], dilations: [2, 2], pads: [1, 0, 0, 1] },
  ],
  'auto_pad SAME_UPPER': [[2, 5, 6], [2, 2, 3, 2], { strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  'auto_pad SAME_UPPER, stride 1, even kernel': [[2, 5, 6], [2, 2, 4, 2], { auto_pad: 'SAME_UPPER' }],
  'auto_pad SAME_LOWER': [[2, 5, 6], [2, 2, 2, 4], { strides: [2, 1], auto_pad: 'SAME_LOWER' }],
  'auto_pad SAME_UPPER, dilation': [[2, 7], [2, 2, 3], { strides: [2], dilations: [2], auto_pad: 'SAME_UPPER' }],
  'auto_pad SAME_LOWER, groups, stride 3': [
    [4, 8, 7],
    [4, 2, 4, 3],
    { strides: [3, 3], auto_pad: 'SAME_LOWER', group: 2 },
  ],
  'auto_pad VALID': [[2, 5, 6], [2, 2, 3, 3], { auto_pad: 'VALID' }],
  'one dimension': [[2, 9], [3, 2, 3], { strides: [2], pads: [1, 1] }],
  'one dimension, depthwise, dilation': [[3, 9], [3, 1, 3], { group: 3, dilations: [2], pads: [4, 0] }],
  'three dimensions': [[2, 3, 4, 4], [2, 2, 2, 3, 3], { pads: [0, 1, 1, 1, 1, 1] }],
  'three dimensions, stride 2': [[2, 3, 4, 5], [2, 2, 2, 3, 3], { strides: [2, 2, 2], pads: [1, 1, 0, 0, 1, 1] }],
  'three dimensions, groups': [[4, 3, 3, 2], [2, 2, 2, 2, 1], { group: 2, strides: [1, 2, 1] }],
};

const transposed: Readonly<Record<string, Row>> = {
  'stride 1': [[2, 4, 4], [2, 3, 3, 3], { pads: [1, 1, 1, 1] }],
  'stride 2': [[2, 3, 4], [2, 3, 2, 2], { strides: [2, 2] }],
  'stride larger than the kernel': [[2, 3, 3], [2, 2, 2, 1], { strides: [3, 2] }],
  'stride 2 with output padding': [
    [2, 3, 4],
    [2, 3, 3, 3],
    { strides: [2, 2], pads: [1, 0, 1, 1], output_padding: [1, 0] },
  ],
  'stride 3 with output padding 2': [
    [2, 3, 2],
    [2, 2, 3, 2],
    { strides: [3, 3], pads: [1, 0, 0, 0], output_padding: [2, 1] },
  ],
  'output padding longer than the stride': [
    [2, 3, 4],
    [2, 3, 2, 2],
    { strides: [1, 2], dilations: [2, 3], output_padding: [1, 2] },
  ],
  'groups, stride 3': [[6, 3, 3], [6, 2, 2, 3], { strides: [3, 3], group: 3 }],
  'depthwise, stride 2': [[3, 3, 4], [3, 1, 4, 4], { strides: [2, 2], group: 3, pads: [1, 1, 1, 1] }],
  dilation: [[2, 4, 4], [2, 2, 2, 2], { dilations: [2, 2] }],
  'dilation, stride 2': [[2, 3, 4], [2, 2, 3, 2], { dilations: [2, 3], strides: [2, 2], pads: [1, 0, 2, 1] }],
  'auto_pad SAME_UPPER': [[2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  'auto_pad SAME_LOWER': [[2, 3, 3], [2, 2, 4, 3], { strides: [2, 2], auto_pad: 'SAME_LOWER' }],
  output_shape: [[2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 6] }],
  'one dimension': [[2, 4], [2, 3, 3], { strides: [2], pads: [1, 0] }],
  'three dimensions': [[2, 2, 3, 2], [2, 2, 2, 2, 3], { strides: [2, 1, 2], pads: [0, 1, 1, 1, 0, 1] }],
};

export const convolutionGrid: GradientGrid = {
  Conv: [
    ...linearIn('Conv', convolutions),
    {
      title: 'with weights that are computed in the graph',
      inputs: { x: [2, 5, 5] },
      constants: { w: randomTensor([2, 3, 3, 2], 3) },
      nodes: [
        { op: 'Softmax', inputs: ['w'], attributes: { axis: 1 } },
        { op: 'Transpose', inputs: ['v0'], attributes: { perm: [0, 3, 1, 2] } },
        { op: 'Conv', inputs: ['x', 'v1'] },
      ],
      kind: 'linear',
    },
  ],
  ConvTranspose: linearIn('ConvTranspose', transposed),
};
