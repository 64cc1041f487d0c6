import { describe, expect, it } from 'vitest';
import { bind } from '../bind';
import { fromNumbers, toNumbers } from '../numbers';
import { float32, int64 } from '../tensor';
import {
  checkGradient,
  checkSecondOrder,
  distinctValues,
  gradientOf,
  graphOf,
  type SmallNode,
} from '../testing/gradientCheck';
import { checkWholeGradient } from '../testing/wholeGradient';

const apart = (count: number, random: () => number) => distinctValues(count, random, 0.2);
const reductions = ['none', 'add', 'mul', 'max', 'min'];

/** Values 0.4 apart, the updates halfway between the data: no ties within reach of the differences. */
const interleaved = (count: number, random: () => number, name: string) =>
  distinctValues(count, random, 0.4).map((value) => value + (name === 'updates' ? 0.2 : 0));

describe('ScatterElements', () => {
  const indices = [
    { axis: 0, dims: [2, 3], at: [0, -1, 2, 3, 1, 0] },
    { axis: 1, dims: [4, 2], at: [0, 2, 1, 2, -1, 0, 1, 0] },
    { axis: -1, dims: [3, 2], at: [0, 2, 1, 2, -1, 0] },
  ];
  const repeated = { axis: 0, dims: [3, 3], at: [0, 1, 2, 0, 1, -2, 0, 3, 3] };
  it.each(
    reductions.flatMap((reduction) =>
      (reduction === 'none' ? indices : [...indices, repeated]).map((at) => ({ reduction, ...at })),
    ),
  )('$reduction on axis $axis at $at', async ({ reduction, axis, dims, at }) => {
    const nodes = [{ op: 'ScatterElements', inputs: ['data', 'at', 'updates'], attributes: { axis, reduction } }];
    const small = { inputs: { data: [4, 3], updates: dims }, constants: { at: int64(dims, at) }, nodes };
    await checkWholeGradient(small, { step: 0.05, values: interleaved });
  });

  it('a product whose factors are 0', async () => {
    const nodes = [{ op: 'ScatterElements', inputs: ['data', 'at', 'updates'], attributes: { reduction: 'mul' } }];
    const small = { inputs: { data: [3], updates: [4] }, constants: { at: int64([4], [0, 0, 1, 2]) }, nodes };
    const given = { data: [2, 3, 0], updates: [0, 5, 0, 4] };
    const values = (_: number, __: () => number, name: string) => given[name as keyof typeof given];
    await checkWholeGradient(small, { values });
  });

  it('a second time, in a batch', async () => {
    const nodes = [
      { op: 'Shape', inputs: ['updates'] },
      { op: 'Expand', inputs: ['at', 'v0'] },
      { op: 'ScatterElements', inputs: ['data', 'v1', 'updates'], attributes: { axis: 1, reduction: 'mul' } },
    ];
    const constants = { at: int64([1, 3], [0, 2, 2]) };
    const small = { inputs: { data: [4], updates: [3] }, constants, nodes };
    await checkGradient(small, { values: apart });
    await checkSecondOrder(small, { values: apart, piecewise: false });
  });
});

describe('ScatterND', () => {
  const places = [
    { dims: [2, 1], at: [2, -4], updates: [2, 3, 2] },
    { dims: [2, 2], at: [2, 1, 0, -1], updates: [2, 2] },
    { dims: [2, 1, 3], at: [3, 1, 1, 0, 2, 0], updates: [2, 1] },
  ];
  const repeated = { dims: [3, 2], at: [1, 0, 1, 0, 3, 2], updates: [3, 2] };
  it.each(
    reductions.flatMap((reduction) =>
      (reduction === 'none' ? places : [...places, repeated]).map((place) => ({ reduction, ...place })),
    ),
  )('$reduction at $at', async ({ reduction, dims, at, updates }) => {
    const nodes = [{ op: 'ScatterND', inputs: ['data', 'at', 'updates'], attributes: { reduction } }];
    const small = { inputs: { data: [4, 3, 2], updates }, constants: { at: int64(dims, at) }, nodes };
    await checkWholeGradient(small, { step: 0.05, values: interleaved });
  });
});

