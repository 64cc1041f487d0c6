/** Keys of slices in a checkpoint's index (tensorflow/core/lib/strings/ordered_code.cc, …/util/saved_tensor_slice_util.cc). */

/** Where a slice begins on an axis and how long it is; null for the whole axis. */
export type Extent = { readonly start: number; readonly length: number } | null;

export interface SliceKey {
  readonly name: string;
  readonly extents: readonly Extent[];
}

const decoder = new TextDecoder();

/** A slice's key: 0, the tensor's name, its rank, and start and length on each axis. Null for what is no such key. */
export function decodeSliceKey(key: Uint8Array): SliceKey | null {
  const reader = new Reader(key);
  if (reader.increasing() !== 0) return null;
  const name = reader.text();
  const rank = reader.increasing();
  if (name === null || rank === null || rank > 64) return null;
  const extents: Extent[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const start = reader.signed();
    const length = reader.signed();
    if (start === null || length === null || start < 0) return null;
    extents.push(length < 0 ? null : { start, length });
  }
  return { name, extents };
}

class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** A number as its count of bytes and then those, the highest first. */
  increasing(): number | null {
    const count = this.bytes[this.at++];
    if (count === undefined || count > 6 || this.at + count > this.bytes.length) return null;
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + (this.bytes[this.at++] as number);
    return value;
  }

  /** A text up to 00 01, where 00 FF stands for 00 and FF 00 for FF. */
  text(): string | null {
    const text: number[] = [];
    for (;;) {
      const byte = this.bytes[this.at++];
      const next = this.bytes[this.at];
      if (byte === undefined) return null;
      if (byte !== 0 && byte !== 0xff) {
        text.push(byte);
        continue;
      }
      this.at++;
      if (byte === 0 && next === 1) return decoder.decode(Uint8Array.from(text));
      if (next !== 0xff - byte) return null;
      text.push(byte);
    }
  }

  /**
   * A signed number: as many leading bits as it has bytes say its length and its sign (ones for 0 and above), after a bit that differs
   * stands the number in two's complement.
   */
  signed(): number | null {
    const first = this.bytes[this.at];
    if (first === undefined) return null;
    const negative = first < 0x80;
    const flip = negative ? 0xff : 0;
    let length = 0;
    for (let bit = 0; bit < 16; bit++) {
      const byte = (this.bytes[this.at + (bit >> 3)] ?? 0) ^ flip;
      if (((byte >> (7 - (bit & 7))) & 1) === 0) break;
      length++;
    }
    if (length === 0 || length > 7 || this.at + length > this.bytes.length) return null;
    let value = 0;
    for (let i = 0; i < length; i++) {
      let byte = (this.bytes[this.at + i] as number) ^ flip;
      if (i === 0) byte &= 0xff >> length;
      value = value * 256 + byte;
    }
    this.at += length;
    return negative ? -value - 1 : value;
  }
}
