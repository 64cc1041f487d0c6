const utf8 = new TextEncoder();

/** Writes one protobuf message; nested messages are written by their own writer and added with {@link message}. */
export class ProtobufWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** An integer field; negative numbers take the ten bytes of their 64-bit two's complement. */
  integer(field: number, value: number | bigint): this {
    this.key(field, 0);
    this.varint(value);
    return this;
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    this.key(field, 5);
    this.reserve(4);
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true);
    this.length += 4;
    return this;
  }

  string(field: number, value: string): this {
    return this.data(field, utf8.encode(value));
  }

  data(field: number, value: Uint8Array): this {
    this.key(field, 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  message(field: number, value: ProtobufWriter): this {
    return this.data(field, value.finish());
  }

  /** Repeated integers in packed form. */
  integers(field: number, values: Iterable<number | bigint>): this {
    const packed = new ProtobufWriter();
    for (const value of values) packed.varint(value);
    return this.message(field, packed);
  }

  /** Repeated 32-bit floats in packed form. */
  floats(field: number, values: readonly number[]): this {
    const packed = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((value, i) => {
      packed.setFloat32(4 * i, value, true);
    });
    return this.data(field, new Uint8Array(packed.buffer));
  }

  /** The message so far; a view that the next write may invalidate. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private key(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  private varint(value: number | bigint): void {
    this.reserve(10);
    if (typeof value === 'number' && value >= 0 && value < 0x80) {
      this.bytes[this.length++] = value;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
