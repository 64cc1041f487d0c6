/** Writes flatbuffers from nested descriptions, right ones and wrong ones. */

export type Field =
  | { readonly i8: number }
  | { readonly i32: number }
  | { readonly u64: number }
  | { readonly f32: number }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly longs: readonly number[] }
  | { readonly table: Fields }
  | { readonly tables: readonly Fields[] };

/** Fields of a table by their numbers. */
export type Fields = Readonly<Record<number, Field>>;

const sizes = (field: Field): number => ('i8' in field ? 1 : 'u64' in field ? 8 : 4);

class FlatbufferWriter {
  private bytes = Buffer.alloc(1 << 12);
  private length = 0;

  take(count: number): number {
    this.length = Math.ceil(this.length / 8) * 8;
    while (this.length + count > this.bytes.length)
      this.bytes = Buffer.concat([this.bytes, Buffer.alloc(this.bytes.length)]);
    this.length += count;
    return this.length - count;
  }

  /** Writes a table and what it refers to; gives its place. */
  table(fields: Fields): number {
    const numbers = Object.keys(fields).map(Number);
    const slots = Math.max(-1, ...numbers) + 1;
    const offsets = this.take(4 + 2 * slots);
    const at = this.take(8 + 8 * slots);
    this.bytes.writeInt32LE(at - offsets, at);
    this.bytes.writeUInt16LE(4 + 2 * slots, offsets);
    this.bytes.writeUInt16LE(8 + 8 * slots, offsets + 2);
    for (const number of numbers) this.bytes.writeUInt16LE(8 + 8 * number, offsets + 4 + 2 * number);
    for (const number of numbers) this.field(fields[number] as Field, at + 8 + 8 * number);
    return at;
  }

  private field(field: Field, at: number): void {
    if ('i8' in field) this.bytes.writeInt8(field.i8, at);
    else if ('i32' in field) this.bytes.writeInt32LE(field.i32, at);
    else if ('u64' in field) this.bytes.writeBigUInt64LE(BigInt(field.u64), at);
    else if ('f32' in field) this.bytes.writeFloatLE(field.f32, at);
    else {
      const target = this.reference(field);
      this.bytes.writeUInt32LE(target - at, at);
    }
  }

  private reference(field: Field): number {
    if ('table' in field) return this.table(field.table);
    if ('tables' in field) {
      const at = this.take(4 + 4 * field.tables.length);
      this.bytes.writeUInt32LE(field.tables.length, at);
      const written = new Map<Fields, number>();
      field.tables.forEach((each, i) => {
        // One description several times is one table, which the list refers to as often.
        const target = written.get(each) ?? this.table(each);
        written.set(each, target);
        this.bytes.writeUInt32LE(target - (at + 4 + 4 * i), at + 4 + 4 * i);
      });
      return at;
    }
    const [count, data] = elements(field);
    const at = this.take(4 + data.length);
    this.bytes.writeUInt32LE(count, at);
    data.copy(this.bytes, at + 4);
    return at;
  }

  finish(root: number, identifier: string): Uint8Array {
    this.bytes.writeUInt32LE(root, 0);
    this.bytes.write(identifier, 4, 'latin1');
    return Uint8Array.from(this.bytes.subarray(0, this.length));
  }
}

function elements(field: Field): readonly [number, Buffer] {
  if ('text' in field) return [Buffer.byteLength(field.text), Buffer.from(`${field.text}\0`)];
  if ('bytes' in field) return [field.bytes.length, Buffer.from(field.bytes)];
  if ('ints' in field) return [field.ints.length, Buffer.from(Int32Array.from(field.ints).buffer)];
  if ('floats' in field) return [field.floats.length, Buffer.from(Float32Array.from(field.floats).buffer)];
  if ('longs' in field) return [field.longs.length, Buffer.from(BigInt64Array.from(field.longs, BigInt).buffer)];
  throw new RangeError(`A field of ${sizes(field)} bytes is no vector.`);
}

/** @param identifier the four letters behind the root's offset. */
export function flatbuffer(root: Fields, identifier: string): Uint8Array {
  const writer = new FlatbufferWriter();
  writer.take(8);
  return writer.finish(writer.table(root), identifier);
}

/** A tensor of a TensorFlow Lite model; buffer 0 is none. */
export const liteTensor = (name: string, dims: readonly number[], buffer = 0, more: Fields = {}): Fields => ({
  0: { ints: dims },
  2: { i32: buffer },
  3: { text: name },
  ...more,
});

export interface LiteModel {
  readonly tensors: readonly Fields[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Numbers of BuiltinOperator. */
  readonly codes: readonly number[];
  readonly operators: readonly {
    readonly code: number;
    readonly inputs: readonly number[];
    readonly outputs: readonly number[];
    readonly options?: Fields;
  }[];
  /** From buffer 1 on. */
  readonly buffers?: readonly Uint8Array[];
  /** Fields of the model beside these. */
  readonly more?: Fields;
}

/** A TensorFlow Lite model with one graph. */
export function liteModel({
  tensors,
  inputs,
  outputs,
  codes,
  operators,
  buffers = [],
  more = {},
}: LiteModel): Uint8Array {
  const graph: Fields = {
    0: { tables: tensors },
    1: { ints: inputs },
    2: { ints: outputs },
    3: {
      tables: operators.map(({ code, inputs: read, outputs: given, options }): Fields => {
        const plain: Fields = { 0: { i32: code }, 1: { ints: read }, 2: { ints: given } };
        return options ? { ...plain, 3: { i8: 1 }, 4: { table: options } } : plain;
      }),
    },
  };
  return flatbuffer(
    {
      0: { i32: 3 },
      1: { tables: codes.map((code) => ({ 0: { i8: Math.min(code, 127) }, 3: { i32: code } })) },
      2: { tables: [graph] },
      4: { tables: [{}, ...buffers.map((bytes): Fields => ({ 0: { bytes } }))] },
      ...more,
    },
    'TFL3',
  );
}
