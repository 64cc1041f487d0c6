import { floatAttribute, intAttribute } from '../ir/attributes';
import { broadcastDims } from '../ir/numbers';
import type { BackwardContext, InferContext, Operators } from './definition';
import { unbroadcast } from './elementwise';

/** A matrix with its last two axes exchanged. */
export function transposed(b: BackwardContext, value: string): string {
  const rank = b.dims(value).length;
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return b.emit('Transpose', [value], { perm: [...perm.slice(0, -2), rank - 1, rank - 2] });
}

function matMulDims(c: InferContext): number[] {
  const [a, b] = [c.dims(0), c.dims(1)];
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const batch = broadcastDims([left.slice(0, -2), right.slice(0, -2)]);
  if (a.length === 0 || b.length === 0 || !batch || left.at(-1) !== right.at(-2)) {
    return c.fail(`multiplies shapes that do not fit each other: [${a.join(', ')}] and [${b.join(', ')}]`);
  }
  const rows = a.length === 1 ? [] : [left.at(-2) as number];
  const columns = b.length === 1 ? [] : [right.at(-1) as number];
  return [...batch, ...rows, ...columns];
}

/** gA = g·Bᵀ and gB = Aᵀ·g, summed over broadcast batch axes; a vector operand is a matrix of one row or column meanwhile. */
function matMulBackward(b: BackwardContext): (string | null)[] {
  const vectors = [b.dims(b.x(0)).length === 1, b.dims(b.x(1)).length === 1];
  const last = vectors[1] ? b.emit('Unsqueeze', [b.g(), b.ints([-1])]) : b.g();
  const g = vectors[0] ? b.emit('Unsqueeze', [last, b.ints([-2])]) : last;
  const left = vectors[0] ? b.emit('Unsqueeze', [b.x(0), b.ints([0])]) : b.x(0);
  const right = vectors[1] ? b.emit('Unsqueeze', [b.x(1), b.ints([1])]) : b.x(1);
  const finish = (full: string, operand: string, vector: boolean, axis: number) => {
    const own = unbroadcast(b, full, b.dims(full), b.dims(operand));
    return vector ? b.emit('Squeeze', [own, b.ints([axis])]) : own;
  };
  return [
    b.wanted(0) ? finish(b.emit('MatMul', [g, transposed(b, right)]), left, vectors[0] === true, 0) : null,
    b.wanted(1) ? finish(b.emit('MatMul', [transposed(b, left), g]), right, vectors[1] === true, 1) : null,
  ];
}

/** y = α·op(A)·op(B) + β·C. */
function gemmBackward(b: BackwardContext): (string | null)[] {
  const alpha = floatAttribute(b.node, 'alpha', 1);
  const [transA, transB] = [intAttribute(b.node, 'transA', 0), intAttribute(b.node, 'transB', 0)];
  const gemm = (inputs: string[], tA: number, tB: number) => b.emit('Gemm', inputs, { alpha, transA: tA, transB: tB });
  const [a, w, g] = [b.x(0), b.x(1), b.g()];
  const beta = floatAttribute(b.node, 'beta', 1);
  const bias = () => unbroadcast(b, beta === 1 ? g : b.emit('Mul', [g, b.scalar(beta)]), b.dims(g), b.dims(b.x(2)));
  return [
    b.wanted(0) ? (transA ? gemm([w, g], transB, 1) : gemm([g, w], 0, 1 - transB)) : null,
    b.wanted(1) ? (transB ? gemm([g, a], 1, transA) : gemm([a, g], 1 - transA, 0)) : null,
    b.wanted(2) ? bias() : null,
  ];
}

export const linear: Operators = {
  MatMul: {
    infer: (c) => [{ dtype: c.dtype(0), dims: matMulDims(c) }],
    backward: matMulBackward,
  },
  Gemm: {
    infer: (c) => {
      const [transA, transB] = [intAttribute(c.node, 'transA', 0), intAttribute(c.node, 'transB', 0)];
      const [a, b] = [c.dims(0), c.dims(1)];
      if (a.length !== 2 || b.length !== 2 || a[1 - transA] !== b[transB]) {
        c.fail(`multiplies shapes that do not fit each other: [${a.join(', ')}] and [${b.join(', ')}]`);
      }
      return [{ dtype: c.dtype(0), dims: [a[transA] as number, b[1 - transB] as number] }];
    },
    backward: gemmBackward,
  },
};
