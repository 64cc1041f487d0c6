import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { LazyTensor } from '../../../graph/ir/lazyTensor';
import { FileSource, MemorySource } from '../bytes/byteSource';
import { storedTensor } from './storedTensor';

const folder = temporaryFolder();

it('reads small ones at once, from wherever they are', () => {
  const bytes = new Uint8Array(Float32Array.of(9, 1, 2, 3).buffer);
  const range = { source: new MemorySource('memory', bytes), start: 4, end: 16 };
  expect(storedTensor('float32', [3], range)).toEqual({ dtype: 'float32', dims: [3], data: Float32Array.of(1, 2, 3) });
  const nibbles = { source: new MemorySource('memory', Uint8Array.of(0x7f, 0x08)), start: 0, end: 2 };
  expect(storedTensor('int4', [3], nibbles).data).toEqual(Int8Array.of(-1, 7, -8));
});

it('leaves large ones in their file, where a runtime may map them', () => {
  const values = Float32Array.from({ length: 8192 }, (_, i) => i);
  const path = join(folder, 'large.bin');
  writeFileSync(path, new Uint8Array(values.buffer));
  const source = new FileSource(path);
  const tensor = storedTensor('float32', [2, 4096], { source, start: 0, end: 32768 });
  source.close();
  expect(LazyTensor.storedBytes(tensor)).toMatchObject({ offset: 0, length: 32768 });
  expect(tensor.data).toEqual(values);
});

it('believes no length', () => {
  const source = new MemorySource('short.bin', new Uint8Array(8));
  expect(() => storedTensor('float32', [1 << 28], { source, start: 0, end: 2 ** 30 })).toThrow(
    `short.bin is truncated or damaged: ${2 ** 30} bytes are wanted at byte 0, but it ends at byte 8.`,
  );
  expect(() => storedTensor('float32', [3], { source, start: 0, end: 8 })).toThrow(RangeError);
});
