import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { apart, type SmallNode, scalar } from '../../../../test/support/graph/smallGraph';
import { fromNumbers } from '../ir/numbers';
import { typeCode } from './elementTypes';

const to = (type: Parameters<typeof typeCode>[0], input: string): SmallNode => ({
  op: 'Cast',
  inputs: [input],
  attributes: { to: typeCode(type) },
});

const plain = (op: string): readonly GradientCase[] =>
  [[], [3], [2, 3, 4]].map((x) => ({
    title: `of [N, ${x}]`,
    inputs: { x },
    nodes: [{ op, inputs: ['x'] }],
    kind: 'linear',
  }));

export const castingGrid: GradientGrid = {
  Identity: plain('Identity'),
  Dropout: [
    ...plain('Dropout'),
    {
      title: 'with its ratio',
      inputs: { x: [5] },
      constants: { ratio: scalar(0.5) },
      nodes: [{ op: 'Dropout', inputs: ['x', 'ratio'] }],
      kind: 'linear',
    },
  ],
  Cast: [
    {
      title: 'to float64 and back',
      inputs: { x: [3] },
      nodes: [to('float64', 'x'), to('float32', 'v0')],
      kind: 'linear',
    },
    {
      title: 'to float64 and back, and squared',
      inputs: { x: [3] },
      nodes: [to('float64', 'x'), to('float32', 'v0'), { op: 'Mul', inputs: ['v1', 'v1'] }],
      kind: 'smooth',
    },
    { title: 'to float32 itself', inputs: { x: [2, 2] }, nodes: [to('float32', 'x')], kind: 'linear' },
    {
      title: 'to an integer, which carries no gradient',
      inputs: { x: [7] },
      nodes: [to('int64', 'x'), to('float32', 'v0'), { op: 'Mul', inputs: ['v1', 'x'] }],
      kind: 'piecewise',
      values: (count, random) => apart(0.5)(count, random).map((value) => value + 0.1),
    },
    {
      title: 'to a truth value, which carries no gradient',
      inputs: { x: [7] },
      nodes: [to('bool', 'x'), to('float32', 'v0'), { op: 'Mul', inputs: ['v1', 'x'] }],
      kind: 'piecewise',
      values: apart(0.5),
    },
  ],
  // Made a Cast when the graph is bound.
  CastLike: [
    {
      title: 'like a float64 constant, and back, and squared',
      inputs: { x: [3] },
      constants: { like: fromNumbers('float64', [], [0]) },
      nodes: [{ op: 'CastLike', inputs: ['x', 'like'] }, to('float32', 'v0'), { op: 'Mul', inputs: ['v1', 'v1'] }],
      kind: 'smooth',
    },
    {
      title: 'like an input, by neither of them',
      inputs: { x: [3], like: [3] },
      nodes: [{ op: 'CastLike', inputs: ['x', 'like'] }],
      kind: 'linear',
    },
  ],
};
