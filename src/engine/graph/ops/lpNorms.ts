import { intAttribute } from '../ir/attributes';
import type { BackwardContext, OperatorDefinition, Operators } from './definition';
import { kernelOf, pooledDims, spreadOverWindows } from './pooling';
import { explicitPads, windowsOf } from './windows';

/** d‖x‖ₚ/dx: sign(x)·(|x| / ‖x‖)^(p−1) for one norm of many cells, from `spread`, which hands a norm's number on to its cells. */
function normBackward(b: BackwardContext, spread: (value: string) => string): string {
  const p = intAttribute(b.node, 'p', 2);
  if (p === 1) return b.emit('Mul', [b.emit('Sign', [b.x()]), spread(b.g())]);
  const power = (value: string) => (p === 2 ? value : b.emit('Pow', [value, b.scalar(p - 1)]));
  const share = b.emit('Div', [b.g(), power(b.y())]);
  // A norm of 0 has the gradient 0.
  const finite = b.emit('Where', [b.emit('Greater', [b.y(), b.scalar(0)]), share, b.scalar(0)]);
  if (p === 2) return b.emit('Mul', [b.x(), spread(finite)]);
  const signed = b.emit('Mul', [b.emit('Sign', [b.x()]), power(b.emit('Abs', [b.x()]))]);
  return b.emit('Mul', [signed, spread(finite)]);
}

/** y = x / ‖x‖: gx = (g − d‖x‖/dx · Σ g·y) / ‖x‖, where d‖x‖/dx is y for p = 2 and sign(x) for p = 1. */
const normalization: OperatorDefinition = {
  infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
  backward: (b) => {
    const [p, axis] = [intAttribute(b.node, 'p', 2), b.ints([intAttribute(b.node, 'axis', -1)])];
    const norm = b.emit(p === 1 ? 'ReduceL1' : 'ReduceL2', [b.x(), axis], { keepdims: 1 });
    const along = b.emit('ReduceSum', [b.emit('Mul', [b.g(), b.y()]), axis], { keepdims: 1 });
    const slope = p === 1 ? b.emit('Sign', [b.x()]) : b.y();
    const gradient = b.emit('Div', [b.emit('Sub', [b.g(), b.emit('Mul', [slope, along])]), norm]);
    return [b.emit('Where', [b.emit('Greater', [norm, b.scalar(0)]), gradient, b.scalar(0)])];
  },
};

/** Norms of windows, of whole channels and of one axis. */
export const lpNorms: Operators = {
  LpPool: {
    explicit: (c) => explicitPads(c, kernelOf(c)),
    infer: (c) => [{ dtype: c.dtype(0), dims: pooledDims(c) }],
    backward: (b) => [normBackward(b, (value) => spreadOverWindows(b, value, windowsOf(b.node, kernelOf(b)), 1))],
  },
  GlobalLpPool: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0).map((length, axis) => (axis < 2 ? length : 1)) }],
    backward: (b) => [normBackward(b, (value) => value)],
  },
  LpNormalization: normalization,
};
