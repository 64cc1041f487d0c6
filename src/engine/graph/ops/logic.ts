import type { DType } from '../ir/tensor';
import { noGradient, type OperatorDefinition, type Operators } from './definition';
import { broadcastInputs, foldElementwise, toInput } from './elementwise';
import { widened } from './widening';

/** Comparisons and connectives: truth values, which carry no gradient. */
function truth(apply?: (...values: number[]) => boolean): OperatorDefinition {
  const dtype: DType = 'bool';
  return {
    infer: (c) => [{ dtype, dims: broadcastInputs(c) }],
    fold: apply && foldElementwise((...values) => (apply(...values) ? 1 : 0), dtype),
    backward: noGradient,
  };
}

export const logic: Operators = {
  Where: {
    explicit: widened({ int8: 'int32', int16: 'int32', uint16: 'int32', uint32: 'int64' }, 1),
    infer: (c) => [{ dtype: c.dtype(1), dims: broadcastInputs(c) }],
    fold: (inputs, node) => {
      const dtype = inputs[1]?.dtype;
      return foldElementwise((condition, yes, no) => (condition ? (yes as number) : (no as number)), dtype)(
        inputs,
        node,
      );
    },
    backward: (b) => [
      null,
      toInput(b, 1, () => b.emit('Where', [b.x(0), b.g(), b.scalar(0)])),
      toInput(b, 2, () => b.emit('Where', [b.x(0), b.scalar(0), b.g()])),
    ],
  },
  Equal: truth((a, b) => a === b),
  Less: truth((a, b) => (a as number) < (b as number)),
  LessOrEqual: truth((a, b) => (a as number) <= (b as number)),
  Greater: truth((a, b) => (a as number) > (b as number)),
  GreaterOrEqual: truth((a, b) => (a as number) >= (b as number)),
  And: truth((a, b) => Boolean(a && b)),
  Or: truth((a, b) => Boolean(a || b)),
  Xor: truth((a, b) => Boolean(a) !== Boolean(b)),
  Not: truth((a) => !a),
  IsNaN: truth((a) => Number.isNaN(a)),
  IsInf: truth(),
};
