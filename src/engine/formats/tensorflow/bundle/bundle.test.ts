import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { tableOf } from '../../../../../test/support/tensorflow/table';
import { CheckpointError } from '../../../../shared/errors';
import { ProtobufWriter } from '../../../runtime/onnxruntime/protobufWriter';
import { MemorySource } from '../../kit/bytes/byteSource';
import { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import { crc32c, maskedCrc32c } from './crc32c';
import { decodeSliceKey } from './orderedCode';
import { unsnappy } from './snappy';
import { readTable } from './table';
import { TensorBundle } from './tensorBundle';

const folder = temporaryFolder();
const bytes = (text: string) => new TextEncoder().encode(text);
const values = (bundle: TensorBundle, name: string) => Array.from((bundle.tensor(name)?.data as Float32Array) ?? []);
const entriesOf = (table: Uint8Array) => {
  const entries: [string, string][] = [];
  readTable(new MemorySource('x.index', table), (key, value) =>
    entries.push([Buffer.from(key).toString('latin1'), Buffer.from(value).toString('latin1')]),
  );
  return entries;
};

it('computes CRC-32C as RFC 3720 gives it', () => {
  expect(crc32c(bytes('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(bytes('6789'), crc32c(bytes('12345')))).toBe(0xe3069283);
  expect(maskedCrc32c(bytes('123456789'))).toBe(0xc78ab0e5);
});

describe('snappy', () => {
  it('unpacks what was packed', () => {
    const text = bytes('weights weights weights '.repeat(500));
    expect(unsnappy(compress(text), 'x', 1 << 20)).toEqual(text);
  });

  it.each([
    ['a literal that runs backwards', [20, 0xfc, 0xff, 0xff, 0xff, 0xff, 0]],
    ['a copy from before the beginning', [8, 0x11, 9, 0]],
    ['less than it states', [100, 0x00, 65]],
    ['more than it states', [1, 0x04, 65, 65]],
    ['a length of terabytes', [0xff, 0xff, 0xff, 0xff, 0x7f, 0]],
    ['nothing', []],
  ])('refuses %s', (_, stream) => {
    expect(() => unsnappy(Uint8Array.from(stream), 'x', 1 << 20)).toThrow('x is damaged: a compressed block');
  });
});

describe('tables', () => {
  const content: [string, string][] = [
    ['', 'header'],
    ['conv/bias', 'a'],
    ['conv/kernel', 'b'.repeat(300)],
    ['__proto__', 'c'],
  ];
  const pairs = content.map(([key, value]) => [bytes(key), bytes(value)] as const);

  it('are read plain and compressed', () => {
    expect(entriesOf(tableOf(pairs))).toEqual(content);
    expect(entriesOf(tableOf(pairs, { pack: compress }))).toEqual(content);
  });

  it('are refused when a byte of a block has changed', () => {
    const table = tableOf(pairs);
    table[3] = (table[3] as number) ^ 1;
    expect(() => entriesOf(table)).toThrow(/x\.index is truncated or damaged: the block at byte 0 .*checksum/);
  });

  it.each([
    ['a block behind the end', { handle: { offset: 0, size: 1e9 } }, 'a block of 1000000000 bytes'],
    ['a block at 2^52', { handle: { offset: 2 ** 52, size: 9 } }, 'is said to begin at byte'],
  ])('are refused with %s', (_, options, message) => {
    expect(() => entriesOf(tableOf(pairs, options))).toThrow(message);
  });

  it('are refused with restarts that do not fit', () => {
    expect(() => entriesOf(tableOf(pairs, { restarts: 0xffffffff }))).toThrow('a block of it is shorter than it says');
  });

  it('are refused when they are cut', () => {
    const table = tableOf(pairs);
    for (const length of [0, 5, 47, 60, table.length - 1]) {
      expect(() => entriesOf(table.subarray(0, length))).toThrow(CheckpointError);
    }
  });
});

it('reads keys of slices', () => {
  const key = (...numbers: number[]) => decodeSliceKey(Uint8Array.from(numbers));
  // 0, “w” with a zero byte, two axes: [64, 64 + 300) and all.
  const name = [0x77, 0x00, 0xff, 0x00, 0x01];
  const slice = key(0, ...name, 1, 2, 0xc0, 0x40, 0xc1, 0x2c, 0x80, 0x7f);
  expect(slice).toEqual({ name: 'w\0', extents: [{ start: 64, length: 300 }, null] });
  expect(key(1, 5, ...name)).toBeNull();
  expect(key(0, 0x77)).toBeNull();
});

describe('bundles', () => {
  const header = (shards: number, bigEndian = false) =>
    new ProtobufWriter()
      .integer(1, shards)
      .integer(2, bigEndian ? 1 : 0)
      .finish();
  const entry = (dims: readonly number[], shard: number, offset: number, size: number) => {
    const shape = new ProtobufWriter();
    for (const dim of dims) shape.message(2, new ProtobufWriter().integer(1, dim));
    return new ProtobufWriter().integer(1, 1).message(2, shape).integer(3, shard).integer(4, offset).integer(5, size);
  };
  const open = (name: string, entries: readonly (readonly [string | Uint8Array, Uint8Array])[]) => {
    const path = join(folder, `${name}.index`);
    writeFileSync(path, tableOf(entries.map(([key, value]) => [typeof key === 'string' ? bytes(key) : key, value])));
    const files = new CheckpointFiles(path);
    return new TensorBundle(files.main(), files, name);
  };

  it('lie in several files, in either order of bytes', () => {
    writeFileSync(join(folder, 'two.data-00000-of-00002'), Float32Array.of(1, 2));
    writeFileSync(join(folder, 'two.data-00001-of-00002'), Float32Array.of(9, 3));
    const entries = [
      ['__proto__', entry([1], 1, 4, 4).finish()],
      ['a', entry([2], 0, 0, 8).finish()],
    ] as const;
    const two = open('two', [['', header(2)], ...entries]);
    expect(values(two, 'a')).toEqual([1, 2]);
    expect(values(two, '__proto__')).toEqual([3]);
    expect(two.tensor('toString')).toBeNull();
    const swapped = Buffer.from(Float32Array.of(1, 2).buffer).swap32();
    writeFileSync(join(folder, 'big.data-00000-of-00001'), swapped);
    const big = open('big', [
      ['', header(1, true)],
      ['a', entry([2], 0, 0, 8).finish()],
    ]);
    expect(values(big, 'a')).toEqual([1, 2]);
  });

  it('put slices together', () => {
    writeFileSync(join(folder, 'parts.data-00000-of-00001'), Float32Array.of(1, 2, 4, 5, 3, 6));
    const slice = (start: number, length: number) =>
      Uint8Array.from([0, 0x77, 0, 1, 1, 2, 0x80, 0x7f, 0x80 + start, 0x80 + length]);
    const whole = entry([2, 3], 0, 0, 0).message(7, new ProtobufWriter()).message(7, new ProtobufWriter());
    const parts = open('parts', [
      ['', header(1)],
      [slice(0, 2), entry([2, 2], 0, 0, 16).finish()],
      [slice(2, 1), entry([2, 1], 0, 16, 8).finish()],
      ['w', whole.finish()],
    ]);
    expect(values(parts, 'w')).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['a negative offset', entry([1], 0, -4, 4), 'is said to lie at byte -4'],
    ['an offset behind the end', entry([1], 0, 2 ** 40, 4), 'is said to lie at byte 1099511627776'],
    ['a size that is not its own', entry([1], 0, 0, 2 ** 40), 'which takes 4 bytes, not 1099511627776'],
    ['a shape beyond all numbers', entry([2 ** 40, 2 ** 40], 0, 0, 4), 'has the impossible shape'],
    ['a negative length', entry([-2], 0, 0, 4), 'has the length -2'],
    ['a file that is not there', entry([1], 7, 0, 4), 'in file 7 of 1'],
  ])('are refused with %s', (_, damaged, message) => {
    writeFileSync(join(folder, 'bad.data-00000-of-00001'), Float32Array.of(1));
    expect(() =>
      open('bad', [
        ['', header(1)],
        ['a', damaged.finish()],
      ]).tensor('a'),
    ).toThrow(message);
  });

  it('say which file is missing', () => {
    const one = open('gone', [
      ['', header(1)],
      ['a', entry([1], 0, 0, 4).finish()],
    ]);
    expect(() => one.tensor('a')).toThrow(/gone\.data-00000-of-00001, in which weights of .* is not beside it/);
    expect(() => readFileSync(join(folder, 'gone.data-00000-of-00001'))).toThrow('ENOENT');
  });
});
