import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { apart, randomTensor, scalar } from '../../../../test/support/graph/smallGraph';

/** Where between a and b by the comparison of c with 0.65, which lies between two multiples of 0.15. */
function choice(
  title: string,
  inputs: GradientCase['inputs'],
  constants: GradientCase['constants'] = {},
): GradientCase {
  return {
    title,
    inputs,
    constants: { ...constants, limit: scalar(0.6) },
    nodes: [
      { op: 'Less', inputs: ['c', 'limit'] },
      { op: 'Where', inputs: ['v0', 'a', 'b'] },
    ],
    kind: 'piecewise',
    values: apart(0.3),
  };
}

const shapes = [
  { a: [], b: [], c: [] },
  { a: [2, 3], b: [2, 3], c: [2, 3] },
  { a: [2, 3], b: [2, 1], c: [2, 3] },
  { a: [1, 3], b: [2, 1], c: [2, 3] },
  { a: [2, 3], b: [2, 3], c: [1, 3] },
  { a: [1, 1], b: [1, 3], c: [2, 1] },
];

export const logicGrid: GradientGrid = {
  Where: [
    ...shapes.map((each) => choice(`between [N, ${each.a}] and [N, ${each.b}] by [N, ${each.c}]`, each)),
    choice('between a constant and an input', { b: [2, 3], c: [2, 3] }, { a: randomTensor([3], 1) }),
    choice('between an input and a scalar', { a: [2, 3], c: [2, 3] }, { b: scalar(-1) }),
    {
      title: 'between a value and its square',
      inputs: { c: [2, 3] },
      constants: { limit: scalar(0.6) },
      nodes: [
        { op: 'Less', inputs: ['c', 'limit'], outputs: ['small'] },
        { op: 'Mul', inputs: ['c', 'c'], outputs: ['square'] },
        { op: 'Where', inputs: ['small', 'c', 'square'] },
      ],
      kind: 'smooth',
      values: apart(0.3),
    },
  ],
};
