import type { GradientGrid } from '../../../../test/support/graph/grid';
import { int64 } from '../ir/tensor';

const both = [0, 1] as const;

export const scanningGrid: GradientGrid = {
  CumSum: [1, 2, -1].flatMap((axis) =>
    both.flatMap((exclusive) =>
      both.map((reverse) => ({
        title: `along ${axis}, exclusive ${exclusive}, reverse ${reverse}`,
        inputs: { x: [3, 4] },
        constants: { axis: int64([], [axis]) },
        nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], attributes: { exclusive, reverse } }],
        kind: 'linear' as const,
      })),
    ),
  ),
  Trilu: [-3, -1, 0, 2, 5].flatMap((k) =>
    both.flatMap((upper) =>
      [
        [3, 4],
        [2, 3, 3],
      ].map((x) => ({
        title: `of [N, ${x}] from diagonal ${k}, upper ${upper}`,
        inputs: { x },
        constants: { k: int64([], [k]) },
        nodes: [{ op: 'Trilu', inputs: ['x', 'k'], attributes: { upper } }],
        kind: 'linear' as const,
      })),
    ),
  ),
  ReverseSequence: [
    { batch_axis: 0, time_axis: 1, lengths: [3, 1] },
    { batch_axis: 1, time_axis: 0, lengths: [2, 1, 2] },
  ].map(({ lengths, ...attributes }) => ({
    title: `along ${attributes.time_axis}, lengths [${lengths}]`,
    inputs: { x: [2, 3, 2] },
    constants: { lengths: int64([lengths.length], lengths) },
    nodes: [{ op: 'ReverseSequence', inputs: ['x', 'lengths'], attributes }],
    kind: 'linear',
    whole: true,
  })),
};
