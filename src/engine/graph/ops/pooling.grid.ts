import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { apart, type SmallNode } from '../../../../test/support/graph/smallGraph';

type Row = readonly [x: readonly number[], attributes: NonNullable<SmallNode['attributes']>];

/** Every stride with kernels around it, for lengths with every remainder, with and without a window that hangs over the end. */
const lines: Readonly<Record<string, Row>> = Object.fromEntries(
  [1, 2, 3].flatMap((stride) =>
    [2, 3].flatMap((kernel) =>
      [6, 7, 8].flatMap((length) =>
        [0, 1].map((ceil_mode): [string, Row] => [
          `kernel ${kernel}, stride ${stride}, length ${length}, ceil_mode ${ceil_mode}`,
          [[2, length], { kernel_shape: [kernel], strides: [stride], pads: [1, 0], ceil_mode }],
        ]),
      ),
    ),
  ),
);

const windows: Readonly<Record<string, Row>> = {
  ...lines,
  '2×2, stride 2': [[2, 6, 6], { kernel_shape: [2, 2], strides: [2, 2] }],
  '2×2, stride 2, with a rest': [[2, 5, 7], { kernel_shape: [2, 2], strides: [2, 2] }],
  'the whole input': [[2, 3, 4], { kernel_shape: [3, 4] }],
  '1×1, stride 2': [[2, 4, 5], { kernel_shape: [1, 1], strides: [2, 2] }],
  '3×3, stride 2, padding 1 (windows overlap)': [
    [2, 6, 7],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  ],
  '3×3, stride 1': [[2, 5, 5], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }],
  'asymmetric padding': [[2, 5, 6], { kernel_shape: [3, 2], strides: [2, 2], pads: [0, 0, 2, 1] }],
  ceil_mode: [[2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
  'ceil_mode with padding': [[1, 6, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }],
  'ceil_mode with end padding': [
    [1, 6, 8],
    { kernel_shape: [3, 3], strides: [3, 2], pads: [0, 0, 1, 1], ceil_mode: 1 },
  ],
  'auto_pad SAME_UPPER': [[2, 5, 6], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  'auto_pad SAME_LOWER': [[2, 5, 6], { kernel_shape: [2, 3], strides: [2, 1], auto_pad: 'SAME_LOWER' }],
  'auto_pad VALID': [[2, 5, 6], { kernel_shape: [2, 3], strides: [2, 1], auto_pad: 'VALID' }],
  dilation: [[2, 7, 7], { kernel_shape: [2, 3], strides: [2, 1], dilations: [2, 2] }],
  'dilation with padding': [
    [2, 7, 6],
    { kernel_shape: [3, 2], strides: [1, 2], dilations: [2, 3], pads: [2, 1, 1, 0] },
  ],
  'one dimension': [[3, 9], { kernel_shape: [3], strides: [2] }],
  'three dimensions': [[2, 4, 5, 3], { kernel_shape: [2, 3, 2], strides: [2, 2, 1], pads: [0, 1, 1, 0, 1, 0] }],
  'three dimensions, ceil_mode': [[1, 4, 5, 4], { kernel_shape: [2, 2, 3], strides: [2, 2, 2], ceil_mode: 1 }],
};

function cases(
  op: string,
  kind: GradientCase['kind'],
  values?: GradientCase['values'],
  extra: NonNullable<SmallNode['attributes']> = {},
): readonly GradientCase[] {
  const more = Object.keys(extra).map((name) => `, ${name} ${extra[name]}`);
  return Object.entries(windows).map(([title, [x, attributes]]) => ({
    title: `${title}${more.join('')}`,
    inputs: { x },
    nodes: [{ op, inputs: ['x'], attributes: { ...attributes, ...extra } }],
    kind,
    values,
  }));
}

const global = (op: string, kind: GradientCase['kind'], values?: GradientCase['values']): readonly GradientCase[] =>
  [
    [3, 4, 5],
    [2, 6],
    [1, 2, 3, 2],
    [2, 1, 1],
  ].map((x) => ({
    title: `of [N, ${x}]`,
    inputs: { x },
    nodes: [{ op, inputs: ['x'] }],
    kind,
    values,
  }));

const ordered: GradientCase = {
  title: 'with storage_order 1',
  inputs: { x: [2, 4, 5] },
  nodes: [{ op: 'MaxPool', inputs: ['x'], attributes: { kernel_shape: [2, 2], strides: [2, 1], storage_order: 1 } }],
  kind: 'piecewise',
  values: apart(0.2),
};

export const poolingGrid: GradientGrid = {
  MaxPool: [...cases('MaxPool', 'piecewise', apart(0.2)), ordered],
  AveragePool: [
    ...cases('AveragePool', 'linear'),
    ...cases('AveragePool', 'linear', undefined, { count_include_pad: 1 }),
  ],
  GlobalAveragePool: global('GlobalAveragePool', 'linear'),
  GlobalMaxPool: global('GlobalMaxPool', 'piecewise', apart(0.2)),
};
