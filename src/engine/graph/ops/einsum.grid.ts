import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { randomTensor } from '../../../../test/support/graph/smallGraph';

type Equations = Readonly<Record<string, readonly (readonly number[])[]>>;

/** Shapes without the batch, which every equation keeps in its output. */
const batched: Equations = {
  'bid,bjd->bij': [
    [3, 4],
    [2, 4],
  ],
  'b i j , b j k -> b i k': [
    [3, 4],
    [4, 2],
  ],
  '...ij,...jk->...ik': [
    [2, 3, 4],
    [2, 4, 2],
  ],
  '...ij,...jk': [
    [2, 3, 4],
    [1, 4, 2],
  ],
  'b...d,bde->b...e': [
    [2, 3, 4],
    [4, 2],
  ],
  'bhqd,bhkd->bhqk': [
    [2, 3, 4],
    [2, 5, 4],
  ],
  'bij->bji': [[3, 4]],
  'bij->bi': [[3, 4]],
  'bij->b': [[3, 4]],
  'b...->b': [[3, 4]],
  'bii->bi': [[3, 3]],
  'bii->b': [[3, 3]],
  'biji->bj': [[3, 2, 3]],
  'bi,bj->bij': [[3], [4]],
  'bi,bi->bi': [[3], [3]],
  'bij,bk->bi': [[3, 4], [2]],
  'bij,bj,bjk->bik': [[3, 4], [4], [4, 2]],
  'bi,bj,bk->bkji': [[2], [3], [2]],
};

/** Equations without an axis for the batch, on whole shapes. */
const whole: Equations = {
  'ij,jk': [
    [2, 3],
    [3, 4],
  ],
  'bA,Ac': [
    [2, 3],
    [3, 4],
  ],
  'ij->': [[2, 3]],
  'ii->': [[3, 3]],
  ii: [[3, 3]],
  'iij->j': [[2, 2, 3]],
  'i,i->': [[4], [4]],
  'i,j->': [[4], [3]],
  '...->...': [[2, 3]],
  'i...->...': [[2, 3, 2]],
  '...,...->...': [[2, 3], [3]],
  '...,...': [[2, 1], [3]],
  'a...,...b->...ab': [
    [2, 3],
    [1, 3, 4],
  ],
};

function cases(equations: Equations, isWhole: boolean): GradientCase[] {
  return Object.entries(equations).map(([equation, shapes]) => {
    const inputs = Object.fromEntries(shapes.map((dims, index) => [`x${index}`, dims]));
    const nodes = [{ op: 'Einsum', inputs: Object.keys(inputs), attributes: { equation } }];
    return { title: equation, inputs, nodes, kind: shapes.length === 1 ? 'linear' : 'smooth', whole: isWhole };
  });
}

export const einsumGrid: GradientGrid = {
  Einsum: [
    ...cases(batched, false),
    ...cases(whole, true),
    {
      title: 'bsd,hde->bhse with weights',
      inputs: { x: [3, 4] },
      constants: { w: randomTensor([2, 4, 5], 3) },
      nodes: [{ op: 'Einsum', inputs: ['x', 'w'], attributes: { equation: 'bsd,hde->bhse' } }],
      kind: 'linear',
    },
  ],
};
