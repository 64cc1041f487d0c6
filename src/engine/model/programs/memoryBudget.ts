import { totalmem } from 'node:os';

/** Share of the machine's memory that is used when nobody says how much. */
const usualShare = 0.5;

/** Bytes that this machine, or the container that this process runs in, lets processes use. */
function machineBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Who asks for memory. */
export interface Holder {
  /** Frees the memory when someone else needs it. */
  readonly drop: () => Promise<void>;
  /** Programs of one model have one owner. */
  readonly owner: object;
}

/** Memory that one compiled program was given. */
export interface Holding {
  readonly bytes: number;
  /** Runs under way: a program that runs is not dropped. */
  users: number;
}

interface Entry extends Holding, Holder {
  bytes: number;
}

/**
 * Shares memory out among the compiled programs of all checkpoints. Whoever needs more than is left takes it from the programs that were
 * used the longest time ago.
 */
export class MemoryBudget {
  /** Bytes for weights, programs and their values; the engine's own code and heap come on top (about 150 MB). */
  readonly limit: number;
  /** The least recently used first. */
  private readonly entries = new Set<Entry>();

  /** @param megabytes 0 for half of the machine's memory. */
  constructor(megabytes = 0) {
    this.limit = megabytes > 0 ? megabytes * 1024 ** 2 : usualShare * machineBytes();
  }

  get used(): number {
    let sum = 0;
    for (const entry of this.entries) sum += entry.bytes;
    return sum;
  }

  /** How many programs are held. */
  get count(): number {
    return this.entries.size;
  }

  /** True when so many bytes more are there without dropping anything. */
  hasRoomFor(bytes: number): boolean {
    return this.used + bytes <= this.limit;
  }

  /**
   * Makes room and holds it; null when that is not possible.
   *
   * @param spareOwn do not drop programs of the same owner for it.
   */
  async hold(bytes: number, holder: Holder, spareOwn = false): Promise<Holding | null> {
    const spared = (entry: Entry) => entry.users > 0 || (spareOwn && entry.owner === holder.owner);
    if (!(await this.makeRoom(bytes, spared))) return null;
    const entry: Entry = { ...holder, bytes, users: 0 };
    this.entries.add(entry);
    return entry;
  }

  /**
   * Marks as used last, and lets it hold at least `bytes` from now on, as far as others can make room: a run that is under way is not
   * refused for an estimate.
   */
  async use(holding: Holding, bytes: number): Promise<void> {
    const entry = holding as Entry;
    if (!this.entries.delete(entry)) throw new Error('Memory that was given back is used.');
    this.entries.add(entry);
    if (bytes <= entry.bytes) return;
    await this.makeRoom(bytes - entry.bytes, (other) => other === entry || other.users > 0);
    entry.bytes = bytes;
  }

  release(holding: Holding): void {
    this.entries.delete(holding as Entry);
  }

  /** Drops programs, the least recently used first, but none in vain. */
  private async makeRoom(bytes: number, spared: (entry: Entry) => boolean): Promise<boolean> {
    const idle = [...this.entries].filter((entry) => !spared(entry));
    const most = idle.reduce((sum, entry) => sum + entry.bytes, 0);
    if (this.used - most + bytes > this.limit) return false;
    for (const entry of idle) {
      if (this.hasRoomFor(bytes)) break;
      // While another was dropped a run may have begun with this one.
      if (!spared(entry) && this.entries.delete(entry)) await entry.drop();
    }
    return this.hasRoomFor(bytes);
  }
}
