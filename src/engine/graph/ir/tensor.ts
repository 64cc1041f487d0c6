/** ONNX element types, by their usual names. */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'int4'
  | 'uint4'
  | 'bool'
  | 'string';

/** float16 and bfloat16 are kept as their bit patterns; bool and the 4-bit types as one element a byte. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** A dense row-major array. */
export interface Tensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export interface FloatTensor extends Tensor {
  readonly dtype: 'float32';
  readonly data: Float32Array;
}

/** A dimension: its length, or null when it is not known before the graph is bound to an input size. */
export type Dim = number | null;

export interface ValueType {
  readonly dtype: DType;
  /** null when even the rank is unknown. */
  readonly dims: readonly Dim[] | null;
}

/** No value has more dimensions than this: what says so is a damaged length. */
export const mostDimensions = 64;

/** Bytes of one element as it lies in a file: the 4-bit types are packed, two to a byte. */
export const elementBytes: Readonly<Record<Exclude<DType, 'string'>, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  int4: 0.5,
  uint4: 0.5,
  bool: 1,
};

/** A text counts as a reference to it. */
const referenceBytes = 8;

/** Bytes of a value in memory, where an element takes a byte at least; lengths that are not known are taken for 1. */
export function valueBytes({ dtype, dims }: ValueType): number {
  const each = dtype === 'string' ? referenceBytes : Math.max(elementBytes[dtype], 1);
  return (dims ?? []).reduce<number>((product, dim) => product * (dim ?? 1), each);
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** A float32 tensor; throws a RangeError when data and shape disagree. */
export function float32(dims: readonly number[], data: Float32Array): FloatTensor {
  if (data.length !== elementCount(dims)) {
    throw new RangeError(`${data.length} values do not fill the shape [${dims.join(', ')}].`);
  }
  return { dtype: 'float32', dims, data };
}

/** A tensor of int64; throws a RangeError for a number that is not whole. */
export function int64(dims: readonly number[], values: readonly number[]): Tensor {
  const wrong = values.find((value) => !Number.isInteger(value));
  if (wrong !== undefined || values.includes(undefined as never)) throw new RangeError('a size is no whole number');
  return { dtype: 'int64', dims, data: BigInt64Array.from(values, (value) => BigInt(value)) };
}
