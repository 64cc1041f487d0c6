import { describe, expect, it } from 'vitest';
import { bind } from '../bind';
import { fromNumbers, toNumbers } from '../numbers';
import { int64 } from '../tensor';
import { checkGradient, checkSecondOrder, distinctValues, graphOf, type SmallNode } from '../testing/gradientCheck';
import { checkWholeGradient } from '../testing/wholeGradient';

const values = (count: number, random: () => number) => distinctValues(count, random, 0.2);

describe('TopK', () => {
  const forms = [
    { axis: 1, k: 2, largest: 1, sorted: 1 },
    { axis: -1, k: 3, largest: 0, sorted: 1 },
    { axis: 2, k: 1, largest: 1, sorted: 0 },
    { axis: 1, k: 3, largest: 0, sorted: 0 },
  ];
  it.each(forms)('$k along axis $axis, largest $largest, sorted $sorted', async ({ k, ...attributes }) => {
    const nodes = [
      { op: 'TopK', inputs: ['x', 'k'], outputs: ['top', 'at'], attributes },
      { op: 'Mul', inputs: ['top', 'top'] },
    ];
    const small = { inputs: { x: [3, 4] }, constants: { k: int64([1], [k]) }, nodes };
    await checkGradient(small, { values });
    await checkSecondOrder(small, { values, piecewise: false });
  });

  it('gives its indices to other nodes too', async () => {
    const nodes = [
      { op: 'TopK', inputs: ['x', 'k'], outputs: ['top', 'at'], attributes: { axis: 1 } },
      { op: 'GatherElements', inputs: ['x', 'at'], attributes: { axis: 1 } },
      { op: 'Mul', inputs: ['top', 'v1'] },
    ];
    await checkGradient({ inputs: { x: [5] }, constants: { k: int64([1], [2]) }, nodes }, { values });
  });
});

describe('Compress', () => {
  const condition = (...kept: number[]) => fromNumbers('bool', [kept.length], kept);
  it.each([
    { axis: 0, kept: [0, 1] },
    { axis: 1, kept: [1, 0, 1] },
    { axis: -1, kept: [0, 1, 1, 0] },
    { axis: -1, kept: [0, 1] },
    { axis: null, kept: [0, 1, 1, 0, 0, 0, 1, 0, 1] },
  ])('along axis $axis, $kept', async ({ axis, kept }) => {
    const attributes: Readonly<Record<string, number>> = axis === null ? {} : { axis };
    const nodes = [{ op: 'Compress', inputs: ['x', 'c'], attributes }];
    await checkWholeGradient({ inputs: { x: [2, 3, 4] }, constants: { c: condition(...kept) }, nodes });
  });
});

it('NonZero of a constant is a list of coordinates', () => {
  const constants = { mask: fromNumbers('float32', [2, 3], [0, 1, 0, 2, 0, -3]), axes: int64([2], [1, 0]) };
  const nodes: SmallNode[] = [
    { op: 'NonZero', inputs: ['mask'] },
    { op: 'Transpose', inputs: ['v0'], attributes: { perm: [1, 0] } },
    { op: 'GatherND', inputs: ['x', 'v1'] },
  ];
  const graph = bind({
    ...graphOf({ inputs: { x: [] }, constants, nodes }),
    inputs: [{ name: 'x', type: { dtype: 'float32', dims: [2, 3] } }],
  });
  expect(toNumbers(graph.constants.get('v1')!)).toEqual([0, 1, 1, 0, 1, 2]);
  expect(graph.types.get('v2')?.dims).toEqual([3]);
});

it.each([-1, 0, 1])('OneHot on axis %i, by its two values', async (axis) => {
  const constants = { at: int64([2, 2], [0, 2, -1, 3]), depth: int64([1], [4]) };
  const nodes = [{ op: 'OneHot', inputs: ['at', 'depth', 'values'], attributes: { axis } }];
  await checkWholeGradient({ inputs: { values: [2] }, constants, nodes });
});

it('Hardmax has the gradient 0', async () => {
  await checkGradient({ inputs: { x: [4] }, nodes: [{ op: 'Hardmax', inputs: ['x'] }] }, { values });
});
