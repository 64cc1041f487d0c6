import { expect, it } from 'vitest';
import { testGradients } from '../../../../test/support/graph/grid';
import { graphOf } from '../../../../test/support/graph/smallGraph';
import { bind } from '../binding/bind';
import { einsumGrid } from './einsum.grid';

testGradients(einsumGrid);

it.each(['bij,bjk', 'bij,bkj->bik', 'bij', 'bi,bi->b'])('refuses %s when the shapes do not fit', (equation) => {
  const inputs = { x0: [3, 4], x1: [3, 5] };
  const nodes = [{ op: 'Einsum', inputs: Object.keys(inputs), attributes: { equation } }];
  expect(() => bind(graphOf({ inputs, nodes }))).toThrow(
    `The Einsum node “node_0” has the equation “${equation}”, which`,
  );
});
