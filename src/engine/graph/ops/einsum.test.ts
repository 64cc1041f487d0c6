import { describe, expect, it } from 'vitest';
import { bind } from '../bind';
import { checkGradient, checkSecondOrder, graphOf } from '../testing/gradientCheck';
import { randomTensor } from '../testing/smallGraph';
import { checkWholeGradient } from '../testing/wholeGradient';

/** Shapes with the batch, which every equation keeps in its output. */
const batched = [
  {
    equation: 'bid,bjd->bij',
    shapes: [
      [3, 4],
      [2, 4],
    ],
  },
  {
    equation: 'b i j , b j k -> b i k',
    shapes: [
      [3, 4],
      [4, 2],
    ],
  },
  {
    equation: '...ij,...jk->...ik',
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
  },
  {
    equation: '...ij,...jk',
    shapes: [
      [2, 3, 4],
      [1, 4, 2],
    ],
  },
  {
    equation: 'b...d,bde->b...e',
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
  },
  {
    equation: 'bhqd,bhkd->bhqk',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
  },
  { equation: 'bij->bji', shapes: [[3, 4]] },
  { equation: 'bij->bi', shapes: [[3, 4]] },
  { equation: 'bij->b', shapes: [[3, 4]] },
  { equation: 'b...->b', shapes: [[3, 4]] },
  { equation: 'bii->bi', shapes: [[3, 3]] },
  { equation: 'bii->b', shapes: [[3, 3]] },
  { equation: 'biji->bj', shapes: [[3, 2, 3]] },
  { equation: 'bi,bj->bij', shapes: [[3], [4]] },
  { equation: 'bi,bi->bi', shapes: [[3], [3]] },
  { equation: 'bij,bk->bi', shapes: [[3, 4], [2]] },
  { equation: 'bij,bj,bjk->bik', shapes: [[3, 4], [4], [4, 2]] },
  { equation: 'bi,bj,bk->bkji', shapes: [[2], [3], [2]] },
] as const;

/** Equations without an axis for the batch, on whole shapes. */
const whole = [
  {
    equation: 'ij,jk',
    shapes: [
      [2, 3],
      [3, 4],
    ],
  },
  {
    equation: 'bA,Ac',
    shapes: [
      [2, 3],
      [3, 4],
    ],
  },
  { equation: 'ij->', shapes: [[2, 3]] },
  { equation: 'ii->', shapes: [[3, 3]] },
  { equation: 'ii', shapes: [[3, 3]] },
  { equation: 'iij->j', shapes: [[2, 2, 3]] },
  { equation: 'i,i->', shapes: [[4], [4]] },
  { equation: 'i,j->', shapes: [[4], [3]] },
  { equation: '...->...', shapes: [[2, 3]] },
  { equation: 'i...->...', shapes: [[2, 3, 2]] },
  { equation: '...,...->...', shapes: [[2, 3], [3]] },
  { equation: '...,...', shapes: [[2, 1], [3]] },
  {
    equation: 'a...,...b->...ab',
    shapes: [
      [2, 3],
      [1, 3, 4],
    ],
  },
] as const;

const inputsOf = (shapes: readonly (readonly number[])[]) =>
  Object.fromEntries(shapes.map((dims, index) => [`x${index}`, dims]));
const nodesOf = (equation: string, count: number) => [
  { op: 'Einsum', inputs: Array.from({ length: count }, (_, index) => `x${index}`), attributes: { equation } },
];

describe('Einsum', () => {
  it.each(batched)('$equation in a batch', async ({ equation, shapes }) => {
    await checkGradient({ inputs: inputsOf(shapes), nodes: nodesOf(equation, shapes.length) });
  });

  it.each(whole)('$equation', async ({ equation, shapes }) => {
    await checkWholeGradient({ inputs: inputsOf(shapes), nodes: nodesOf(equation, shapes.length) });
  });

  it.each(['bij,bj,bjk->bik', 'bii->b', 'bij,bk->bi'])('%s differentiated twice', async (equation) => {
    const found = batched.find((one) => one.equation === equation)!;
    const nodes = nodesOf(equation, found.shapes.length);
    await checkSecondOrder({ inputs: inputsOf(found.shapes), nodes }, { piecewise: found.shapes.length === 1 });
  });

  it('with a constant operand', async () => {
    const constants = { w: randomTensor([2, 4, 5], 3) };
    const nodes = [{ op: 'Einsum', inputs: ['x', 'w'], attributes: { equation: 'bsd,hde->bhse' } }];
    await checkGradient({ inputs: { x: [3, 4] }, constants, nodes }, { kind: 'linear' });
  });

  it.each(['bij,bjk', 'bij,bkj->bik', 'bij', 'bi,bi->b'])('refuses %s when the shapes do not fit', (equation) => {
    const small = { inputs: { x0: [3, 4], x1: [3, 5] }, nodes: nodesOf(equation, 2) };
    expect(() => bind(graphOf(small))).toThrow(`The Einsum node "node_0" has the equation "${equation}", which`);
  });
});
