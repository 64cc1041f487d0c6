/** A variable that was partitioned when it was saved. */
import { CheckpointError } from '../../../../shared/errors';
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import { type NumericData, type NumericDType, newArray } from '../../kit/tensors/elements';
import type { Extent } from './orderedCode';

export interface Slice {
  readonly extents: readonly Extent[];
  readonly tensor: Tensor;
}

/**
 * The tensor that slices make up; they are put together when it is first wanted.
 *
 * @throws CheckpointError when a slice does not fit or there are not as many elements in them as in the tensor.
 */
export function joinedSlices(
  name: string,
  dtype: NumericDType,
  dims: readonly number[],
  slices: readonly Slice[],
): Tensor {
  const damaged = (what: string) => new CheckpointError(`The checkpoint is damaged: of the weight “${name}”, ${what}.`);
  const placed = slices.map(({ extents, tensor }) => {
    const starts = extents.map((extent) => extent?.start ?? 0);
    const lengths = extents.map((extent, axis) => extent?.length ?? (dims[axis] as number));
    const inside = lengths.every((length, axis) => (starts[axis] as number) + length <= (dims[axis] as number));
    if (extents.length !== dims.length || !inside) throw damaged('a slice does not lie inside it');
    if (elementCount(lengths) !== elementCount(tensor.dims)) throw damaged('a slice is of another size than it says');
    return { starts, lengths, tensor };
  });
  const given = placed.reduce((sum, { lengths }) => sum + elementCount(lengths), 0);
  if (given !== elementCount(dims)) throw damaged('the slices do not make up the whole');
  return derivedTensor(dtype, dims, () => {
    const data = newArray(dtype, given);
    for (const part of placed) put(data, dims, part);
    return data;
  });
}

interface Placed {
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  readonly tensor: Tensor;
}

function put(data: NumericData, dims: readonly number[], { starts, lengths, tensor }: Placed): void {
  const source = tensor.data as NumericData;
  eachRow(dims, starts, lengths, (from, to, row) => data.set(source.subarray(from, from + row) as never, to));
}

/** Calls back with each row of the last axis of a part: where it begins in the part and in the whole, and how long it is. */
function eachRow(
  dims: readonly number[],
  starts: readonly number[],
  lengths: readonly number[],
  use: (inPart: number, inWhole: number, row: number) => void,
): void {
  const rank = dims.length;
  const row = lengths[rank - 1] ?? 1;
  const count = elementCount(lengths);
  const index = new Array<number>(Math.max(rank - 1, 0)).fill(0);
  for (let part = 0; part < count; part += row) {
    let whole = 0;
    for (let axis = 0; axis < rank; axis++) {
      whole = whole * (dims[axis] as number) + (starts[axis] as number) + (index[axis] ?? 0);
    }
    use(part, whole, row);
    for (let axis = rank - 2; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (lengths[axis] as number)) break;
      index[axis] = 0;
    }
  }
}

/** The part of a tensor that lies at `extents`, which are inside it. */
export function partOf(whole: Tensor, extents: readonly Extent[]): Tensor {
  const starts = extents.map((extent) => extent?.start ?? 0);
  const dims = extents.map((extent, axis) => extent?.length ?? (whole.dims[axis] as number));
  const dtype = whole.dtype as NumericDType;
  return derivedTensor(dtype, dims, () => {
    const data = newArray(dtype, elementCount(dims));
    const source = whole.data as NumericData;
    eachRow(whole.dims, starts, dims, (to, from, row) => data.set(source.subarray(from, from + row) as never, to));
    return data;
  });
}