describe('gathers', () => {
  it.each([0, 1, 2, -1])('GatherElements on axis %i', async (axis) => {
    const at = int64([2, 2, 2], [0, 1, 1, 1, 0, -1, 0, 0]);
    const nodes = [{ op: 'GatherElements', inputs: ['x', 'at'], attributes: { axis } }];
    await checkWholeGradient({ inputs: { x: [2, 2, 3] }, constants: { at }, nodes });
  });

  it.each([
    { batch: 0, dims: [2, 1], at: [1, 1] },
    { batch: 0, dims: [2, 2, 3], at: [0, 1, 2, 0, 1, 2, 1, -1, 0, 1, 0, 0] },
    { batch: 1, dims: [2, 1], at: [1, 2] },
    { batch: 1, dims: [2, 3, 2], at: [1, 2, 0, 0, 0, 0, 1, 1, 2, -1, 2, 0] },
    { batch: 2, dims: [2, 3, 1], at: [1, 2, 3, 3, 0, 0] },
  ])('GatherND with $batch batch axes at $at', async ({ batch, dims, at }) => {
    const nodes = [{ op: 'GatherND', inputs: ['x', 'at'], attributes: { batch_dims: batch } }];
    await checkWholeGradient({ inputs: { x: [2, 3, 4] }, constants: { at: int64(dims, at) }, nodes });
  });

  /** Positions that depend on the input: the gradient goes where they point. */
  it.each([0, 1])('Gather of a constant and of a computed table, keepdims %i', async (keepdims) => {
    const nodes: SmallNode[] = [
      { op: 'ArgMax', inputs: ['x'], attributes: { axis: 1, keepdims } },
      { op: 'Gather', inputs: ['table', 'v0'], attributes: { axis: 1 } },
    ];
    await checkWholeGradient({ inputs: { x: [2, 3], table: [2, 3, 2] }, nodes }, { step: 0.01, values: apart });
  });

  it('GatherElements and GatherND of the same computed positions', async () => {
    const nodes: SmallNode[] = [
      { op: 'ArgMax', inputs: ['x'], attributes: { axis: 1, keepdims: 1 } },
      { op: 'GatherElements', inputs: ['x', 'v0'], attributes: { axis: 1 } },
      { op: 'GatherND', inputs: ['x', 'v0'], attributes: { batch_dims: 1 } },
      { op: 'Unsqueeze', inputs: ['v2', 'one'] },
      { op: 'Sub', inputs: ['v1', 'v3'] },
      { op: 'Mul', inputs: ['v1', 'v3'] },
      { op: 'Add', inputs: ['v4', 'v5'] },
    ];
    await checkGradient({ inputs: { x: [4] }, constants: { one: int64([1], [1]) }, nodes }, { values: apart });
  });
});

it('a mask that is written into place is evaluated when the graph is bound', () => {
  const constants = {
    zeros: fromNumbers('float32', [2, 3], new Float32Array(6)),
    at: int64([2, 2], [0, 1, 1, -1]),
    ones: float32([2], Float32Array.of(1, 2)),
    column: int64([2, 1], [2, 0]),
    more: float32([2, 1], Float32Array.of(5, 6)),
    pick: int64([2, 2], [0, 2, 1, 1]),
  };
  const nodes = [
    { op: 'ScatterND', inputs: ['zeros', 'at', 'ones'] },
    { op: 'ScatterElements', inputs: ['v0', 'column', 'more'], attributes: { axis: 1 } },
    { op: 'GatherElements', inputs: ['v1', 'pick'], attributes: { axis: 1 } },
    { op: 'GatherND', inputs: ['v1', 'at'] },
    { op: 'Add', inputs: ['v2', 'v3'] },
    { op: 'Add', inputs: ['x', 'v4'] },
  ];
  const { constants: known } = bind(graphOf({ inputs: { x: [2] }, constants, nodes, outputs: ['v5'] }));
  expect(toNumbers(known.get('v4')!)).toEqual([0 + 1, 5 + 2, 0 + 1, 0 + 2]);
});

it('Slice at computed positions', async () => {
  const nodes = [
    { op: 'Shape', inputs: ['x'], attributes: { start: 0, end: 1 } },
    { op: 'Slice', inputs: ['x', 'zero', 'v0', 'zero'] },
    { op: 'Mul', inputs: ['v1', 'v1'] },
  ];
  const small = { inputs: { x: [3, 2] }, constants: { zero: int64([1], [0]) }, nodes };
  await checkGradient(small);
  const { x } = await gradientOf(
    small,
    { x: fromNumbers('float32', [1, 3, 2], [1, 2, 3, 4, 5, 6]) },
    fromNumbers('float32', [1, 3, 2], [1, 1, 1, 1, 1, 0]),
  );
  expect(toNumbers(x!)).toEqual([2, 4, 6, 8, 10, 0]);
});
