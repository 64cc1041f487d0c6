import { describe, it } from 'vitest';
import { float32, int64, type Tensor } from '../tensor';
import { checkGradient, randomTensor, type SmallNode } from '../testing/gradientCheck';

interface ShapeCase {
  readonly title: string;
  readonly x: readonly number[];
  readonly nodes: readonly SmallNode[];
  readonly constants?: Readonly<Record<string, Tensor>>;
}

const ints = (...values: number[]) => int64([values.length], values);
const after = { op: 'Mul', inputs: ['v0', 'v0'] };

/** Linear operators on the shape of their input, alone. */
const cases: readonly ShapeCase[] = [
  {
    title: 'Reshape to [0, −1]',
    x: [2, 3, 4],
    nodes: [{ op: 'Reshape', inputs: ['x', 's'] }],
    constants: { s: ints(0, -1) },
  },
  {
    title: 'Reshape to a traced batch of 1',
    x: [2, 3, 4],
    nodes: [{ op: 'Reshape', inputs: ['x', 's'] }],
    constants: { s: ints(1, 6, 4) },
  },
  {
    title: 'Reshape to [1, −1]',
    x: [2, 3, 4],
    nodes: [{ op: 'Reshape', inputs: ['x', 's'] }],
    constants: { s: ints(1, -1) },
  },
  {
    title: 'Reshape to [−1, 24]',
    x: [2, 3, 4],
    nodes: [{ op: 'Reshape', inputs: ['x', 's'] }],
    constants: { s: ints(-1, 24) },
  },
  { title: 'Flatten', x: [2, 3, 4], nodes: [{ op: 'Flatten', inputs: ['x'] }] },
  { title: 'Squeeze', x: [3, 1, 4, 1], nodes: [{ op: 'Squeeze', inputs: ['x', 'a'] }], constants: { a: ints(2, -1) } },
  { title: 'Unsqueeze', x: [3, 4], nodes: [{ op: 'Unsqueeze', inputs: ['x', 'a'] }], constants: { a: ints(1, -1) } },
  { title: 'Transpose', x: [2, 3, 4], nodes: [{ op: 'Transpose', inputs: ['x'], attributes: { perm: [0, 2, 3, 1] } }] },
  { title: 'Expand', x: [3, 1, 4], nodes: [{ op: 'Expand', inputs: ['x', 's'] }], constants: { s: ints(1, 3, 5, 4) } },
  { title: 'Tile', x: [3, 2, 4], nodes: [{ op: 'Tile', inputs: ['x', 'r'] }], constants: { r: ints(1, 1, 3, 2) } },
  { title: 'Identity', x: [3], nodes: [{ op: 'Identity', inputs: ['x'] }] },
  { title: 'Dropout', x: [3], nodes: [{ op: 'Dropout', inputs: ['x'] }] },
  {
    title: 'Cast to double and back',
    x: [3],
    nodes: [
      { op: 'Cast', inputs: ['x'], attributes: { to: 11 } },
      { op: 'Cast', inputs: ['v0'], attributes: { to: 1 } },
    ],
  },
  {
    title: 'Slice',
    x: [4, 6],
    nodes: [{ op: 'Slice', inputs: ['x', 'b', 'e', 'a'] }],
    constants: { b: ints(1, -3), e: ints(3, 1000), a: ints(1, 2) },
  },
  {
    title: 'Slice with steps',
    x: [5, 7],
    nodes: [{ op: 'Slice', inputs: ['x', 'b', 'e', 'a', 't'] }],
    constants: { b: ints(0, 1), e: ints(5, 7), a: ints(1, 2), t: ints(2, 3) },
  },
  {
    title: 'Slice backwards',
    x: [3, 4, 4],
    nodes: [{ op: 'Slice', inputs: ['x', 'b', 'e', 'a', 't'] }],
    constants: { b: ints(-1), e: ints(-1000), a: ints(1), t: ints(-1) },
  },
  {
    title: 'Gather of one position',
    x: [5, 3],
    nodes: [{ op: 'Gather', inputs: ['x', 'i'], attributes: { axis: 1 } }],
    constants: { i: int64([], [2]) },
  },
  {
    title: 'Gather of neighbours',
    x: [5, 3],
    nodes: [{ op: 'Gather', inputs: ['x', 'i'], attributes: { axis: 1 } }],
    constants: { i: ints(1, 2, 3) },
  },
  {
    title: 'Gather with repeated positions',
    x: [5, 3],
    nodes: [{ op: 'Gather', inputs: ['x', 'i'], attributes: { axis: 1 } }],
    constants: { i: ints(4, 0, 4, -2) },
  },
  {
    title: 'Gather by a matrix',
    x: [2, 5, 3],
    nodes: [{ op: 'Gather', inputs: ['x', 'i'], attributes: { axis: 2 } }],
    constants: { i: int64([2, 3], [4, 0, 4, 1, 1, 2]) },
  },
  {
    title: 'Gather on the last axis',
    x: [3, 5],
    nodes: [{ op: 'Gather', inputs: ['x', 'i'], attributes: { axis: -1 } }],
    constants: { i: int64([2, 2], [4, 0, 3, 1]) },
  },
  {
    title: 'Split',
    x: [6, 2],
    nodes: [
      { op: 'Split', inputs: ['x', 's'], outputs: ['a', 'b'], attributes: { axis: 1 } },
      { op: 'Add', inputs: ['a', 'a'] },
      { op: 'Concat', inputs: ['b', 'v1'], attributes: { axis: 1 } },
    ],
    constants: { s: ints(2, 4) },
  },
  {
    title: 'Split with an output that is not used',
    x: [6, 2],
    nodes: [
      { op: 'Split', inputs: ['x'], outputs: ['a', 'b', 'c'], attributes: { axis: 1, num_outputs: 3 } },
      { op: 'Add', inputs: ['a', 'c'] },
    ],
  },
  {
    title: 'Concat with a constant for one image',
    x: [2, 3],
    nodes: [{ op: 'Concat', inputs: ['token', 'x'], attributes: { axis: 1 } }],
    constants: { token: randomTensor([1, 1, 3], 4) },
  },
  {
    title: 'Concat of x with itself',
    x: [2, 3],
    nodes: [{ op: 'Concat', inputs: ['x', 'x'], attributes: { axis: -1 } }],
  },
  { title: 'Pad', x: [3, 4], nodes: [{ op: 'Pad', inputs: ['x', 'p'] }], constants: { p: ints(0, 1, 0, 0, 2, 3) } },
  {
    title: 'Pad with a value, by axes',
    x: [3, 4],
    nodes: [{ op: 'Pad', inputs: ['x', 'p', 'v', 'a'] }],
    constants: { p: ints(2, 1), v: float32([], Float32Array.of(5)), a: ints(-1) },
  },
  {
    title: 'Pad with negative pads',
    x: [5, 4],
    nodes: [{ op: 'Pad', inputs: ['x', 'p'] }],
    constants: { p: ints(0, -1, 2, 0, -2, -1) },
  },
  {
    title: 'Pad reflect',
    x: [2, 4, 5],
    nodes: [{ op: 'Pad', inputs: ['x', 'p'], attributes: { mode: 'reflect' } }],
    constants: { p: ints(0, 0, 2, 3, 0, 0, 1, 2) },
  },
  {
    title: 'Pad edge',
    x: [2, 4, 5],
    nodes: [{ op: 'Pad', inputs: ['x', 'p'], attributes: { mode: 'edge' } }],
    constants: { p: ints(0, 0, 2, 0, 0, 0, 1, 3) },
  },
  {
    title: 'Pad wrap',
    x: [4, 5],
    nodes: [{ op: 'Pad', inputs: ['x', 'p'], attributes: { mode: 'wrap' } }],
    constants: { p: ints(0, 2, 0, 0, 1, 3) },
  },
  {
    title: 'DepthToSpace DCR',
    x: [8, 2, 3],
    nodes: [{ op: 'DepthToSpace', inputs: ['x'], attributes: { blocksize: 2, mode: 'DCR' } }],
  },
  {
    title: 'DepthToSpace CRD',
    x: [8, 2, 3],
    nodes: [{ op: 'DepthToSpace', inputs: ['x'], attributes: { blocksize: 2, mode: 'CRD' } }],
  },
  { title: 'SpaceToDepth', x: [2, 4, 6], nodes: [{ op: 'SpaceToDepth', inputs: ['x'], attributes: { blocksize: 2 } }] },
];

