/** Flatbuffers written front to back: each object stands behind the one that names it, so that every offset points forward. */
export type Scalar = { readonly u8: number } | { readonly i8: number } | { readonly i32: number };
export type Value = Scalar | Reference;
export type Reference =
  | { readonly table: Fields }
  | { readonly tables: readonly Fields[] }
  | { readonly int32s: readonly number[] }
  | { readonly text: string }
  /** A vector of bytes whose first lies at a multiple of 16. */
  | { readonly bytes: Uint8Array };
/** By the field's number. */
export type Fields = Readonly<Record<number, Value>>;

const isByte = (value: Value): value is { u8: number } | { i8: number } => 'u8' in value || 'i8' in value;

export class FlatbufferWriter {
  private readonly buffer: Buffer;
  private end = 8;

  /** @param capacity bytes that are enough for all. */
  constructor(capacity: number) {
    this.buffer = Buffer.alloc(capacity);
  }

  /** The file with a table as its root. */
  finish(identifier: string, root: Fields): Uint8Array {
    this.buffer.write(identifier, 4, 'latin1');
    this.buffer.writeUInt32LE(this.table(root), 0);
    return this.buffer.subarray(0, this.end);
  }

  private table(fields: Fields): number {
    const entries = Object.entries(fields).map(([number, value]) => [Number(number), value] as const);
    const slots = Math.max(-1, ...entries.map(([number]) => number)) + 1;
    const ordered = [...entries].sort(([, a], [, b]) => Number(isByte(a)) - Number(isByte(b)));
    const vtable = this.allot(4 + 2 * slots, 2);
    const bytes = 4 + ordered.reduce((sum, [, value]) => sum + (isByte(value) ? 1 : 4), 0);
    const table = this.allot(bytes, 4);
    this.buffer.writeUInt16LE(4 + 2 * slots, vtable);
    this.buffer.writeUInt16LE(bytes, vtable + 2);
    this.buffer.writeInt32LE(table - vtable, table);
    let at = table + 4;
    const references: [number, Reference][] = [];
    for (const [number, value] of ordered) {
      this.buffer.writeUInt16LE(at - table, vtable + 4 + 2 * number);
      if ('u8' in value) this.buffer.writeUInt8(value.u8, at);
      else if ('i8' in value) this.buffer.writeInt8(value.i8, at);
      else if ('i32' in value) this.buffer.writeInt32LE(value.i32, at);
      else references.push([at, value]);
      at += isByte(value) ? 1 : 4;
    }
    for (const [place, value] of references) this.pointTo(place, this.reference(value));
    return table;
  }

  private reference(value: Reference): number {
    if ('table' in value) return this.table(value.table);
    if ('bytes' in value || 'text' in value) {
      const bytes = 'bytes' in value ? value.bytes : Buffer.from(`${value.text}\0`);
      while (this.end % 16 !== 12) this.end++;
      const vector = this.allot(4 + bytes.length, 4);
      this.buffer.writeUInt32LE('bytes' in value ? bytes.length : bytes.length - 1, vector);
      this.buffer.set(bytes, vector + 4);
      return vector;
    }
    const items = 'int32s' in value ? value.int32s : value.tables;
    const vector = this.allot(4 + 4 * items.length, 4);
    this.buffer.writeUInt32LE(items.length, vector);
    items.forEach((item, i) => {
      const place = vector + 4 + 4 * i;
      if (typeof item === 'number') this.buffer.writeInt32LE(item, place);
      else this.pointTo(place, this.table(item));
    });
    return vector;
  }

  private pointTo(place: number, target: number): void {
    this.buffer.writeUInt32LE(target - place, place);
  }

  private allot(bytes: number, alignment: number): number {
    const start = Math.ceil(this.end / alignment) * alignment;
    this.end = start + bytes;
    return start;
  }
}
