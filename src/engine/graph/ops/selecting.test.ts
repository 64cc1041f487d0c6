import { expect, it } from 'vitest';
import { testGradients } from '../../../../test/support/graph/grid';
import { graphOf, type SmallNode } from '../../../../test/support/graph/smallGraph';
import { bind } from '../binding/bind';
import { fromNumbers, toNumbers } from '../ir/numbers';
import { int64 } from '../ir/tensor';
import { selectingGrid } from './selecting.grid';

testGradients(selectingGrid);

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
