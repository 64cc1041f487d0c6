import { intAttribute } from '../ir/attributes';
import type { BackwardContext, Operators } from './definition';

/** Σ over the softmax axis, kept as an axis of length 1. */
function sum(b: BackwardContext, value: string): string {
  return b.emit('ReduceSum', [value, b.ints([intAttribute(b.node, 'axis', -1)])], { keepdims: 1 });
}

export const softmax: Operators = {
  Softmax: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    // y ⊙ (g − Σ g·y)
    backward: (b) => {
      const product = b.emit('Mul', [b.g(), b.y()]);
      return [b.emit('Mul', [b.y(), b.emit('Sub', [b.g(), sum(b, product)])])];
    },
  },
  LogSoftmax: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    // g − softmax · Σ g
    backward: (b) => [b.emit('Sub', [b.g(), b.emit('Mul', [b.emit('Exp', [b.y()]), sum(b, b.g())])])],
  },
};
