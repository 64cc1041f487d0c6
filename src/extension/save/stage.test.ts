import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../shared/errors';
import { type Folders, Stage } from './stage';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'whylight-stage-'));
});
afterEach(() => rm(base, { recursive: true }));

const at = (path: readonly string[]) => join(base, ...path);
const text = (words: string) => new TextEncoder().encode(words);
const files = ['a.png', 'b.npy', 'result.json'].map((name) => ({ name, bytes: text(`new ${name}`) }));
const wanted = ['out', 'maps', 'cat'];

/** Real folders; `fails` may stand in the way of one step. */
function folders(fails: Partial<Folders> = {}): Folders {
  return {
    list: (folder) => readdir(at(folder)).catch(() => null),
    create: async (folder) => void (await mkdir(at(folder), { recursive: true })),
    write: (file, bytes) => writeFile(at(file), bytes),
    rename: (from, to) => rename(at(from), at(to)),
    remove: (folder) => rm(at(folder), { recursive: true }),
    ...fails,
  };
}

async function everything(): Promise<string[]> {
  return (await readdir(base, { recursive: true })).sort();
}

async function save(place: Folders, signal?: AbortSignal): Promise<void> {
  const stage = await Stage.open(place, wanted);
  await stage.finish(files, () => {}, signal);
}

const full = new Error('ENOSPC: no space left on device, write');

describe('a new folder', () => {
  it('is there when all files are, and not before', async () => {
    const stage = await Stage.open(folders(), wanted);
    const seen: unknown[] = [];
    await stage.finish(files, (done) => seen.push(done));
    expect(seen).toEqual([1, 2, 3]);
    expect(await everything()).toEqual([
      'out',
      'out/maps',
      'out/maps/cat',
      ...files.map(({ name }) => `out/maps/cat/${name}`),
    ]);
    expect(await readFile(at([...wanted, 'b.npy']), 'utf8')).toBe('new b.npy');
  });

  it('leaves nothing behind when the disk is full', async () => {
    let written = 0;
    const place = folders();
    const filling = folders({
      write: async (file, bytes) => {
        if (++written === 2) {
          await place.write(file, bytes.subarray(0, 2));
          throw full;
        }
        await place.write(file, bytes);
      },
    });
    await expect(save(filling)).rejects.toBe(full);
    expect(await everything()).toEqual([]);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const controller = new AbortController();
    const place = folders();
    const slow = folders({
      write: async (file, bytes) => {
        await place.write(file, bytes);
        controller.abort();
      },
    });
    await expect(save(slow, controller.signal)).rejects.toBeInstanceOf(CancelledError);
    expect(await everything()).toEqual([]);
  });

  it('takes away only folders that it made', async () => {
    await mkdir(at(['out']));
    await writeFile(at(['out', 'mine.txt']), 'mine');
    await expect(save(folders({ write: () => Promise.reject(full) }))).rejects.toBe(full);
    expect(await everything()).toEqual(['out', 'out/mine.txt']);
  });

  it('fails before anything is computed where nothing can be written', async () => {
    const refused = new Error("EROFS: read-only file system, mkdir 'x'");
    await expect(Stage.open(folders({ create: () => Promise.reject(refused) }), wanted)).rejects.toBe(refused);
    expect(await everything()).toEqual([]);
  });

  it('is given up without a trace', async () => {
    const stage = await Stage.open(folders(), wanted);
    await stage.discard();
    expect(await everything()).toEqual([]);
  });
});

describe('a folder that is there', () => {
  beforeEach(async () => {
    await mkdir(at(wanted), { recursive: true });
    await writeFile(at([...wanted, 'a.png']), 'old a.png');
    await writeFile(at([...wanted, 'notes.md']), 'mine');
  });

  it('gets the new files and keeps those of other names', async () => {
    await save(folders());
    const inside = (await readdir(at(wanted))).sort();
    expect(inside).toEqual(['a.png', 'b.npy', 'notes.md', 'result.json']);
    expect(await readFile(at([...wanted, 'a.png']), 'utf8')).toBe('new a.png');
    expect(await readdir(at(['out', 'maps']))).toEqual(['cat']);
  });

  it('stays as it was when the disk is full', async () => {
    let written = 0;
    const place = folders();
    const filling = folders({
      write: (file, bytes) => (++written === 3 ? Promise.reject(full) : place.write(file, bytes)),
    });
    await expect(save(filling)).rejects.toBe(full);
    expect((await readdir(at(wanted))).sort()).toEqual(['a.png', 'notes.md']);
    expect(await readFile(at([...wanted, 'a.png']), 'utf8')).toBe('old a.png');
    expect(await readdir(at(['out', 'maps']))).toEqual(['cat']);
  });
});
