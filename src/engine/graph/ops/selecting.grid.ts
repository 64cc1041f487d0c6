import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { apart, ints, type SmallNode } from '../../../../test/support/graph/smallGraph';
import { fromNumbers } from '../ir/numbers';
import { int64 } from '../ir/tensor';

type Sizes = readonly number[];

interface Top {
  readonly x: Sizes;
  readonly k: number;
  readonly attributes: NonNullable<SmallNode['attributes']>;
}

const tops: readonly Top[] = [
  { x: [4], k: 1, attributes: { axis: 1 } },
  { x: [3, 4], k: 2, attributes: { axis: 1, largest: 1, sorted: 1 } },
  { x: [3, 4], k: 3, attributes: { axis: -1, largest: 0, sorted: 1 } },
  { x: [3, 4], k: 1, attributes: { axis: 2, largest: 1, sorted: 0 } },
  { x: [3, 4], k: 3, attributes: { axis: 1, largest: 0, sorted: 0 } },
  { x: [2, 2, 3], k: 2, attributes: {} },
];

const compress = (axis: number | null, kept: Sizes): GradientCase => ({
  title: `along ${axis ?? 'all axes'}: [${kept}]`,
  inputs: { x: [2, 3, 4] },
  constants: { kept: fromNumbers('bool', [kept.length], kept) },
  nodes: [{ op: 'Compress', inputs: ['x', 'kept'], attributes: axis === null ? {} : { axis } }],
  kind: 'linear',
  whole: true,
});

export const selectingGrid: GradientGrid = {
  TopK: [
    ...tops.map(
      ({ x, k, attributes }): GradientCase => ({
        title: `${k} of [N, ${x}] ${JSON.stringify(attributes)}`,
        inputs: { x },
        constants: { k: ints(k) },
        nodes: [{ op: 'TopK', inputs: ['x', 'k'], outputs: ['top', 'at'], attributes }],
        kind: 'piecewise',
        values: apart(0.2),
      }),
    ),
    {
      title: 'squared',
      inputs: { x: [3, 4] },
      constants: { k: ints(2) },
      nodes: [
        { op: 'TopK', inputs: ['x', 'k'], outputs: ['top', 'at'] },
        { op: 'Mul', inputs: ['top', 'top'] },
      ],
      kind: 'smooth',
      values: apart(0.2),
    },
    {
      title: 'whose indices other nodes read too',
      inputs: { x: [5] },
      constants: { k: ints(2) },
      nodes: [
        { op: 'TopK', inputs: ['x', 'k'], outputs: ['top', 'at'], attributes: { axis: 1 } },
        { op: 'GatherElements', inputs: ['x', 'at'], outputs: ['same'], attributes: { axis: 1 } },
        { op: 'Mul', inputs: ['top', 'same'] },
      ],
      kind: 'smooth',
      values: apart(0.2),
    },
  ],
  Compress: [
    compress(0, [0, 1]),
    compress(1, [1, 0, 1]),
    compress(-1, [0, 1, 1, 0]),
    compress(-1, [0, 1]),
    compress(null, [0, 1, 1, 0, 0, 0, 1, 0, 1]),
  ],
  OneHot: [-1, 0, 1].map((axis) => ({
    title: `by its two values, axis ${axis}`,
    inputs: { values: [2] },
    constants: { at: int64([2, 2], [0, 2, -1, 3]), depth: ints(4) },
    nodes: [{ op: 'OneHot', inputs: ['at', 'depth', 'values'], attributes: { axis } }],
    kind: 'linear',
    whole: true,
  })),
  Hardmax: [
    {
      title: 'which carries no gradient',
      inputs: { x: [4] },
      nodes: [{ op: 'Hardmax', inputs: ['x'] }],
      kind: 'piecewise',
      values: apart(0.2),
    },
  ],
};
