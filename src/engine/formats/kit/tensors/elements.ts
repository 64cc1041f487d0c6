/** Element types of weights as they lie in files. */
import type { DType, TensorData } from '../../../graph/ir/tensor';

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

export function arrayOver(dtype: NumericDType, buffer: ArrayBuffer): NumericData {
  return new arrays[dtype](buffer);
}

/** An array of zeros. */
export function newArray(dtype: NumericDType, length: number): NumericData {
  const Type = arrays[dtype] as unknown as new (length: number) => NumericData;
  return new Type(length);
}

/** Element type in the graph: every floating-point type becomes float32. */
export function graphDtype(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float64' ? 'float32' : dtype;
}
