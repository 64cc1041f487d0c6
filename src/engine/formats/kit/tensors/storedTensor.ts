/** Weights that lie in a file, dense, row-major and little-endian, as nearly every format has them. */
import { LazyTensor } from '../../../graph/ir/lazyTensor';
import { elementBytes, elementCount, type Tensor } from '../../../graph/ir/tensor';
import { assertInside, type ByteRange, FileSource } from '../bytes/byteSource';
import { arrayOver, type NumericData, type NumericDType, newArray } from './elements';

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Elements of this many bytes and more stay in their file until they are wanted. */
const lazyBytes = 1 << 14;

/**
 * A tensor over a range of bytes. The elements of a large one are read from its file when they are first wanted, or mapped by a runtime
 * where they lie as they do in memory.
 *
 * @param range as long as type and shape need; the caller has said so in its own words where it is not.
 * @throws CheckpointError when the source ends before; RangeError when the range has another length: a bug of the reader.
 */
export function storedTensor(dtype: NumericDType, dims: readonly number[], range: ByteRange): Tensor {
  const { source, start, end } = range;
  assertInside(source, start, end - start);
  const count = elementCount(dims);
  if (end - start !== Math.ceil(count * elementBytes[dtype])) {
    throw new RangeError(`${end - start} bytes do not fill ${dtype}[${dims.join(', ')}].`);
  }
  if (!(source instanceof FileSource) || end - start < lazyBytes)
    return { dtype, dims, data: readElements(dtype, count, range, source) };
  const { file } = source;
  const asInMemory = (littleEndian || elementBytes[dtype] === 1) && dtype !== 'int4' && dtype !== 'uint4';
  const stored = asInMemory ? { file, offset: start, length: end - start } : null;
  return new LazyTensor(dtype, dims, () => readElements(dtype, count, range, file), stored);
}

function readElements(
  dtype: NumericDType,
  count: number,
  { start, end }: ByteRange,
  from: { readInto(target: Uint8Array, offset: number): void },
): NumericData {
  const buffer = new ArrayBuffer(end - start);
  const bytes = new Uint8Array(buffer);
  from.readInto(bytes, start);
  if (dtype === 'int4' || dtype === 'uint4') return unpackNibbles(dtype, count, bytes);
  const size = elementBytes[dtype];
  if (!littleEndian && size > 1) for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
  return arrayOver(dtype, buffer);
}

/** Two elements a byte, the first in the low half; int4 is two's complement. */
export function unpackNibbles(dtype: 'int4' | 'uint4', count: number, bytes: Uint8Array): NumericData {
  const data = newArray(dtype, count);
  for (let i = 0; i < count; i++) {
    const nibble = ((bytes[i >> 1] as number) >> (4 * (i & 1))) & 15;
    data[i] = dtype === 'int4' && nibble > 7 ? nibble - 16 : nibble;
  }
  return data;
}
