/** Small tensors as plain numbers, for shape arithmetic and constant folding. */
import { type DType, elementCount, type Tensor, type TensorData } from './tensor';

export const integerTypes: ReadonlySet<DType> = new Set<DType>([
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
]);

/** float32 and float64: the types that are evaluated here; the 16-bit types are kept as bit patterns and left to the runtime. */
export function isFoldable(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'bool' || integerTypes.has(dtype);
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

/** The elements as numbers; 64-bit integers beyond 2^53 lose their low bits (they only occur as "to the end" markers). */
export function toNumbers(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

function clampToInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  if (value <= -(2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

function arrayFor(dtype: DType, values: ArrayLike<number>): TensorData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'uint8':
      return Uint8Array.from(values);
    case 'bool':
      return Uint8Array.from(values, (value) => (value ? 1 : 0));
    case 'int16':
      return Int16Array.from(values);
    case 'uint16':
      return Uint16Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'uint32':
      return Uint32Array.from(values);
    case 'int64':
      return BigInt64Array.from(Array.from(values, clampToInt64));
    case 'uint64':
      return BigUint64Array.from(Array.from(values, (value) => BigInt(Math.trunc(Math.max(value, 0)))));
    default:
      throw new RangeError(`Elements of type ${dtype} are not evaluated here.`);
  }
}

export function fromNumbers(dtype: DType, dims: readonly number[], values: ArrayLike<number>): Tensor {
  if (values.length !== elementCount(dims)) {
    throw new RangeError(`${values.length} values do not fill the shape [${dims.join(', ')}].`);
  }
  return { dtype, dims, data: arrayFor(dtype, values) };
}

/** Same elements, another shape. */
export function withDims(tensor: Tensor, dims: readonly number[]): Tensor {
  return { dtype: tensor.dtype, dims, data: tensor.data };
}

/**
 * Copies the elements at `indices` (flat) into a new tensor, whatever the element type.
 *
 * @throws RangeError when an index lies outside the tensor.
 */
export function pick(tensor: Tensor, dims: readonly number[], indices: ArrayLike<number>): Tensor {
  const source = tensor.data;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (!(index >= 0 && index < source.length))
      throw new RangeError(`element ${index} of ${source.length} does not exist`);
  }
  if (Array.isArray(source)) {
    return { dtype: tensor.dtype, dims, data: Array.from(indices, (index) => source[index] as string) };
  }
  const typed = source as Exclude<TensorData, readonly string[]>;
  const Type = typed.constructor as new (length: number) => typeof typed;
  const data = new Type(indices.length);
  for (let i = 0; i < indices.length; i++) data[i] = typed[indices[i] as number] as never;
  return { dtype: tensor.dtype, dims, data };
}

/** Row-major strides in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (dims[axis + 1] as number);
  }
  return strides;
}

/** The elements as they lie in memory, 64-bit integers as numbers: for loops over tensors of any size. */
export function numbersOf({ data }: Tensor): ArrayLike<number> {
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Float64Array.from(data, Number)
    : (data as ArrayLike<number>);
}

/** The common shape of operands, of which there may be very many; null when they do not broadcast. */
export function broadcastDims(shapes: readonly (readonly number[])[]): number[] | null {
  const rank = shapes.reduce((most, dims) => Math.max(most, dims.length), 0);
  const result = new Array<number>(rank).fill(1);
  for (const dims of shapes) {
    for (let i = 0; i < dims.length; i++) {
      const axis = rank - dims.length + i;
      const length = dims[i] as number;
      if (length === 1) continue;
      if (result[axis] !== 1 && result[axis] !== length) return null;
      result[axis] = length;
    }
  }
  return result;
}

/** For every element of `to` (row-major) the flat index of the element of `from` that broadcasting puts there. */
export function broadcastIndices(from: readonly number[], to: readonly number[]): Int32Array {
  const strides = stridesOf(from);
  const offset = to.length - from.length;
  return walk(
    to,
    to.map((_, axis) => (axis < offset || from[axis - offset] === 1 ? 0 : (strides[axis - offset] as number))),
  );
}

/** Flat source indices of a strided walk over `dims`: start + Σ index·stride. */
export function walk(dims: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(elementCount(dims));
  const index = new Array<number>(dims.length).fill(0);
  let position = start;
  for (let i = 0; i < result.length; i++) {
    result[i] = position;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      position += strides[axis] as number;
      if ((index[axis] as number) < (dims[axis] as number)) break;
      position -= (strides[axis] as number) * (dims[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}
