import type { CheckpointError } from '../../../../shared/errors';
import { storageDtype } from './dtypes';
import { itemsOf, PickledStorage, PickleGlobal, type PickleValue } from './values';

type Damaged = (why: string) => CheckpointError;

/**
 * The storages that a pickle names: ('storage', class, key, device, length), in old files with (key of the part, offset, length) behind it
 * where it is a part of the storage `key`.
 */
export class Storages {
  /** By key; parts count for the whole that they are of. */
  readonly whole = new Map<string, PickledStorage>();

  constructor(private readonly damaged: Damaged) {}

  readonly persistent = (id: PickleValue): PickleValue => {
    const items = itemsOf(id) ?? [];
    const [kind, type, key, , length, part] = items;
    if (kind === 'module') return items[1] ?? null;
    const dtype = type instanceof PickleGlobal ? storageDtype(type) : undefined;
    if (kind !== 'storage' || dtype === undefined)
      throw this.damaged('refers to an unknown kind of object outside of it');
    if (typeof key !== 'string' || !isCount(length)) throw this.damaged('names a storage without a key or a length');
    const storage = this.add(dtype, key, length);
    const view = itemsOf(part);
    if (!view) return storage;
    const [, start, count] = view;
    if (!isCount(start) || !isCount(count)) throw this.damaged('names a part of a storage without an offset');
    return new PickledStorage(dtype, key, count, start);
  };

  private add(dtype: string, key: string, length: number): PickledStorage {
    const known = this.whole.get(key);
    if (known && known.dtype === dtype && known.length === length) return known;
    const storage = new PickledStorage(dtype, key, length);
    if (!known) this.whole.set(key, storage);
    return storage;
  }
}

function isCount(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
