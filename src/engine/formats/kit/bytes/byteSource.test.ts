import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { CheckpointError } from '../../../../shared/errors';
import { FileSource } from './byteSource';

const path = join(temporaryFolder(), 'bytes.bin');
const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 2654435761) >>> 13);
writeFileSync(path, bytes);

it('reads any range of a file, in any order', () => {
  const source = new FileSource(path);
  expect(source.size).toBe(bytes.length);
  const ranges = [
    [0, 10],
    [262140, 10],
    [5, 300_000],
    [699_999, 1],
    [100, 262144],
    [699_000, 1000],
    [0, 700_000],
    [700_000, 0],
  ];
  for (const [offset, length] of ranges as [number, number][]) {
    expect(Buffer.compare(source.read(offset, length), bytes.subarray(offset, offset + length))).toBe(0);
    const target = new Uint8Array(length);
    source.readInto(target, offset);
    expect(Buffer.compare(target, bytes.subarray(offset, offset + length))).toBe(0);
  }
  source.close();
});

it('refuses ranges outside the file before anything is allocated', () => {
  const source = new FileSource(path);
  for (const [offset, length] of [
    [699_999, 2],
    [-1, 1],
    [0, 2 ** 52],
  ] as [number, number][]) {
    expect(() => source.read(offset, length)).toThrow(CheckpointError);
  }
  source.close();
});

it('says so when a file became shorter while it was open', () => {
  const shrinking = join(temporaryFolder(), 'shrinking.bin');
  writeFileSync(shrinking, bytes);
  const source = new FileSource(shrinking);
  writeFileSync(shrinking, bytes.subarray(0, 10));
  expect(() => source.read(500_000, 10)).toThrow('became shorter');
  source.close();
});
