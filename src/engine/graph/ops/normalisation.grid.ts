import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { randomTensor, type SmallNode } from '../../../../test/support/graph/smallGraph';

type Sizes = readonly number[];

function batchNormalization(x: Sizes): GradientCase {
  const channels = [x[0] ?? 1];
  return {
    title: `of [N, ${x}]`,
    inputs: { x },
    constants: {
      scale: randomTensor(channels, 1),
      shift: randomTensor(channels, 2),
      mean: randomTensor(channels, 3),
      variance: randomTensor(channels, 4, 0.5, 2),
    },
    nodes: [
      { op: 'BatchNormalization', inputs: ['x', 'scale', 'shift', 'mean', 'variance'], attributes: { epsilon: 0.01 } },
    ],
    kind: 'linear',
  };
}

/** With scale and shift of the given shapes; without a shift when that is null. */
function normalised(
  op: string,
  x: Sizes,
  scale: Sizes,
  attributes: NonNullable<SmallNode['attributes']>,
  shift = true,
): GradientCase {
  return {
    title: `of [N, ${x}] ${JSON.stringify(attributes)}${shift ? '' : ', no shift'}`,
    inputs: { x },
    constants: { scale: randomTensor(scale, 1), ...(shift && { shift: randomTensor(scale, 2) }) },
    nodes: [{ op, inputs: shift ? ['x', 'scale', 'shift'] : ['x', 'scale'], attributes }],
    kind: 'smooth',
  };
}

/** onnxruntime takes windows of odd size and images of two dimensions only. */
const responses: readonly NonNullable<SmallNode['attributes']>[] = [
  { size: 1, alpha: 0.5, beta: 0.75, bias: 1 },
  { size: 3, alpha: 0.3, beta: 0.75, bias: 1.5 },
  { size: 5, alpha: 0.3, beta: 1, bias: 2 },
  { size: 9, alpha: 0.3, beta: 0.5, bias: 1 },
];

export const normalisationGrid: GradientGrid = {
  BatchNormalization: [[3, 4, 2], [3], [3, 5], [2, 2, 3, 2]].map(batchNormalization),
  InstanceNormalization: [
    [3, 4, 3],
    [2, 7],
    [2, 2, 3, 2],
  ].map((x) => normalised('InstanceNormalization', x, x.slice(0, 1), { epsilon: 0.01 })),
  LayerNormalization: [
    ...[-1, 1, 2, 3, -2].map((axis) =>
      normalised('LayerNormalization', [3, 4, 5], [3, 4, 5].slice(axis < 0 ? axis : axis - 1), { axis }),
    ),
    normalised('LayerNormalization', [6], [6], { epsilon: 0.1 }),
    normalised('LayerNormalization', [3, 4], [4], {}, false),
    normalised('LayerNormalization', [2, 2, 3, 4], [3, 4], { axis: -2 }),
  ],
  GroupNormalization: [
    normalised('GroupNormalization', [4, 3, 3], [4], { num_groups: 2 }),
    normalised('GroupNormalization', [4, 3, 2], [4], { num_groups: 1 }),
    normalised('GroupNormalization', [4, 3, 2], [4], { num_groups: 4, epsilon: 0.01 }),
    normalised('GroupNormalization', [6, 5], [6], { num_groups: 3 }),
    normalised('GroupNormalization', [2, 2, 3, 2], [2], { num_groups: 2 }),
  ],
  MeanVarianceNormalization: [[], [1, 2, 3], [2], [-1, 1], [0, 2, 3]].map(
    (axes): GradientCase => ({
      title: `over ${axes.length > 0 ? `[${axes}]` : 'the axes left out'}`,
      inputs: { x: [2, 3, 4, 2] },
      nodes: [{ op: 'MeanVarianceNormalization', inputs: ['x'], attributes: axes.length > 0 ? { axes } : {} }],
      kind: 'smooth',
      whole: true,
      step: 0.02,
    }),
  ),
  LRN: [...responses.map((attributes) => lrn([6, 3, 2], attributes)), lrn([4, 2, 3], { size: 3, alpha: 0.4 })],
};

function lrn(x: Sizes, attributes: NonNullable<SmallNode['attributes']>): GradientCase {
  const nodes = [{ op: 'LRN', inputs: ['x'], attributes }];
  return { title: `of [N, ${x}] ${JSON.stringify(attributes)}`, inputs: { x }, nodes, kind: 'smooth' };
}
