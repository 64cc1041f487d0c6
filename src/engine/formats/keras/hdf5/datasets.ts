/** The elements of a dataset as a tensor: mapped where they lie in the file as they are in memory, else unpacked when they are wanted. */
import { CheckpointError } from '../../../../shared/errors';
import { elementBytes, elementCount, mostDimensions, type Tensor } from '../../../graph/ir/tensor';
import { type ByteRange, FileSource } from '../../kit/bytes/byteSource';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import { arrayOver, type NumericData, type NumericDType } from '../../kit/tensors/elements';
import { storedTensor } from '../../kit/tensors/storedTensor';
import type { HdfMetadata } from './factory.js';
import type { HdfInstance } from './instance';
import { storageOf } from './objectHeader';

export interface DatasetPlace {
  readonly range: ByteRange;
  readonly instance: HdfInstance;
  readonly file: bigint;
  /** null when places in the file are not known. */
  readonly base: number | null;
  /** How much has been promised to be unpacked. */
  readonly unpacked: { bytes: number };
  textAttribute(name: string): string | undefined;
}

/** Weights hardly get smaller by packing: what claims to become much larger than the file is no checkpoint. */
const mostUnpacked = (fileBytes: number) => 4 * fileBytes + (192 << 20);

/** Unpacked through the library's memory in pieces of about this size. */
const pieceBytes = 1 << 24;

/** @throws CheckpointError when it is damaged, or its elements lie in other files. */
export function datasetTensor(path: string, place: DatasetPlace): Tensor {
  const { instance, file, base, range } = place;
  const name = path.slice(1);
  const refused = (why: string) =>
    new CheckpointError(`${range.source.name} is not read: its weight “${name}” ${why}.`);
  const address = instance.call((library) => library.create_object_reference(file, path));
  const view = new DataView(Uint8Array.from(address).buffer);
  const storage = base === null ? null : storageOf(instance.bytes, base, Number(view.getBigUint64(0, true)));
  if (storage?.external) throw refused('lies in another file, which is not followed');
  if (storage?.layout === 'virtual') throw refused('is put together from other files, which are not followed');
  const metadata = instance.call((library) => library.get_dataset_metadata(file, path));
  if (metadata.virtual_sources) throw refused('is put together from other files, which are not followed');
  const dims = metadata.shape;
  if (!dims || dims.length > mostDimensions) throw refused('has no shape');
  if (!dims.every((length) => Number.isSafeInteger(length))) throw refused('has an impossible shape');
  const dtype = dtypeOf(metadata, place);
  if (!dtype) throw refused('does not hold numbers of a type that is read');
  const bytes = elementCount(dims) * elementBytes[dtype];
  if (!Number.isSafeInteger(bytes)) throw refused('has an impossible shape');
  if (storage?.layout === 'contiguous' && storage.range && metadata.littleEndian) {
    const { start } = storage.range;
    if (storage.range.bytes !== bytes || start + bytes > range.end - range.start)
      throw refused('ends behind the end of the file');
    const stored = { source: range.source, start: range.start + start, end: range.start + start + bytes };
    // What was unpacked into memory as a whole is not held twice.
    return range.source instanceof FileSource
      ? storedTensor(dtype, dims, stored)
      : derivedTensor(dtype, dims, () => storedTensor(dtype, dims, stored).data as NumericData);
  }
  place.unpacked.bytes += bytes;
  if (place.unpacked.bytes > mostUnpacked(range.end - range.start)) {
    throw refused(`unpacks to ${bytes} bytes, more than a checkpoint of this size holds`);
  }
  return derivedTensor(dtype, dims, () => arrayOver(dtype, unpacked(path, place, metadata, bytes)));
}

function dtypeOf({ type, size, signed }: HdfMetadata, place: DatasetPlace): NumericDType | null {
  if (type === 1) return size === 2 ? 'float16' : size === 4 ? 'float32' : size === 8 ? 'float64' : null;
  // Truth values are an enumeration over bytes.
  if (type === 8) return size === 1 ? 'bool' : null;
  if (type !== 0) return null;
  if (size === 2 && !signed && place.textAttribute('dtype') === 'bfloat16') return 'bfloat16';
  const unsigned = signed ? '' : 'u';
  return size === 1 || size === 2 || size === 4 || size === 8
    ? (`${unsigned}int${(8 * size) as 8 | 16 | 32 | 64}` as NumericDType)
    : null;
}

/** Piece by piece along the first axis, in whole chunks. */
function unpacked(path: string, { instance, file }: DatasetPlace, metadata: HdfMetadata, bytes: number): ArrayBuffer {
  const result = new Uint8Array(bytes);
  const dims = metadata.shape as readonly number[];
  const [rows] = dims;
  if (bytes === 0) return result.buffer;
  if (rows === undefined || bytes <= pieceBytes) {
    read(instance, file, path, null, null, result);
    return result.buffer;
  }
  const rowBytes = bytes / rows;
  const chunk = metadata.chunks?.[0] ?? 1;
  const step = Math.max(Math.floor(pieceBytes / rowBytes / chunk), 1) * chunk;
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row);
    const counts = dims.map((length, axis) => BigInt(axis === 0 ? count : length));
    const offsets = dims.map((_, axis) => BigInt(axis === 0 ? row : 0));
    read(instance, file, path, counts, offsets, result.subarray(row * rowBytes, (row + count) * rowBytes));
  }
  return result.buffer;
}

function read(
  instance: HdfInstance,
  file: bigint,
  path: string,
  counts: readonly bigint[] | null,
  offsets: readonly bigint[] | null,
  target: Uint8Array,
): void {
  instance.withMemory(target.length, (library, pointer) => {
    const strides = counts?.map(() => 1n) ?? null;
    const status = library.get_dataset_data(file, path, counts, offsets, strides, BigInt(pointer));
    if (status < 0) throw instance.damaged();
    target.set(library.HEAPU8.subarray(pointer, pointer + target.length));
  });
}
