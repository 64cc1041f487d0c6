import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../shared/errors';
import { writeFiles } from './writeFiles';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('writeFiles', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whylight-write-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes folders and replaces files', async () => {
    const target = join(folder, 'a/b');
    await writeFiles(target, [{ name: 'x.txt', bytes: bytes('old') }]);
    await writeFiles(target, [
      { name: 'x.txt', bytes: bytes('new') },
      { name: 'y.txt', bytes: bytes('y') },
    ]);
    expect(await readdir(target)).toEqual(['x.txt', 'y.txt']);
    expect(await readFile(join(target, 'x.txt'), 'utf8')).toBe('new');
  });

  it('leaves everything as it was when one file cannot be written', async () => {
    await writeFile(join(folder, 'x.txt'), 'old');
    const files = [
      { name: 'x.txt', bytes: bytes('new') },
      { name: '../outside.txt', bytes: bytes('y') },
    ];
    await expect(writeFiles(folder, files)).rejects.toThrow('“../outside.txt” is not a plain file name.');
    expect(await readdir(folder)).toEqual(['x.txt']);
    expect(await readFile(join(folder, 'x.txt'), 'utf8')).toBe('old');
  });

  it('leaves no temporary file behind when a name is taken by a folder', async () => {
    await mkdir(join(folder, 'x.txt'));
    await expect(writeFiles(folder, [{ name: 'x.txt', bytes: bytes('new') }])).rejects.toThrow(UsageError);
    expect(await readdir(folder)).toEqual(['x.txt']);
  });

  it('says in words when the folder is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(writeFiles(join(file, 'results'), [])).rejects.toThrow(
      `The results cannot be written to ${join(file, 'results')}: a part of this path is a file, not a folder.`,
    );
  });
});
