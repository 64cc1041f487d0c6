/** Weights that are stored in another form than the graph wants: each is made when it is first wanted, and never all at once. */
import { LazyTensor } from '../../../graph/ir/lazyTensor';
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import { type NumericData, type NumericDType, newArray } from './elements';

/**
 * A tensor whose elements are computed from others when they are first wanted.
 *
 * @param make gives as many elements as `dims` say, each time the same.
 */
export function derivedTensor(dtype: NumericDType, dims: readonly number[], make: () => NumericData): Tensor {
  return new LazyTensor(dtype, dims, () => {
    const data = make();
    if (data.length !== elementCount(dims)) {
      throw new RangeError(`${data.length} values do not fill the shape [${dims.join(', ')}].`);
    }
    return data;
  });
}

/** The same elements under another shape of as many; what lies in a file as it is wanted stays there. */
export function reshaped(tensor: Tensor, dims: readonly number[]): Tensor {
  if (elementCount(dims) !== elementCount(tensor.dims)) {
    throw new RangeError(`[${tensor.dims.join(', ')}] is not reshaped to [${dims.join(', ')}].`);
  }
  if (tensor instanceof LazyTensor) {
    return new LazyTensor(tensor.dtype, dims, () => tensor.data, LazyTensor.storedBytes(tensor));
  }
  return { ...tensor, dims };
}

/** The tensor with its axes in another order, as numpy.transpose: axis i of the result is axis `perm[i]` of the tensor. */
export function transposed(tensor: Tensor, perm: readonly number[]): Tensor {
  const dims = perm.map((axis) => tensor.dims[axis] as number);
  if (perm.length !== tensor.dims.length || new Set(perm).size !== perm.length || dims.includes(undefined as never)) {
    throw new RangeError(`The axes ${perm.join(', ')} are no order of those of [${tensor.dims.join(', ')}].`);
  }
  if (movesNothing(tensor.dims, perm)) return reshaped(tensor, dims);
  const dtype = tensor.dtype as NumericDType;
  return derivedTensor(dtype, dims, () => permuted(tensor, perm, dims));
}

/** True when only axes of length 1 change their places. */
function movesNothing(dims: readonly number[], perm: readonly number[]): boolean {
  const long = perm.filter((axis) => dims[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > (long[i - 1] as number));
}

function permuted(tensor: Tensor, perm: readonly number[], dims: readonly number[]): NumericData {
  const source = tensor.data as NumericData;
  const result = newArray(tensor.dtype as NumericDType, source.length);
  if (source.length === 0) return result;
  const strides = stridesOf(tensor.dims);
  const steps = perm.map((axis) => strides[axis] as number);
  const rank = dims.length;
  const inner = dims[rank - 1] as number;
  const step = steps[rank - 1] as number;
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < result.length; ) {
    for (let i = 0; i < inner; i++) result[to++] = source[from + i * step] as never;
    for (let axis = rank - 2; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      from += steps[axis] as number;
      if ((index[axis] as number) < (dims[axis] as number)) break;
      from -= (index[axis] as number) * (steps[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}

function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= dims[axis] as number;
  }
  return strides;
}
