/**
 * Reads the protobuf wire format over byte ranges (https://protobuf.dev/programming-guides/encoding/). Nothing is copied until a
 * value is asked for: a nested message or a long bytes field is a range of its source.
 */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange, ByteSource } from '../bytes/byteSource';

const wire = { varint: 0, fixed64: 1, length: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** Longer texts than this are no names or notes; JavaScript could not hold much longer ones. */
const longestText = 1 << 28;
const deepestGroup = 32;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** One field as it stands in a message. */
export class Field {
  constructor(
    private readonly source: ByteSource,
    readonly number: number,
    readonly wireType: number,
    /** Where the value begins: after the key, and after the length of a length-delimited one. */
    readonly start: number,
    readonly end: number,
    private readonly varint: bigint,
  ) {}

  /** A varint as the signed 64-bit integer that int32, int64, bool and enum fields hold. */
  int64(): bigint {
    if (this.wireType !== wire.varint) this.wrongType('an integer');
    return BigInt.asIntN(64, this.varint);
  }

  /** An integer that must be a safe JavaScript number, such as an enum, a count or a version. */
  integer(): number {
    const value = this.int64();
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw damaged(this.source, this.start, `field ${this.number} holds ${value}, which is out of range`);
    }
    return number;
  }

  float(): number {
    if (this.wireType !== wire.fixed32) this.wrongType('a float');
    return view(this.source.read(this.start, 4)).getFloat32(0, true);
  }

  range(): ByteRange {
    if (this.wireType !== wire.length) this.wrongType('bytes');
    return { source: this.source, start: this.start, end: this.end };
  }

  text(): string {
    const { start, end } = this.range();
    if (end - start > longestText) {
      throw damaged(this.source, start, `field ${this.number} is a text of ${end - start} bytes`);
    }
    try {
      return decoder.decode(this.source.read(start, end - start));
    } catch (error) {
      if (error instanceof TypeError) throw damaged(this.source, start, `field ${this.number} is no UTF-8 text`);
      throw error;
    }
  }

  /** A copy of the bytes. */
  bytes(): Uint8Array {
    const { start, end } = this.range();
    const copy = new Uint8Array(end - start);
    this.source.readInto(copy, start);
    return copy;
  }

  message(): MessageReader {
    return new MessageReader(this.range());
  }

  /** Calls back with each element of a repeated integer field, packed or not. */
  eachInt64(use: (value: bigint) => void): void {
    if (this.wireType !== wire.length) {
      use(this.int64());
      return;
    }
    const cursor = new Cursor(this.range());
    while (!cursor.atEnd) use(BigInt.asIntN(64, cursor.varint()));
  }

  /** Calls back with each element of a repeated float or double field (`size` 4 or 8 bytes), packed or not. */
  eachFloat(size: 4 | 8, use: (value: number) => void): void {
    const single = size === 4 ? wire.fixed32 : wire.fixed64;
    if (this.wireType !== single && this.wireType !== wire.length) this.wrongType('floats');
    if ((this.end - this.start) % size !== 0) {
      throw damaged(this.source, this.start, `field ${this.number} is not a whole number of ${size}-byte floats`);
    }
    for (let start = this.start; start < this.end; ) {
      const length = Math.min(this.end - start, 1 << 16);
      const bytes = view(this.source.read(start, length));
      for (let i = 0; i < length; i += size) use(size === 4 ? bytes.getFloat32(i, true) : bytes.getFloat64(i, true));
      start += length;
    }
  }

  private wrongType(expected: string): never {
    throw damaged(
      this.source,
      this.start,
      `field ${this.number} should be ${expected} and has wire type ${this.wireType}`,
    );
  }
}

/** Visits the fields of one message in file order. */
export class MessageReader {
  private readonly cursor: Cursor;

  constructor(range: ByteRange) {
    this.cursor = new Cursor(range);
  }

  *fields(): Generator<Field> {
    while (!this.cursor.atEnd) yield this.next();
  }

  private next(): Field {
    const { cursor } = this;
    const { source } = cursor.range;
    const at = cursor.position;
    const key = cursor.varint();
    const number = Number(key >> 3n);
    const wireType = Number(key & 7n);
    if (number === 0 || number >= 2 ** 29) throw damaged(source, at, `${number} is no field number`);
    const { value, start } = skipValue(cursor, wireType, number, 0);
    return new Field(source, number, wireType, start, cursor.position, value);
  }
}

/** Moves behind a value; gives where it starts, and its value when it is a varint. */
function skipValue(cursor: Cursor, wireType: number, number: number, depth: number): { value: bigint; start: number } {
  let start = cursor.position;
  switch (wireType) {
    case wire.varint:
      return { value: cursor.varint(), start };
    case wire.fixed64:
      cursor.skip(8, number);
      break;
    case wire.fixed32:
      cursor.skip(4, number);
      break;
    case wire.length: {
      const length = Number(cursor.varint());
      start = cursor.position;
      cursor.skip(length, number);
      break;
    }
    case wire.groupStart:
      skipGroup(cursor, number, depth);
      break;
    default:
      throw damaged(cursor.range.source, start, `field ${number} has the unknown wire type ${wireType}`);
  }
  return { value: 0n, start };
}

function skipGroup(cursor: Cursor, number: number, depth: number): void {
  const at = cursor.position;
  if (depth === deepestGroup) throw damaged(cursor.range.source, at, 'groups are nested too deeply');
  while (!cursor.atEnd) {
    const key = cursor.varint();
    const inner = Number(key >> 3n);
    const wireType = Number(key & 7n);
    if (wireType === wire.groupEnd && inner === number) return;
    skipValue(cursor, wireType, inner, depth + 1);
  }
  throw damaged(cursor.range.source, at, `the group of field ${number} does not end`);
}

class Cursor {
  position: number;

  constructor(readonly range: ByteRange) {
    this.position = range.start;
  }

  get atEnd(): boolean {
    return this.position >= this.range.end;
  }

  varint(): bigint {
    const { source, end } = this.range;
    const at = this.position;
    const bytes = source.read(at, Math.min(10, end - at));
    let low = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (i < 4) low += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) {
        this.position += i + 1;
        return i < 4 ? BigInt(low) : wideVarint(bytes.subarray(0, i + 1));
      }
    }
    if (bytes.length === 10) throw damaged(source, at, 'an integer is longer than ten bytes');
    throw damaged(source, at, 'the data ends inside an integer');
  }

  skip(count: number, number: number): void {
    const { source, end } = this.range;
    if (this.position + count > end) {
      const missing = this.position + count - end;
      throw damaged(source, this.position, `field ${number} needs ${count} bytes, ${missing} more than there are`);
    }
    this.position += count;
  }
}

function wideVarint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 7n) | BigInt((bytes[i] as number) & 0x7f);
  return BigInt.asUintN(64, value);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(source: ByteSource, at: number, what: string): CheckpointError {
  return new CheckpointError(`${source.name} is truncated or damaged: at byte ${at}, ${what}.`);
}
