/** Files of `torch.save` before 1.6: five pickles in a row (magic, version, machine, object, keys of storages), then the storages. */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { storageBytes } from './dtypes';
import { Storages } from './persistentIds';
import { type TorchArchive, torchArchive } from './torchArchive';
import { unpickle } from './unpickle';
import { entry, itemsOf, type PickledStorage, type PickleValue } from './values';

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** @throws CheckpointError for a pickle that PyTorch did not write: the sentence names what is in it. */
export function readLegacy(range: ByteRange): TorchArchive {
  const { source } = range;
  const { name } = source;
  const damaged = (why: string) => new CheckpointError(`${name} is damaged: its pickle ${why}.`);
  let at = range.start;
  const storages = new Storages(damaged);
  const next = (): PickleValue => {
    const { value, end } = unpickle({ source, start: at, end: range.end }, { name, persistent: storages.persistent });
    at = end;
    return value;
  };
  const first = next();
  // A pickle by itself: what other libraries, and scikit-learn, leave.
  if (first !== magic) return torchArchive(first, new Map());
  if (next() !== protocol) throw damaged('is of an unknown version of the old format');
  assertLittleEndian(next(), name);
  const root = next();
  const keys = itemsOf(next());
  if (!keys?.every((key) => typeof key === 'string')) throw damaged('does not list its storages');
  const ranges = new Map<string, ByteRange>();
  for (const key of keys as readonly string[]) {
    const storage = storages.whole.get(key);
    if (!storage) throw damaged(`does not say of what type the storage “${key}” is`);
    const found = lengthAndElements(storage, { source, start: at, end: range.end });
    at = found.end;
    ranges.set(key, found);
  }
  return torchArchive(root, ranges);
}

export function assertLittleEndian(machine: PickleValue, name: string): void {
  if (entry(machine, 'little_endian') !== false) return;
  throw new CheckpointError(`${name} was written on a big-endian machine; save it again on one that is little-endian.`);
}

/** The elements of a storage that begins with its length in eight bytes. */
export function lengthAndElements({ dtype, key }: PickledStorage, { source, start, end }: ByteRange): ByteRange {
  const wrong = (why: string) =>
    new CheckpointError(`${source.name} is truncated or damaged: its storage “${key}” ${why}.`);
  if (end - start < 8) throw wrong('is missing');
  const head = source.read(start, 8);
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigInt64(0, true)) * storageBytes(dtype);
  if (!(length >= 0 && length <= end - start - 8))
    throw wrong(`states ${length} bytes, but ${end - start - 8} are left`);
  return { source, start: start + 8, end: start + 8 + length };
}
