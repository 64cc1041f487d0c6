import type { DType, TensorData } from '../../../graph/ir/tensor';

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
  0: 'undefined',
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

/** Element type in the graph: every floating-point type becomes float32. */
export function graphDtype(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float64' ? 'float32' : dtype;
}

/** The same for the number in an attribute such as Cast's `to`. */
export function graphDataType(dataType: number): number {
  return floatNumbers.has(dataType) ? 1 : dataType;
}

export type NumericDType = Exclude<DType, 'string'>;
export type NumericData = Exclude<TensorData, readonly string[]>;

type NumericArray = new (buffer: ArrayBuffer) => NumericData;

const arrays: Readonly<Record<NumericDType, NumericArray>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int4: Int8Array,
  uint4: Uint8Array,
  bool: Uint8Array,
};

/** Bytes of one element in raw_data, 0.5 for the 4-bit types. */
export function elementBytes(dtype: NumericDType): number {
  if (dtype === 'int4' || dtype === 'uint4') return 0.5;
  return (arrays[dtype] as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
}

export function arrayOver(dtype: NumericDType, buffer: ArrayBuffer): NumericData {
  return new arrays[dtype](buffer);
}

/** An array of zeros. */
export function newArray(dtype: NumericDType, length: number): NumericData {
  const Type = arrays[dtype] as unknown as new (length: number) => NumericData;
  return new Type(length);
}
