import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { sha256 } from './sha256';

const folder = temporaryFolder();

it.each([0, 3, 20 << 20])('hashes a file of %i bytes', async (size) => {
  const bytes = Buffer.alloc(size, 'whylight');
  const path = join(folder, `file-${size}`);
  writeFileSync(path, bytes);
  expect(await sha256(path)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

it('hands on the error of the file system', async () => {
  await expect(sha256(join(folder, 'none'))).rejects.toThrow('ENOENT');
});
