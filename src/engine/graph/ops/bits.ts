import { stringAttribute } from '../ir/attributes';
import { fromNumbers, toNumbers } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';
import { noGradient, type OperatorDefinition, type Operators } from './definition';
import { broadcastInputs, foldElementwise } from './elementwise';

/** Operators on the bits of integers of the same type, which carry no gradient. */
function bitwise(apply: (a: bigint, b: bigint) => bigint): OperatorDefinition {
  return {
    inputs: [2],
    infer: (c) => [{ dtype: c.dtype(0), dims: broadcastInputs(c) }],
    fold: foldElementwise((a, b) => Number(apply(BigInt(a), BigInt(b)))),
    backward: noGradient,
  };
}

/** No integer here has more than 64 bits; a longer shift would make numbers of any size. */
const shift = (left: boolean) => bitwise((a, b) => (b >= 64n ? 0n : left ? a << b : a >> b));

export const bits: Operators = {
  BitwiseAnd: bitwise((a, b) => a & b),
  BitwiseOr: bitwise((a, b) => a | b),
  BitwiseXor: bitwise((a, b) => a ^ b),
  BitwiseNot: {
    inputs: [1],
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    fold: ([x]) => {
      const { dtype, dims } = x as Tensor;
      const values = toNumbers(x as Tensor).map((value) => -1 - value);
      return dtype === 'uint64' ? null : [fromNumbers(dtype, dims, values)];
    },
    backward: noGradient,
  },
  BitShift: {
    ...shift(true),
    infer: (c) => {
      if (!c.dtype(0).startsWith('u')) c.fail('shifts signed integers, which is not supported');
      return shift(true).infer(c);
    },
    fold: (inputs, node) => shift(stringAttribute(node, 'direction', 'LEFT') === 'LEFT').fold?.(inputs, node) ?? null,
  },
};