describe('shape and indexing', () => {
  it.each(cases)('$title', async ({ x, nodes, constants }) => {
    await checkGradient({ inputs: { x }, nodes, constants }, { tolerance: 1e-4 });
  });

  it('GatherElements with repeated positions', async () => {
    // Positions per element, made from the values themselves so that they follow the batch.
    const nodes: SmallNode[] = [
      { op: 'Mul', inputs: ['x', 'zero'] },
      { op: 'Add', inputs: ['v0', 'positions'] },
      { op: 'Cast', inputs: ['v1'], attributes: { to: 7 } },
      { op: 'GatherElements', inputs: ['x', 'v2'], attributes: { axis: 1 } },
    ];
    const constants = { zero: float32([], Float32Array.of(0)), positions: float32([4], Float32Array.of(2, 2, 0, 3)) };
    await checkGradient({ inputs: { x: [4] }, nodes, constants });
  });

  it('followed by something that is not linear', async () => {
    const nodes = [{ op: 'Reshape', inputs: ['x', 's'] }, after];
    await checkGradient({ inputs: { x: [2, 3] }, nodes, constants: { s: ints(1, 6) } });
  });
});

describe('Resize', () => {
  const modes: NonNullable<SmallNode['attributes']>[] = [
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    { mode: 'nearest', coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' },
    { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
    { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    { mode: 'linear', coordinate_transformation_mode: 'asymmetric' },
    { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' },
    { mode: 'linear', coordinate_transformation_mode: 'half_pixel', antialias: 1 },
    { mode: 'cubic', coordinate_transformation_mode: 'half_pixel', cubic_coeff_a: -0.5 },
  ];
  it.each(
    modes.flatMap((attributes) =>
      [
        [8, 6],
        [3, 7],
        [6, 12],
      ].map(([h = 1, w = 1]) => ({ attributes, h, w })),
    ),
  )('$attributes.mode, $attributes.coordinate_transformation_mode, to $h × $w', async ({ attributes, h, w }) => {
    const scaled = { scales: float32([4], Float32Array.of(1, 1, h / 4, w / 5)) };
    const nodes = (inputs: string[]): SmallNode[] => [{ op: 'Resize', inputs, attributes }];
    await checkGradient(
      { inputs: { x: [2, 4, 5] }, nodes: nodes(['x', '', 'scales']), constants: scaled },
      { kind: 'linear' },
    );
  });

  it('to given sizes, by axes', async () => {
    const nodes = [{ op: 'Resize', inputs: ['x', '', '', 'sizes'], attributes: { mode: 'linear', axes: [2, 3] } }];
    await checkGradient({ inputs: { x: [2, 4, 5] }, nodes, constants: { sizes: ints(7, 3) } }, { kind: 'linear' });
  });
});
