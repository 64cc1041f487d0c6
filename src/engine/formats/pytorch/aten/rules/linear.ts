/** Matrix products. */
import { transposed } from '../../../kit/tensors/derivedTensor';
import type { CallContext } from '../values/context';
import type { Family } from '../values/table';

/** A matrix with its axes exchanged: a weight is stored that way, so that nothing is left to compute. */
function turned(c: CallContext, value: string): string {
  const stored = c.constant(value);
  if (stored?.dims.length === 2) return c.tensorConstant('transposed', transposed(stored, [1, 0]));
  return c.emit('Transpose', [value], { perm: [1, 0] });
}

/** x · weightᵀ + bias. */
function linear(c: CallContext): void {
  const [input, weight] = [c.cast(c.tensor('input'), 'float32'), c.tensor('weight')];
  const bias = c.optional('bias');
  if (c.dims(input)?.length === 2 && c.rank(weight) === 2) {
    c.give('Gemm', [input, weight, bias ?? ''], { transB: 1 });
    return;
  }
  if (c.rank(weight) === 1) {
    const row = c.emit('MatMul', [input, weight]);
    if (bias === undefined) c.same(row);
    else c.give('Add', [row, bias]);
    return;
  }
  const matrix = turned(c, weight);
  if (bias === undefined) {
    c.give('MatMul', [input, matrix]);
    return;
  }
  c.shownAs = 'Linear';
  c.give('Add', [c.emit('MatMul', [input, matrix]), bias]);
}

/** beta · self + alpha · mat1 · mat2. */
function addmm(c: CallContext): void {
  const [a, b] = [c.tensor('mat1'), c.tensor('mat2')];
  c.give('Gemm', [a, b, c.tensor('self')], { alpha: c.float('alpha'), beta: c.float('beta') });
}

function added(c: CallContext, product: string): void {
  const [alpha, beta] = [c.float('alpha'), c.float('beta')];
  const scaled = alpha === 1 ? product : c.emit('Mul', [product, c.scalar(alpha)]);
  if (beta === 0) {
    c.same(scaled);
    return;
  }
  const self = c.tensor('self');
  c.give('Add', [beta === 1 ? self : c.emit('Mul', [self, c.scalar(beta)]), scaled]);
}

/** The sum over all products of a batch. */
function addbmm(c: CallContext): void {
  const products = c.emit('MatMul', [c.tensor('batch1'), c.tensor('batch2')]);
  added(c, c.emit('ReduceSum', [products, c.ints64(0)], { keepdims: 0 }));
}

function matmul(c: CallContext): void {
  const [self, other] = [c.tensor('self'), c.tensor('other')];
  c.give(
    'MatMul',
    c.isFloat(self) || c.isFloat(other) ? [c.cast(self, 'float32'), c.cast(other, 'float32')] : [self, other],
  );
}

function addmv(c: CallContext): void {
  added(c, c.emit('MatMul', [c.tensor('mat'), c.tensor('vec')]));
}

function outer(c: CallContext): void {
  const [a, b] = [c.tensor('self'), c.tensor('vec2')];
  c.give('Mul', [c.emit('Unsqueeze', [a, c.ints64(1)]), b]);
}

/** PyTorch lets a term leave its result out: then it is the letters that stand once, in alphabetical order. */
function einsum(c: CallContext): void {
  const text = c.text('equation').replaceAll(' ', '');
  const [terms = '', result] = text.split('->');
  const letters = [...terms.replaceAll(/[.,]/g, '')];
  const once = [...new Set(letters)].filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  const implied = `${terms.includes('...') ? '...' : ''}${once.join('')}`;
  c.give('Einsum', c.tensors('tensors'), { equation: `${terms}->${result ?? implied}` });
}

function tensordot(c: CallContext): void {
  const [a, b] = [c.tensor('self'), c.tensor('other')];
  const [mine, others] = [c.axes('dims_self', a), c.axes('dims_other', b)];
  const letter = (index: number) => String.fromCharCode(97 + index);
  const [rank, otherRank] = [c.rank(a), c.rank(b)];
  if (rank + otherRank > 26) c.unsupported('has too many axes');
  const first = Array.from({ length: rank }, (_, axis) => letter(axis));
  const second = Array.from({ length: otherRank }, (_, axis) => letter(rank + axis));
  mine.forEach((axis, i) => {
    second[others[i] as number] = first[axis] as string;
  });
  const kept = [
    ...first.filter((_, axis) => !mine.includes(axis)),
    ...second.filter((_, axis) => !others.includes(axis)),
  ];
  c.give('Einsum', [a, b], { equation: `${first.join('')},${second.join('')}->${kept.join('')}` });
}

const product = 'self:T mat2:T';

export const linearAlgebra: Family = {
  linear: ['input:T weight:T bias:T?=null', linear],
  addmm: ['self:T mat1:T mat2:T beta:n=1 alpha:n=1', addmm],
  mm: [product, (c) => c.give('MatMul', [c.tensor('self'), c.tensor('mat2')])],
  bmm: [product, (c) => c.give('MatMul', [c.tensor('self'), c.tensor('mat2')])],
  mv: ['self:T vec:T', (c) => c.give('MatMul', [c.tensor('self'), c.tensor('vec')])],
  dot: ['self:T tensor:T', (c) => c.give('MatMul', [c.tensor('self'), c.tensor('tensor')])],
  matmul: ['self:T other:T', matmul],
  linalg_matmul: ['self:T other:T', matmul],
  baddbmm: [
    'self:T batch1:T batch2:T beta:n=1 alpha:n=1',
    (c) => added(c, c.emit('MatMul', [c.tensor('batch1'), c.tensor('batch2')])),
  ],
  addbmm: ['self:T batch1:T batch2:T beta:n=1 alpha:n=1', addbmm],
  addmv: ['self:T mat:T vec:T beta:n=1 alpha:n=1', addmv],
  outer: ['self:T vec2:T', outer],
  einsum: ['equation:s tensors:T[] path:x?=null', einsum],
  tensordot: ['self:T other:T dims_self:i[] dims_other:i[]', tensordot],
};
