import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError, WhylightError } from '../../shared/errors';
import { withFolderLock } from './folderLock';
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

  /** @param sha256 of the checkpoint; every run explains another one when absent. */
  const run = (target: string, ids: readonly string[], says: string, sha256 = says) =>
    writeFiles(target, [
      {
        name: 'result.json',
        bytes: bytes(JSON.stringify({ says, model: { sha256 }, methods: ids.map((id) => ({ file: `${id}.npy` })) })),
      },
      ...ids.map((id) => ({ name: `${id}.npy`, bytes: bytes(says) })),
    ]);

  it('keeps maps of the same question from an earlier run', async () => {
    const target = join(folder, 'cat');
    await run(target, ['gradient', 'occlusion'], 'first', 'abc');
    await run(target, ['gradient', 'grad-cam'], 'second', 'abc');
    expect(await readdir(target)).toEqual(['grad-cam.npy', 'gradient.npy', 'occlusion.npy', 'result.json']);
    expect(await readFile(join(target, 'gradient.npy'), 'utf8')).toBe('second');
    expect(await readFile(join(target, 'occlusion.npy'), 'utf8')).toBe('first');
  });

  it('keeps files of others and takes away maps of an earlier run that answer another question', async () => {
    const target = join(folder, 'cat');
    await run(target, ['gradient', 'occlusion'], 'first');
    await writeFile(join(target, 'notes.txt'), 'mine');
    await run(target, ['grad-cam'], 'second');
    expect(await readdir(target)).toEqual(['grad-cam.npy', 'notes.txt', 'result.json']);
    expect(await readdir(folder)).toEqual(['cat']);
  });

  it('takes nothing away that a record names elsewhere, and no record for more than it is', async () => {
    const target = join(folder, 'cat');
    await mkdir(target);
    await writeFile(join(folder, 'outside.npy'), 'mine');
    for (const record of ['{"methods":[{"file":"../outside.npy"},null,3]}', '[', 'null', '{"methods":{}}']) {
      await writeFile(join(target, 'result.json'), record);
      await run(target, ['gradient'], 'x');
    }
    expect(await readFile(join(folder, 'outside.npy'), 'utf8')).toBe('mine');
  });

  it('runs at the same time do not mix', async () => {
    const target = join(folder, 'cat');
    const names = Array.from({ length: 12 }, (_, i) => `run${i}`);
    await Promise.all(names.map((name, i) => run(target, ['gradient', `own${i}`], name)));
    const record = JSON.parse(await readFile(join(target, 'result.json'), 'utf8'));
    const files = record.methods.map(({ file }: { file: string }) => file);
    expect(await readdir(target)).toEqual([...files, 'result.json'].sort());
    for (const file of files) expect(await readFile(join(target, file), 'utf8')).toBe(record.says);
    expect(await readdir(folder)).toEqual(['cat']);
  });

  it('clears away what a killed run left, and waits for no lock of it', async () => {
    const target = join(folder, 'cat');
    await run(target, ['gradient'], 'first');
    const old = new Date(Date.now() - 3_600_000);
    await mkdir(join(target, '.whylight-x.tmp'));
    await writeFile(join(target, '.whylight-lock'), '');
    for (const name of ['.whylight-x.tmp', '.whylight-lock']) await utimes(join(target, name), old, old);
    await run(target, ['gradient'], 'second');
    expect(await readdir(target)).toEqual(['gradient.npy', 'result.json']);
  });

  it('gives up on a lock that another run holds', async () => {
    await writeFile(join(folder, '.whylight-lock'), '');
    const waiting = withFolderLock(folder, async () => 'done', { stale: 10_000, patience: 50, pause: 5 });
    await expect(waiting).rejects.toThrow(
      new UsageError(`The results cannot be written to ${folder}: another run is writing there.`),
    );
    expect(await readdir(folder)).toEqual(['.whylight-lock']);
  });

  it.runIf(process.platform === 'linux')('says in words when the system lets nothing be written', async () => {
    await expect(run('/proc/whylight/cat', ['gradient'], 'x')).rejects.toThrow(WhylightError);
    await expect(run(join(folder, 'x'.repeat(1e6)), ['gradient'], 'x')).rejects.toThrow(/: the path is too long\.$/);
    await symlink('loop', join(folder, 'loop'));
    await expect(run(join(folder, 'loop/cat'), ['gradient'], 'x')).rejects.toThrow(UsageError);
  });

  it('says in words when the folder is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(writeFiles(join(file, 'results'), [])).rejects.toThrow(
      `The results cannot be written to ${join(file, 'results')}: a part of this path is a file, not a folder.`,
    );
  });
});
