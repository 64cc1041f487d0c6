/**
 * Flatbuffers (https://flatbuffers.dev/internals): tables whose fields are found through a table of offsets, read in place. Offsets come
 * from the file, so each is checked against it, and nothing here follows one by itself: depth is what the reader asks for.
 */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange, ByteSource } from '../../kit/bytes/byteSource';

/** Tables, numbers and letters that may be made of one file, beside one for each of its bytes: vectors may be shared, and shared again. */
const freeItems = 1 << 20;
/** Tables of one vector: the largest networks have some ten thousand tensors. */
const mostTables = 500_000;

/** Bytes [start, end) that hold a flatbuffer: a whole file, or one inside another. */
export class Flatbuffer {
  private items: number;

  constructor(
    readonly source: ByteSource,
    private readonly start = 0,
    private readonly end = source.size,
  ) {
    this.items = freeItems + (end - start);
  }

  /** @throws CheckpointError when the bytes are too few for a table. */
  root(): Table {
    return new Table(this, this.start + this.unsigned(this.start, 4));
  }

  /** The mark behind the root's offset: `TFL3`. */
  identifier(): string {
    return String.fromCharCode(...this.bytes(this.start + 4, 4));
  }

  /** A view that is valid until the next call. */
  bytes(at: number, length: number): Uint8Array {
    this.check(at, length);
    return this.source.read(at, length);
  }

  /** @throws CheckpointError when such bytes do not lie in the flatbuffer. */
  check(at: number, length: number): void {
    if (at < this.start || at + length > this.end)
      this.damaged(`${length} bytes are wanted at byte ${at}, and it ends at byte ${this.end}`);
  }

  view(at: number, length: number): DataView {
    const bytes = this.bytes(at, length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  unsigned(at: number, length: 2 | 4): number {
    const view = this.view(at, length);
    return length === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
  }

  /** The length of a vector of bytes, without what lies behind it: weights are long, and read when they are wanted. */
  lengthAt(at: number): number {
    this.check(at, 4);
    const length = new Uint8Array(4);
    this.source.readInto(length, at);
    return new DataView(length.buffer).getUint32(0, true);
  }

  /** Counts what is made of the file, so that a small one that shares its vectors does not become a large one in memory. */
  count(items: number): void {
    this.items -= items;
    if (this.items < 0) this.damaged('it repeats itself');
  }

  damaged(why: string): never {
    throw new CheckpointError(`${this.source.name} is truncated or damaged: ${why}.`);
  }
}

/** Elements of a vector that lie in the file as they are. */
interface Vector {
  readonly at: number;
  readonly length: number;
}

/** One table. A field that the file leaves out has the schema's default, which the caller gives. */
export class Table {
  private readonly offsets: number;
  private readonly size: number;

  constructor(
    private readonly buffer: Flatbuffer,
    private readonly at: number,
  ) {
    this.offsets = at - buffer.view(at, 4).getInt32(0, true);
    this.size = buffer.unsigned(this.offsets, 2);
    if (this.size < 4 || this.size % 2 !== 0) buffer.damaged(`the table at byte ${at} has no fields`);
    buffer.count(1);
  }

  has(field: number): boolean {
    return this.field(field) !== null;
  }

  byte(field: number, fallback = 0): number {
    return this.number(field, 1, fallback, (view) => view.getInt8(0));
  }

  flag(field: number, fallback = false): boolean {
    return this.byte(field, fallback ? 1 : 0) !== 0;
  }

  int(field: number, fallback = 0): number {
    return this.number(field, 4, fallback, (view) => view.getInt32(0, true));
  }

  unsigned(field: number, fallback = 0): number {
    return this.number(field, 4, fallback, (view) => view.getUint32(0, true));
  }

  float(field: number, fallback = 0): number {
    return this.number(field, 4, fallback, (view) => view.getFloat32(0, true));
  }

  /** An unsigned number of 64 bits; beyond 2⁵³ it is no place in a file, but still beyond each. */
  long(field: number): number {
    return this.number(field, 8, 0, (view) => Number(view.getBigUint64(0, true)));
  }

  table(field: number): Table | null {
    const at = this.field(field);
    return at === null ? null : new Table(this.buffer, this.follow(at));
  }

  /** The tables of a vector, each made when it is asked for. */
  tables(field: number): readonly Table[] {
    const vector = this.vector(field, 4);
    if (!vector) return [];
    if (vector.length > mostTables) this.buffer.damaged(`a list of ${vector.length} tables cannot be`);
    return Array.from({ length: vector.length }, (_, i) => new Table(this.buffer, this.follow(vector.at + 4 * i)));
  }

  ints(field: number): readonly number[] {
    return this.numbers(field, 4, (view, at) => view.getInt32(at, true));
  }

  floats(field: number): readonly number[] {
    return this.numbers(field, 4, (view, at) => view.getFloat32(at, true));
  }

  longs(field: number): readonly number[] {
    return this.numbers(field, 8, (view, at) => Number(view.getBigInt64(at, true)));
  }

  /** Text; bytes that are no UTF-8 become marks. */
  text(field: number): string {
    const vector = this.vector(field, 1);
    if (!vector) return '';
    this.buffer.count(vector.length);
    return new TextDecoder().decode(this.buffer.bytes(vector.at, vector.length));
  }

  /** Where a vector of bytes lies; null when there is none. */
  range(field: number): ByteRange | null {
    const vector = this.vector(field, 1);
    return vector && { source: this.buffer.source, start: vector.at, end: vector.at + vector.length };
  }

  /** Length of a vector whose elements take `bytes` bytes. */
  lengthOf(field: number, bytes: number): number {
    return this.vector(field, bytes)?.length ?? 0;
  }

  private field(field: number): number | null {
    const place = 4 + 2 * field;
    if (place + 2 > this.size) return null;
    const offset = this.buffer.unsigned(this.offsets + place, 2);
    return offset === 0 ? null : this.at + offset;
  }

  private number(field: number, bytes: number, fallback: number, read: (view: DataView) => number): number {
    const at = this.field(field);
    return at === null ? fallback : read(this.buffer.view(at, bytes));
  }

  private follow(at: number): number {
    return at + this.buffer.unsigned(at, 4);
  }

  private vector(field: number, bytes: number): Vector | null {
    const at = this.field(field);
    if (at === null) return null;
    const start = this.follow(at);
    const length = bytes === 1 ? this.buffer.lengthAt(start) : this.buffer.unsigned(start, 4);
    this.buffer.check(start + 4, length * bytes);
    return { at: start + 4, length };
  }

  private numbers(field: number, bytes: number, read: (view: DataView, at: number) => number): readonly number[] {
    const vector = this.vector(field, bytes);
    if (!vector) return [];
    this.buffer.count(vector.length);
    const view = this.buffer.view(vector.at, vector.length * bytes);
    return Array.from({ length: vector.length }, (_, i) => read(view, i * bytes));
  }
}
