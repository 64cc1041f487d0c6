import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../shared/errors';
import { ProtobufWriter } from '../../../runtime/onnxruntime/protobufWriter';
import { MemorySource } from '../bytes/byteSource';
import { type Field, MessageReader } from './protobuf';

function read(bytes: Uint8Array | readonly number[]): Field[] {
  const source = new MemorySource('test.bin', Uint8Array.from(bytes));
  return [...new MessageReader({ source, start: 0, end: source.size }).fields()];
}

function write(fill: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter();
  fill(writer);
  return writer.finish();
}

function integers(field: Field): bigint[] {
  const values: bigint[] = [];
  field.eachInt64((value) => values.push(value));
  return values;
}

describe('integers', () => {
  const values = [0n, 1n, 127n, 128n, 300n, 2n ** 28n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, -1n, -(2n ** 63n)];

  it.each(values)('reads %s exactly, alone and packed', (value) => {
    expect(read(write((w) => w.integer(3, value)))[0]!.int64()).toBe(value);
    const [packed] = read(write((w) => w.integers(3, [value, 5n, value])));
    expect(integers(packed!)).toEqual([value, 5n, value]);
  });

  it('takes ten bytes for negative numbers', () => {
    expect(write((w) => w.integer(1, -1))).toHaveLength(11);
  });

  it('reads repeated fields that are not packed', () => {
    const fields = read(write((w) => w.integer(3, 7).integer(3, -7)));
    expect(fields.flatMap(integers)).toEqual([7n, -7n]);
  });

  it('refuses numbers that are not safe where a plain one is needed', () => {
    expect(() => read(write((w) => w.integer(3, 2n ** 60n)))[0]!.integer()).toThrow(CheckpointError);
  });
});

describe('other values', () => {
  it('reads floats alone, packed and as doubles', () => {
    const fields = read(write((w) => w.float(1, 1.5).floats(2, [0.25, -2])));
    const floats: number[] = [];
    for (const field of fields) field.eachFloat(4, (value) => floats.push(value));
    expect(floats).toEqual([1.5, 0.25, -2]);
    expect(fields[0]!.float()).toBe(1.5);
    const double = new Uint8Array(Float64Array.of(Math.PI).buffer);
    const doubles: number[] = [];
    read([(4 << 3) | 1, ...double])[0]!.eachFloat(8, (value) => doubles.push(value));
    expect(doubles).toEqual([Math.PI]);
  });

  it('reads texts and nested messages as they were written', () => {
    const inner = new ProtobufWriter().string(1, 'naïve ✓');
    const [field] = read(write((w) => w.message(9, inner)));
    expect([...field!.message().fields()].map((each) => each.text())).toEqual(['naïve ✓']);
  });

  it('steps over groups', () => {
    const fields = read([0x0b, 0x10, 0x05, 0x1b, 0x1c, 0x0c, 0x10, 0x2a]);
    expect(fields.map((field) => field.number)).toEqual([1, 2]);
    expect(fields[1]!.int64()).toBe(42n);
  });
});

describe('damage is told with its place', () => {
  const damaged: [string, number[], RegExp][] = [
    ['an integer without end', [0x08, 0x80], /at byte 1, the data ends inside an integer/],
    [
      'an integer of eleven bytes',
      [0x08, ...new Array(11).fill(0xff)],
      /at byte 1, an integer is longer than ten bytes/,
    ],
    ['a length beyond the end', [0x12, 0x05, 0x41], /at byte 2, field 2 needs 5 bytes, 4 more than there are/],
    ['a length of 2^63', [0x12, ...new Array(9).fill(0xff), 0x01], /field 2 needs/],
    ['field number 0', [0x02, 0x00], /at byte 0, 0 is no field number/],
    ['an unknown wire type', [0x0f, 0x00], /wire type 7/],
    ['a group without end', [0x0b, 0x10, 0x05], /the group of field 1 does not end/],
    ['groups without bottom', new Array(100).fill(0x0b), /nested too deeply/],
  ];

  it.each(damaged)('%s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(CheckpointError);
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow('test.bin is truncated or damaged');
  });

  it('tells a text that is no text, and values of another type', () => {
    const [field] = read([0x0a, 0x02, 0xc3, 0x28]);
    expect(() => field!.text()).toThrow('at byte 2, field 1 is no UTF-8 text');
    expect(() => field!.float()).toThrow('field 1 should be a float and has wire type 2');
    expect(() => field!.int64()).toThrow('should be an integer');
    expect(() => read([0x08, 0x01])[0]!.message()).toThrow('should be bytes');
    expect(() => read([0x0a, 0x03, 0, 0, 0])[0]!.eachFloat(4, () => {})).toThrow('not a whole number of 4-byte floats');
  });
});
