import { describe, expect, it } from 'vitest';
import { checkGradient, checkSecondOrder } from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { graphOf, type SmallNode } from '../../../../test/support/graph/smallGraph';
import { bind } from '../binding/bind';
import { fromNumbers, toNumbers } from '../ir/numbers';
import { int64 } from '../ir/tensor';
import { scanningGrid } from './scanning.grid';

/** What binding makes of the last node when everything is constant. */
function folded(nodes: readonly SmallNode[], constants: Parameters<typeof graphOf>[0]['constants']): number[] {
  const last = `v${nodes.length - 1}`;
  const graph = bind(
    graphOf({ inputs: { x: [1] }, constants: constants ?? {}, nodes: [...nodes, { op: 'Mul', inputs: ['x', last] }] }),
  );
  return toNumbers(graph.constants.get(last)!);
}

testGradients(scanningGrid);

describe('CumSum', () => {
  it.each([
    { exclusive: 0, reverse: 0, wanted: [1, 3, 6, 4, 9, 15] },
    { exclusive: 1, reverse: 0, wanted: [0, 1, 3, 0, 4, 9] },
    { exclusive: 0, reverse: 1, wanted: [6, 5, 3, 15, 11, 6] },
    { exclusive: 1, reverse: 1, wanted: [5, 3, 0, 11, 6, 0] },
  ])('of a constant: exclusive $exclusive, reverse $reverse', ({ wanted, ...attributes }) => {
    const constants = { c: fromNumbers('float32', [2, 3], [1, 2, 3, 4, 5, 6]), axis: int64([], [-1]) };
    expect(folded([{ op: 'CumSum', inputs: ['c', 'axis'], attributes }], constants)).toEqual(wanted);
  });
});

describe('CumProd', () => {
  const flags = [0, 1].flatMap((exclusive) => [0, 1].map((reverse) => ({ exclusive, reverse })));
  const values = (count: number, random: () => number) =>
    Float32Array.from({ length: count }, () => 0.5 + 1.5 * random());
  it.each([1, -1].flatMap((axis) => flags.map((flag) => ({ axis, ...flag }))))(
    'along axis $axis, exclusive $exclusive, reverse $reverse',
    async ({ axis, ...attributes }) => {
      const nodes = [{ op: 'CumProd', inputs: ['x', 'axis'], attributes }];
      const small = { inputs: { x: [3, 4] }, constants: { axis: int64([], [axis]) }, nodes };
      await checkGradient(small, { values });
      await checkSecondOrder(small, { values, piecewise: false });
    },
  );

  it.each([
    { exclusive: 0, reverse: 0, wanted: [1, 2, 6, 4, 20, 120] },
    { exclusive: 1, reverse: 0, wanted: [1, 1, 2, 1, 4, 20] },
    { exclusive: 0, reverse: 1, wanted: [6, 6, 3, 120, 30, 6] },
    { exclusive: 1, reverse: 1, wanted: [6, 3, 1, 30, 6, 1] },
  ])('of numbers: exclusive $exclusive, reverse $reverse', ({ wanted, ...attributes }) => {
    const constants = { c: fromNumbers('float32', [2, 3], [1, 2, 3, 4, 5, 6]), axis: int64([], [-1]) };
    expect(folded([{ op: 'CumProd', inputs: ['c', 'axis'], attributes }], constants)).toEqual(wanted);
  });
});

it('refuses products along an axis that would be repeated too often', () => {
  const nodes = [{ op: 'CumProd', inputs: ['x', 'axis'] }];
  const small = graphOf({ inputs: { x: [3000] }, constants: { axis: int64([], [1]) }, nodes });
  expect(() => bind(small)).toThrow('multiplies 3000 numbers in turn, of which at most 2048 are supported');
});

describe('Trilu and EyeLike', () => {
  it('of constants', () => {
    const c = fromNumbers('int64', [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const asFloat = { op: 'Cast', inputs: ['v0'], attributes: { to: 1 } };
    expect(folded([{ op: 'Trilu', inputs: ['c'] }, asFloat], { c })).toEqual([1, 2, 3, 0, 5, 6, 7, 8, 9, 0, 11, 12]);
    const lower = { op: 'Trilu', inputs: ['c', 'k'], attributes: { upper: 0 } };
    const k = int64([], [-1]);
    expect(folded([lower, asFloat], { c, k })).toEqual([0, 0, 0, 4, 0, 0, 0, 0, 0, 10, 0, 0]);
    const eye = { op: 'EyeLike', inputs: ['m'], attributes: { dtype: 1, k: 1 } };
    const m = fromNumbers('int64', [2, 3], [9, 9, 9, 9, 9, 9]);
    expect(folded([eye], { m })).toEqual([0, 1, 0, 0, 0, 1]);
  });
});
