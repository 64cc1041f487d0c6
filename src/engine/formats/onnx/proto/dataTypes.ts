import type { DType } from '../../../graph/ir/tensor';

/** TensorProto.DataType → element type; the 8-bit floats and smaller ones are not read. */
const dtypes: Readonly<Record<number, DType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
  21: 'uint4',
  22: 'int4',
};

const otherNames: Readonly<Record<number, string>> = {
  0: 'none',
  14: 'complex64',
  15: 'complex128',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  23: 'float4e2m1',
  24: 'float8e8m0',
  25: 'uint2',
  26: 'int2',
};

export function dtypeOf(dataType: number): DType | undefined {
  return dtypes[dataType];
}

export function dataTypeName(dataType: number): string {
  return dtypes[dataType] ?? otherNames[dataType] ?? `number ${dataType}`;
}

/** Numbers of the element types that are computed as float32. */
const floatNumbers: ReadonlySet<number> = new Set([1, 10, 11, 16]);

/** As `graphDtype`, for the number in an attribute such as Cast's `to`. */
export function graphDataType(dataType: number): number {
  return floatNumbers.has(dataType) ? 1 : dataType;
}
