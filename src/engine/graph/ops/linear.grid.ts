import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { randomTensor, type SmallNode } from '../../../../test/support/graph/smallGraph';

const shape = (dims: readonly number[]) => `[${dims}]`;

/** x on either side of weights; a vector on either side; batch axes that are repeated on either side. */
const products = [
  { x: [3, 4], w: [4, 5] },
  { x: [4], w: [4, 2] },
  { x: [3, 4], w: [4] },
  { x: [4], w: [4] },
  { x: [2, 3, 4], w: [4, 5] },
  { x: [2, 3, 4], w: [1, 2, 4, 5] },
  { x: [1, 3, 4], w: [2, 4, 5] },
  { x: [2, 1, 3, 4], w: [1, 5, 4, 1] },
];

const reversed = [
  { w: [2, 4], x: [4, 3] },
  { w: [4], x: [4, 3] },
  { w: [3, 2, 4], x: [1, 4, 3] },
];

const matMul: readonly GradientCase[] = [
  ...products.map(({ x, w }) => ({
    title: `of [N, ${x}] and weights ${shape(w)}`,
    inputs: { x },
    constants: { w: randomTensor(w, 2) },
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'] }],
    kind: 'linear' as const,
  })),
  ...reversed.map(({ w, x }) => ({
    title: `of weights ${shape(w)} and [N, ${x}]`,
    inputs: { x },
    constants: { w: randomTensor(w, 2) },
    nodes: [{ op: 'MatMul', inputs: ['w', 'x'] }],
    kind: 'linear' as const,
  })),
  ...[
    { a: [3, 4], b: [4, 3] },
    { a: [2, 3, 4], b: [2, 4, 5] },
    { a: [1, 3, 4], b: [2, 4, 5] },
    { a: [2, 1, 3, 4], b: [1, 2, 4, 1] },
  ].map(({ a, b }) => ({
    title: `of [N, ${a}] and [N, ${b}]`,
    inputs: { a, b },
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'] }],
    kind: 'smooth' as const,
  })),
  {
    title: 'of a value and itself',
    inputs: { x: [3, 3] },
    nodes: [{ op: 'MatMul', inputs: ['x', 'x'] }],
    kind: 'smooth',
  },
];

const factors: readonly NonNullable<SmallNode['attributes']>[] = [{}, { alpha: 0.5, beta: 2 }];
const turned = { op: 'Transpose', inputs: ['v0'], attributes: { perm: [1, 0] } };

/** x as the left factor, plain or transposed, and as the right one, with every pair of transA and transB and a bias of every shape. */
const gemm: readonly GradientCase[] = [
  ...[0, 1].flatMap((transB) =>
    factors.flatMap((each) =>
      [[4], [1, 4], [1], [], null].map(
        (bias): GradientCase => ({
          title: `with weights, transB ${transB}, ${bias ? `bias [${bias}]` : 'no bias'}, ${JSON.stringify(each)}`,
          inputs: { x: [5] },
          constants: { w: randomTensor(transB ? [4, 5] : [5, 4], 2), ...(bias && { c: randomTensor(bias, 3) }) },
          nodes: [{ op: 'Gemm', inputs: bias ? ['x', 'w', 'c'] : ['x', 'w'], attributes: { transB, ...each } }],
          kind: 'linear',
        }),
      ),
    ),
  ),
  ...[0, 1].map(
    (transB): GradientCase => ({
      title: `with transA, transB ${transB}`,
      inputs: { x: [5] },
      constants: { w: randomTensor(transB ? [4, 5] : [5, 4], 2) },
      nodes: [
        { op: 'Transpose', inputs: ['x'], attributes: { perm: [1, 0] } },
        { op: 'Gemm', inputs: ['v0', 'w'], attributes: { transA: 1, transB } },
      ],
      kind: 'linear',
    }),
  ),
  ...[0, 1].map(
    (transA): GradientCase => ({
      title: `with x as the right factor, transA ${transA}`,
      inputs: { x: [5] },
      constants: { w: randomTensor(transA ? [5, 4] : [4, 5], 2) },
      nodes: [{ op: 'Gemm', inputs: ['w', 'x'], attributes: { transA, transB: 1 } }, turned],
      kind: 'linear',
    }),
  ),
  {
    title: 'with a bias that depends on the input',
    inputs: { x: [5], c: [4] },
    constants: { w: randomTensor([5, 4], 2) },
    nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'c'], attributes: { beta: 0.5 } }],
    kind: 'linear',
  },
];

export const linearGrid: GradientGrid = { MatMul: matMul, Gemm: gemm };
