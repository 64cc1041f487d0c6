/** Files of `torch.save` before 0.1.10: a tar archive of `sys_info`, `pickle`, `storages` and `tensors`. */
import { CheckpointError } from '../../../../shared/errors';
import { mostDimensions } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { storageDtype } from './dtypes';
import { assertLittleEndian, lengthAndElements } from './legacy';
import { type TorchArchive, torchArchive } from './torchArchive';
import { unpickle } from './unpickle';
import { itemsOf, PickledStorage, PickledTensor, PickleGlobal, type PickleValue } from './values';

const block = 512;
const mostMembers = 1000;
const latin1 = new TextDecoder('latin1');

/** Files of a tar archive by name. */
export function tarMembers({ source, start, end }: ByteRange): ReadonlyMap<string, ByteRange> {
  const members = new Map<string, ByteRange>();
  for (let at = start, count = 0; at + block <= end && count < mostMembers; count++) {
    const header = source.read(at, block);
    const text = (from: number, length: number) => latin1.decode(header.subarray(from, from + length)).split('\0')[0]!;
    const name = text(0, 100);
    if (name === '') break;
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    const data = at + block;
    if (!(size >= 0 && size <= end - data)) {
      throw new CheckpointError(`${source.name} is truncated or damaged: “${name}” in it ends behind its end.`);
    }
    members.set(name.replace(/^\.\//, ''), { source, start: data, end: data + size });
    at = data + Math.ceil(size / block) * block;
  }
  return members;
}

/** @throws CheckpointError when it is another tar archive, or damaged. */
export function readTar(range: ByteRange): TorchArchive {
  const { name } = range.source;
  const members = tarMembers(range);
  const member = (file: string): ByteRange => {
    const found = members.get(file);
    if (found) return found;
    throw new CheckpointError(`${name} is a tar archive without a PyTorch checkpoint in it; unpack it.`);
  };
  const pickle = member('pickle');
  const [storageFile, tensorFile] = [member('storages'), member('tensors')];
  const info = members.get('sys_info');
  if (info) assertLittleEndian(unpickle(info, { name }).value, name);
  const ranges = new Map<string, ByteRange>();
  const objects = new Map(readStorages(storageFile, name, ranges));
  for (const [key, tensor] of readTensors(tensorFile, name, objects)) objects.set(key, tensor);
  const persistent = (id: PickleValue): PickleValue => {
    const items = itemsOf(id);
    return items ? (items[0] ?? null) : (objects.get(String(id)) ?? null);
  };
  return torchArchive(unpickle(pickle, { name, persistent }).value, ranges);
}

/** One pickle after another, and what stands between them. */
class Pickles {
  private at: number;

  constructor(
    private readonly range: ByteRange,
    private readonly name: string,
  ) {
    this.at = range.start;
  }

  get rest(): ByteRange {
    return { ...this.range, start: this.at };
  }

  damaged(): CheckpointError {
    return new CheckpointError(
      `${this.name} is truncated or damaged: its lists of tensors and storages cannot be read.`,
    );
  }

  next(): PickleValue {
    const { value, end } = unpickle(this.rest, { name: this.name });
    this.at = end;
    return value;
  }

  count(): number {
    const count = this.next();
    if (!Number.isSafeInteger(count) || (count as number) < 0) throw this.damaged();
    return count as number;
  }

  skipTo(at: number): void {
    this.at = at;
  }

  /** Whole numbers of eight bytes. */
  numbers(count: number): number[] {
    if (this.range.end - this.at < 8 * count) throw this.damaged();
    const bytes = this.range.source.read(this.at, 8 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at += 8 * count;
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  }
}

function readStorages(
  file: ByteRange,
  name: string,
  ranges: Map<string, ByteRange>,
): Map<string, PickledStorage | PickledTensor> {
  const storages = new Map<string, PickledStorage>();
  const pickles = new Pickles(file, name);
  for (let left = pickles.count(); left > 0; left--) {
    const [key, , type] = itemsOf(pickles.next()) ?? [];
    const dtype = type instanceof PickleGlobal ? storageDtype(type) : undefined;
    if (key === undefined || dtype === undefined) throw pickles.damaged();
    const id = String(key);
    const elements = lengthAndElements(new PickledStorage(dtype, id, 0), pickles.rest);
    pickles.skipTo(elements.end);
    ranges.set(id, elements);
    storages.set(id, new PickledStorage(dtype, id, elements.end - elements.start));
  }
  for (const view of itemsOf(pickles.next()) ?? []) {
    const [key, root, offset, length] = itemsOf(view) ?? [];
    const whole = storages.get(String(root));
    if (!whole || !Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) throw pickles.damaged();
    storages.set(String(key), new PickledStorage(whole.dtype, whole.key, length as number, offset as number));
  }
  return storages;
}

function* readTensors(
  file: ByteRange,
  name: string,
  storages: ReadonlyMap<string, PickledStorage | PickledTensor>,
): Generator<readonly [string, PickledTensor]> {
  const pickles = new Pickles(file, name);
  for (let left = pickles.count(); left > 0; left--) {
    const [key, id] = itemsOf(pickles.next()) ?? [];
    const storage = storages.get(String(id));
    // The rank takes four bytes; four more were left over.
    const rank = (pickles.numbers(1)[0] as number) % 2 ** 32;
    if (key === undefined || !(storage instanceof PickledStorage) || !(rank >= 0 && rank <= mostDimensions)) {
      throw pickles.damaged();
    }
    const dims = pickles.numbers(rank);
    const strides = pickles.numbers(rank);
    const [offset = 0] = pickles.numbers(1);
    if (![...dims, ...strides, offset].every((each) => Number.isSafeInteger(each) && each >= 0))
      throw pickles.damaged();
    yield [String(key), new PickledTensor(storage, storage.dtype, offset, dims, strides)];
  }
}
