import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange } from '../../kit/bytes/byteSource';

const chunkBytes = 1 << 16;
/** An int of Python may have any length; those of checkpoints are counters, seeds and hashes. */
const longestInt = 1024;
const longestLine = 1 << 24;
const latin1 = new TextDecoder('latin1');

/** Reads a pickle's bytes from front to back, a piece at a time. Everything that runs behind the end is a CheckpointError. */
export class PickleBytes {
  private chunk = new Uint8Array(0);
  private view = new DataView(this.chunk.buffer);
  private at = 0;
  /** Offset in the source of the chunk's first byte. */
  private chunkStart: number;
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    private readonly range: ByteRange,
    private readonly name: string,
  ) {
    this.chunkStart = range.start;
  }

  /** Offset of the next byte in the source. */
  get position(): number {
    return this.chunkStart + this.at;
  }

  damaged(why: string, cause?: unknown): CheckpointError {
    return new CheckpointError(`${this.name} is damaged: its pickle ${why}.`, { cause });
  }

  u8(): number {
    this.need(1);
    return this.chunk[this.at++] as number;
  }

  u16(): number {
    this.need(2);
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.need(4);
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  i32(): number {
    return this.u32() | 0;
  }

  /** A length of eight bytes: more than the pickle has is as good as any other that it has not. */
  u64(): number {
    this.need(8);
    this.at += 8;
    return Number(this.view.getBigUint64(this.at - 8, true));
  }

  /** Big-endian, as pickles have it. */
  float64(): number {
    this.need(8);
    this.at += 8;
    return this.view.getFloat64(this.at - 8, false);
  }

  /** A copy of the next bytes. */
  bytes(length: number): Uint8Array {
    this.need(length);
    this.at += length;
    return this.chunk.slice(this.at - length, this.at);
  }

  text(length: number): string {
    this.need(length);
    this.at += length;
    const bytes = this.chunk.subarray(this.at - length, this.at);
    try {
      return this.utf8.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // Python writes halves of surrogate pairs as they are.
      return latin1.decode(bytes);
    }
  }

  latin1(length: number): string {
    return latin1.decode(this.bytes(length));
  }

  /** Up to a line feed, which is taken and left out. */
  line(): string {
    for (let length = 0; length < longestLine; ) {
      const more = Math.min(length + 256, this.range.end - this.position);
      if (more <= length) throw this.damaged('ends in the middle of a line');
      this.need(more);
      const end = this.chunk.indexOf(0x0a, this.at + length);
      if (end >= 0 && end < this.at + more) {
        const line = this.chunk.subarray(this.at, end);
        this.at = end + 1;
        return latin1.decode(line);
      }
      length = more;
    }
    throw this.damaged('has a line without an end');
  }

  /** An int in two's complement. */
  long(length: number): number | bigint {
    if (length < 0 || length > longestInt) throw this.damaged(`states a number of ${length} bytes`);
    if (length === 0) return 0;
    const digits = Buffer.from(this.bytes(length)).reverse().toString('hex');
    return plainInt(BigInt.asIntN(8 * length, BigInt(`0x${digits}`)));
  }

  /** An int as its digits. */
  decimal(text: string): number | bigint {
    const digits = text.endsWith('L') ? text.slice(0, -1) : text;
    if (digits.length > longestInt || !/^-?\d+$/.test(digits)) throw this.damaged('has a number without digits');
    return plainInt(BigInt(digits));
  }

  private need(length: number): void {
    if (this.at + length <= this.chunk.length) return;
    const { source, end } = this.range;
    const start = this.position;
    if (!(length <= end - start)) throw this.damaged('ends before it is complete');
    this.chunk = source.read(start, Math.max(length, Math.min(chunkBytes, end - start))).slice();
    this.view = new DataView(this.chunk.buffer, this.chunk.byteOffset, this.chunk.length);
    this.chunkStart = start;
    this.at = 0;
  }
}

function plainInt(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
