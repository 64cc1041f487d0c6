import type { DType } from '../../../graph/ir/tensor';

/** Element types by TensorFlow's numbers (DataType in tensorflow/core/framework/types.proto); quantised ones by what they are stored as. */
const dtypes: Readonly<Record<number, DType>> = {
  1: 'float32',
  2: 'float64',
  3: 'int32',
  4: 'uint8',
  5: 'int16',
  6: 'int8',
  7: 'string',
  9: 'int64',
  10: 'bool',
  11: 'int8',
  12: 'uint8',
  13: 'int32',
  14: 'bfloat16',
  15: 'int16',
  16: 'uint16',
  17: 'uint16',
  19: 'float16',
  22: 'uint32',
  23: 'uint64',
};

/** References are to their type plus this. */
const reference = 100;

/** The element type that a number stands for, in memory as in the file; undefined for resources, variants and unknown numbers. */
export function tfDtype(type: number): DType | undefined {
  const plain = type > reference ? type - reference : type;
  return Object.hasOwn(dtypes, plain) ? dtypes[plain] : undefined;
}
