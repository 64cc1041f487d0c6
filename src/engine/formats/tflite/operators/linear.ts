import { activated } from '../importing/finishing';
import type { Operation, Rule } from '../importing/operation';
import { turned } from './convolution';

/** x·Wᵀ + b for W [out, in]; but for `keep_num_dims` all axes in front of the last become one. */
const fullyConnected: Rule = (o) => {
  if (o.byteOption(1) !== 0) o.unsupported('has weights shuffled for one kind of processor');
  const [rank, keeps] = [o.rank(0), o.flagOption(2)];
  const bias = o.optional(2);
  if (keeps && rank !== 2) {
    const product = o.emit('MatMul', [o.input(0), turned(o, 1, [1, 0])]);
    return activated(o, bias === '' ? product : o.w.add(product, bias), o.byteOption(0));
  }
  const flat = rank === 2 ? o.input(0) : o.emit('Reshape', [o.input(0), o.w.ints(-1, o.length(1, 1))]);
  const product = o.emit('Gemm', [flat, o.input(1), bias], { transB: 1 });
  return activated(o, product, o.byteOption(0));
};

function adjoint(o: Operation, index: number, turn: boolean): string {
  if (!turn) return o.input(index);
  const rank = o.rank(index);
  if (rank < 2) o.unsupported('turns a value of fewer than two axes');
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return o.emit('Transpose', [o.input(index)], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
}

const batchMatMul: Rule = (o) => o.emit('MatMul', [adjoint(o, 0, o.flagOption(0)), adjoint(o, 1, o.flagOption(1))]);

export const linear: Readonly<Record<string, Rule>> = {
  FULLY_CONNECTED: fullyConnected,
  BATCH_MATMUL: batchMatMul,
};
