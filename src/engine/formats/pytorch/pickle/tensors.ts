/** Tensors over the storages of an archive: in place where they are dense and row-major, else copied together when they are wanted. */
import { CheckpointError } from '../../../../shared/errors';
import { elementBytes, elementCount, type Tensor } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import { type NumericData, newArray } from '../../kit/tensors/elements';
import { storedTensor } from '../../kit/tensors/storedTensor';
import { graphElements } from './dtypes';
import type { PickledTensor } from './values';

/**
 * An expanded tensor has more elements than its storage. Up to this many, or as many as the storage has, are real: masks, tables of
 * positions.
 */
const mostExpanded = 1 << 24;

/**
 * @param range of the whole storage `view` is of.
 * @param name for messages: `“fc.weight”`.
 * @throws CheckpointError for an element type that has no counterpart here, and for a view that is not inside its storage.
 */
export function tensorOver(view: PickledTensor, range: ByteRange, name: string): Tensor {
  const { dims, strides, storage } = view;
  const dtype = graphElements(view.dtype);
  if (!dtype) throw new CheckpointError(`${name} cannot be used: ${refusedType(view.dtype)}.`);
  const each = elementBytes[dtype];
  const offset = storage.start + view.offset;
  const available = Math.floor((range.end - range.start) / each);
  const count = elementCount(dims);
  const last = dims.reduce((sum, length, axis) => sum + (length - 1) * (strides[axis] as number), offset);
  if (count > 0 && !(last < available)) {
    throw new CheckpointError(
      `${name} is damaged: it wants element ${last} of a storage of ${available} (${range.source.name}).`,
    );
  }
  if (count > Math.max(available, mostExpanded)) {
    throw new CheckpointError(`${name} is damaged: it states ${count} elements over a storage of ${available}.`);
  }
  if (count === 0) return { dtype, dims, data: newArray(dtype, 0) };
  const start = range.start + offset * each;
  const inPlace = isDense(dims, strides);
  const span = { source: range.source, start, end: start + (inPlace ? count : last - offset + 1) * each };
  if (inPlace) return storedTensor(dtype, dims, span);
  const base = storedTensor(dtype, [last - offset + 1], span);
  return derivedTensor(dtype, dims, () => gathered(base, dims, strides));
}

function refusedType(dtype: string): string {
  if (/^q(u)?int/.test(dtype)) return `it is quantised (${dtype}); export the network before quantising it`;
  return `its element type ${dtype} is not one that networks are run in here`;
}

/** Row-major without gaps; axes of length 1 may have any stride. */
function isDense(dims: readonly number[], strides: readonly number[]): boolean {
  let wanted = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const length = dims[axis] as number;
    if (length !== 1 && strides[axis] !== wanted) return false;
    wanted *= length;
  }
  return true;
}

function gathered(base: Tensor, dims: readonly number[], strides: readonly number[]): NumericData {
  const from = base.data as NumericData;
  const result = newArray(base.dtype as 'float32', elementCount(dims));
  const index = new Array<number>(dims.length).fill(0);
  let at = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = from[at] as never;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      at += strides[axis] as number;
      if ((index[axis] as number) < (dims[axis] as number)) break;
      at -= (index[axis] as number) * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}
