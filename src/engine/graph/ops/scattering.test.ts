import { describe, expect, it } from 'vitest';
import { checkGradient, checkSecondOrder, distinctValues, graphOf } from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { checkWholeGradient } from '../../../../test/support/graph/wholeGradient';
import { bind } from '../binding/bind';
import { fromNumbers, toNumbers } from '../ir/numbers';
import { float32, int64 } from '../ir/tensor';
import { computedPlacesGrid, scatteringGrid } from './scattering.grid';

testGradients(scatteringGrid);
testGradients(computedPlacesGrid);

const apart = (count: number, random: () => number) => distinctValues(count, random, 0.2);

describe('ScatterElements', () => {
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
