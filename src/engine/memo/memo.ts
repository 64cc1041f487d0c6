/** A sort of thing that is kept. */
export interface Kind<T> {
  /** Kinds of different names never meet. */
  readonly name: string;
  /** What one of them takes, in bytes. */
  readonly bytes: (value: T) => number;
}

interface Entry {
  readonly owner: object;
  readonly key: string;
  readonly value: unknown;
  readonly bytes: number;
}

/** Share of the whole that one thing may take, so that a large one does not push out everything else. */
const largestShare = 1 / 4;

/**
 * Keeps what was computed and may be asked for again, at most so many bytes of it: what was wanted the longest time ago goes first. Keys
 * must name everything that a value depends on beside its owner; what is kept must not be written into.
 */
export class Memo {
  /** The least recently used first. */
  private readonly entries = new Set<Entry>();
  private readonly owned = new WeakMap<object, Map<string, Entry>>();
  private taken = 0;

  /** @param limit bytes; 0 keeps nothing. */
  constructor(readonly limit: number) {}

  /** Bytes that are taken. */
  get bytes(): number {
    return this.taken;
  }

  /** The most bytes that one thing may take; larger ones are not kept. */
  get room(): number {
    return this.limit * largestShare;
  }

  /** @param owner what the thing belongs to and is forgotten with. */
  find<T>(owner: object, kind: Kind<T>, key: string): T | undefined {
    const entry = this.owned.get(owner)?.get(fullKey(kind, key));
    if (!entry) return undefined;
    this.entries.delete(entry);
    this.entries.add(entry);
    return entry.value as T;
  }

  keep<T>(owner: object, kind: Kind<T>, key: string, value: T): void {
    const own = this.owned.get(owner) ?? new Map<string, Entry>();
    this.owned.set(owner, own);
    const full = fullKey(kind, key);
    const before = own.get(full);
    if (before) this.drop(before);
    const bytes = kind.bytes(value);
    if (bytes > this.room) return;
    const entry = { owner, key: full, value, bytes };
    own.set(full, entry);
    this.entries.add(entry);
    this.taken += bytes;
    for (const oldest of this.entries) {
      if (this.taken <= this.limit) break;
      this.drop(oldest);
    }
  }

  /** Drops all that belongs to an owner. */
  forget(owner: object): void {
    for (const entry of this.owned.get(owner)?.values() ?? []) this.drop(entry);
    this.owned.delete(owner);
  }

  private drop(entry: Entry): void {
    this.entries.delete(entry);
    this.owned.get(entry.owner)?.delete(entry.key);
    this.taken -= entry.bytes;
  }
}

const fullKey = <T>({ name }: Kind<T>, key: string): string => `${name}\n${key}`;
