import type { DType } from '../ir/tensor';

/** Element types by ONNX's code (TensorProto.DataType). */
export const elementTypes: readonly (DType | undefined)[] = [
  undefined,
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  undefined,
  undefined,
  'bfloat16',
  undefined,
  undefined,
  undefined,
  undefined,
  'uint4',
  'int4',
];

/** ONNX's code of an element type. */
export function typeCode(dtype: DType): number {
  return elementTypes.indexOf(dtype);
}
