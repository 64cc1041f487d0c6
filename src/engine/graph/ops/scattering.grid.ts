import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { apart, distinctValues, ints, type SmallNode } from '../../../../test/support/graph/smallGraph';
import { int64 } from '../ir/tensor';

type Sizes = readonly number[];

const reductions = ['none', 'add', 'mul', 'max', 'min'] as const;

const kinds = { none: 'linear', add: 'linear', mul: 'smooth', max: 'piecewise', min: 'piecewise' } as const;

/** Values 0.4 apart, the updates between the data: no ties and no zeros within reach of the differences. */
const interleaved: GradientCase['values'] = (count, random, name) =>
  distinctValues(count, random, 0.4).map((value) => value + (name === 'updates' ? 0.1 : 0));

/** Places of the updates; where some are named twice the result is defined for reductions only. */
interface Places {
  readonly axis?: number;
  readonly dims: Sizes;
  readonly at: Sizes;
  readonly updates: Sizes;
  readonly repeated?: boolean;
}

function scattered(op: string, data: Sizes, places: readonly Places[]): readonly GradientCase[] {
  return reductions.flatMap((reduction) =>
    places
      .filter(({ repeated }) => !(repeated && reduction === 'none'))
      .map(({ axis, dims, at, updates }) => ({
        title: `${reduction} at [${at}]${axis === undefined ? '' : ` along ${axis}`}`,
        inputs: { data, updates },
        constants: { at: int64(dims, at) },
        nodes: [
          { op, inputs: ['data', 'at', 'updates'], attributes: { reduction, ...(axis !== undefined && { axis }) } },
        ] as readonly SmallNode[],
        kind: kinds[reduction],
        whole: true,
        values: interleaved,
      })),
  );
}

const picked = (
  op: string,
  x: Sizes,
  dims: Sizes,
  at: Sizes,
  attributes: Readonly<Record<string, number>>,
): GradientCase => ({
  title: `at [${at}], shape [${dims}] ${JSON.stringify(attributes)}`,
  inputs: { x },
  constants: { at: int64(dims, at) },
  nodes: [{ op, inputs: ['x', 'at'], attributes }],
  kind: 'linear',
  whole: true,
});

/** Each item's own positions: those of its largest elements. */
const largest = { op: 'ArgMax', inputs: ['x'], outputs: ['at'], attributes: { axis: 1, keepdims: 1 } };

export const scatteringGrid: GradientGrid = {
  ScatterElements: [
    ...scattered(
      'ScatterElements',
      [4, 3],
      [
        { axis: 0, dims: [2, 3], at: [0, -1, 2, 3, 1, 0], updates: [2, 3] },
        { axis: 1, dims: [4, 2], at: [0, 2, 1, 2, -1, 0, 1, 0], updates: [4, 2] },
        { axis: -1, dims: [3, 2], at: [0, 2, 1, 2, -1, 0], updates: [3, 2] },
        { axis: 0, dims: [3, 3], at: [0, 1, 2, 0, 1, -2, 0, 3, 3], updates: [3, 3], repeated: true },
      ],
    ),
    {
      title: 'at computed places, in a batch',
      inputs: { x: [4], updates: [1] },
      nodes: [largest, { op: 'ScatterElements', inputs: ['x', 'at', 'updates'], attributes: { axis: 1 } }],
      kind: 'piecewise',
      values: apart(0.2),
    },
  ],
  ScatterND: scattered(
    'ScatterND',
    [4, 3, 2],
    [
      { dims: [2, 1], at: [2, -4], updates: [2, 3, 2] },
      { dims: [2, 2], at: [2, 1, 0, -1], updates: [2, 2] },
      { dims: [2, 1, 3], at: [3, 1, 1, 0, 2, 0], updates: [2, 1] },
      { dims: [3, 2], at: [1, 0, 1, 0, 3, 2], updates: [3, 2], repeated: true },
    ],
  ),
  GatherElements: [
    ...[0, 1, 2, -1].map((axis) => picked('GatherElements', [2, 2, 3], [2, 2, 2], [0, 1, 1, 1, 0, -1, 0, 0], { axis })),
    {
      title: 'at computed places, squared, in a batch',
      inputs: { x: [4] },
      nodes: [
        largest,
        { op: 'GatherElements', inputs: ['x', 'at'], outputs: ['top'], attributes: { axis: 1 } },
        { op: 'Mul', inputs: ['top', 'top'] },
      ],
      kind: 'smooth',
      values: apart(0.2),
    },
  ],
  GatherND: [
    picked('GatherND', [2, 3, 4], [2, 1], [1, 1], { batch_dims: 0 }),
    picked('GatherND', [2, 3, 4], [2, 2, 3], [0, 1, 2, 0, 1, 2, 1, -1, 0, 1, 0, 0], { batch_dims: 0 }),
    picked('GatherND', [2, 3, 4], [2, 1], [1, 2], { batch_dims: 1 }),
    picked('GatherND', [2, 3, 4], [2, 3, 2], [1, 2, 0, 0, 0, 0, 1, 1, 2, -1, 2, 0], { batch_dims: 1 }),
    picked('GatherND', [2, 3, 4], [2, 3, 1], [1, 2, 3, 3, 0, 0], { batch_dims: 2 }),
  ],
};

/** Gather and Slice at places that are computed. */
export const computedPlacesGrid: GradientGrid = {
  Gather: [0, 1].map(
    (keepdims): GradientCase => ({
      title: `at computed places, keepdims ${keepdims}`,
      inputs: { x: [2, 3], table: [2, 3, 2] },
      nodes: [
        { op: 'ArgMax', inputs: ['x'], outputs: ['at'], attributes: { axis: 1, keepdims } },
        { op: 'Gather', inputs: ['table', 'at'], attributes: { axis: 1 } },
      ],
      kind: 'linear',
      whole: true,
      values: apart(2.5),
    }),
  ),
  Slice: [
    {
      title: 'up to the length of the batch',
      inputs: { x: [3, 2] },
      constants: { zero: ints(0) },
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['n'], attributes: { start: 0, end: 1 } },
        { op: 'Slice', inputs: ['x', 'zero', 'n', 'zero'], outputs: ['all'] },
        { op: 'Mul', inputs: ['all', 'all'] },
      ],
      kind: 'smooth',
    },
  ],
};
