/** Weights that are stored in another form than the graph wants: each is made when it is first wanted, and never all at once. */
import { LazyTensor } from '../../../graph/ir/lazyTensor';
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import { type NumericData, type NumericDType, newArray } from './elements';
import { permuteInto } from './permuted';

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
  return derivedTensor(dtype, dims, () => {
    const source = tensor.data as NumericData;
    const result = newArray(dtype, source.length);
    permuteInto(result, source, tensor.dims, perm);
    return result;
  });
}

/** True when only axes of length 1 change their places. */
function movesNothing(dims: readonly number[], perm: readonly number[]): boolean {
  const long = perm.filter((axis) => dims[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > (long[i - 1] as number));
}
