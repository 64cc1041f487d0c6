/**
 * Small tensors that are computed while a program is read: tables of positions, masks of windows. They are strided views of shared numbers, as
 * in PyTorch, so that what is written through a view is seen through all.
 */
import { CheckpointError } from '../../../../../shared/errors';
import { fromNumbers, toNumbers } from '../../../../graph/ir/numbers';
import { type DType, elementCount, mostDimensions, type Tensor } from '../../../../graph/ir/tensor';

/** Elements of one array, and of all that are computed for a program. */
const mostElements = 1 << 22;
const mostWork = 1 << 25;

export class Work {
  private done = 0;

  /** Checks a number of elements before they are made. */
  spend(count: number): void {
    this.done += count;
    if (count <= mostElements && this.done <= mostWork) return;
    throw new CheckpointError('The TorchScript program computes larger constants than any network: it is damaged.');
  }
}

export class NumberArray {
  constructor(
    /** Exact for all types but int64 beyond 2^53, which no table of a network has. */
    readonly numbers: Float64Array,
    readonly dtype: DType,
    readonly dims: readonly number[],
    readonly strides: readonly number[],
    readonly offset: number,
  ) {}

  static filled(dims: readonly number[], dtype: DType, value: number, work: Work): NumberArray {
    const count = checkedCount(dims);
    work.spend(count);
    return NumberArray.dense(dims, dtype, new Float64Array(count).fill(rounded(dtype, value)));
  }

  static dense(dims: readonly number[], dtype: DType, numbers: Float64Array): NumberArray {
    return new NumberArray(numbers, dtype, dims, denseStrides(dims), 0);
  }

  static of(tensor: Tensor, work: Work): NumberArray {
    work.spend(elementCount(tensor.dims));
    return NumberArray.dense(tensor.dims, tensor.dtype, Float64Array.from(toNumbers(tensor)));
  }

  get count(): number {
    return elementCount(this.dims);
  }

  view(dims: readonly number[], strides: readonly number[], offset = this.offset): NumberArray {
    return new NumberArray(this.numbers, this.dtype, dims, strides, offset);
  }

  /** A copy of the elements, row-major. */
  values(work: Work): Float64Array {
    const result = new Float64Array(checkedCount(this.dims));
    work.spend(result.length);
    this.forEach((place, index) => {
      result[index] = this.numbers[place] as number;
    });
    return result;
  }

  /** Places in `numbers` in row-major order. */
  forEach(visit: (place: number, index: number) => void): void {
    const { dims, strides } = this;
    const count = this.count;
    const at = new Array<number>(dims.length).fill(0);
    let place = this.offset;
    for (let index = 0; index < count; index++) {
      visit(place, index);
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        at[axis] = (at[axis] as number) + 1;
        place += strides[axis] as number;
        if ((at[axis] as number) < (dims[axis] as number)) break;
        place -= (at[axis] as number) * (strides[axis] as number);
        at[axis] = 0;
      }
    }
  }

  /** Writes one number or as many as there are elements. */
  write(values: number | Float64Array, work: Work): void {
    work.spend(this.count);
    this.forEach((place, index) => {
      this.numbers[place] = rounded(this.dtype, typeof values === 'number' ? values : (values[index] as number));
    });
  }

  toTensor(work: Work): Tensor {
    const dtype =
      this.dtype === 'float64' || this.dtype === 'float16' || this.dtype === 'bfloat16' ? 'float32' : this.dtype;
    return fromNumbers(dtype, this.dims, this.values(work));
  }
}

function checkedCount(dims: readonly number[]): number {
  const count = elementCount(dims);
  if (dims.length > mostDimensions || dims.some((length) => !Number.isSafeInteger(length) || length < 0)) {
    throw new CheckpointError('The TorchScript program makes a constant of impossible size: it is damaged.');
  }
  if (count > mostElements) {
    throw new CheckpointError('The TorchScript program computes larger constants than any network: it is damaged.');
  }
  return count;
}

export function denseStrides(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= dims[axis] as number;
  }
  return strides;
}

/** A number as an element of the type. */
export function rounded(dtype: DType, value: number): number {
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'bool') return value === 0 ? 0 : 1;
  return dtype.startsWith('float') || dtype === 'bfloat16' ? value : Math.trunc(value);
}
