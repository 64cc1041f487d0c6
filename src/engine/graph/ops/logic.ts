import type { DType } from '../ir/tensor';
import { noGradient, type OperatorDefinition, type Operators } from './definition';
import { broadcastInputs, foldElementwise, toInput } from './elementwise';

/** Comparisons and connectives: truth values, which carry no gradient. */
function truth(count: 1 | 2, apply?: (a: number, b: number) => boolean): OperatorDefinition {
  const dtype: DType = 'bool';
  return {
    inputs: [count],
    infer: (c) => [{ dtype, dims: broadcastInputs(c) }],
    fold: apply && foldElementwise((a, b) => (apply(a, b) ? 1 : 0), dtype),
    backward: noGradient,
  };
}

export const logic: Operators = {
  Where: {
    inputs: [3],
    infer: (c) => [{ dtype: c.dtype(1), dims: broadcastInputs(c) }],
    fold: (inputs, node) => {
      const dtype = inputs[1]?.dtype;
      return foldElementwise((condition, yes, no) => (condition ? yes : no), dtype)(inputs, node);
    },
    backward: (b) => [
      null,
      toInput(b, 1, () => b.emit('Where', [b.x(0), b.g(), b.scalar(0)])),
      toInput(b, 2, () => b.emit('Where', [b.x(0), b.scalar(0), b.g()])),
    ],
  },
  Equal: truth(2, (a, b) => a === b),
  Less: truth(2, (a, b) => a < b),
  LessOrEqual: truth(2, (a, b) => a <= b),
  Greater: truth(2, (a, b) => a > b),
  GreaterOrEqual: truth(2, (a, b) => a >= b),
  And: truth(2, (a, b) => Boolean(a && b)),
  Or: truth(2, (a, b) => Boolean(a || b)),
  Xor: truth(2, (a, b) => Boolean(a) !== Boolean(b)),
  Not: truth(1, (a) => !a),
  IsNaN: truth(1, Number.isNaN),
  IsInf: truth(1),
};
