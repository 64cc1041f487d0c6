import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder';
import { FileProblem, openRegularFileSync, readRegularFile, within } from './regularFile';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const unix = process.platform !== 'win32';

describe('readRegularFile', () => {
  it('reads a file whole, also an empty one, one as large as the limit and one behind a link', async () => {
    writeFileSync(at('empty'), '');
    writeFileSync(at('full'), 'x'.repeat(10_000));
    symlinkSync('full', at('link'));
    expect(await readRegularFile(at('empty'), 10)).toHaveLength(0);
    expect((await readRegularFile(at('full'), 10_000)).toString()).toBe('x'.repeat(10_000));
    expect(await readRegularFile(at('link'), 1 << 20)).toHaveLength(10_000);
  });

  it('refuses a larger file before it reads it', async () => {
    const descriptor = openSync(at('sparse'), 'w');
    ftruncateSync(descriptor, 2 ** 40);
    closeSync(descriptor);
    await expect(readRegularFile(at('sparse'), 16 * 1024 ** 2)).rejects.toThrow(
      `${at('sparse')} is larger than 16 MiB, the most that is read.`,
    );
  });

  it.runIf(process.platform === 'linux')('reads what states no size, and no more of it than the limit', async () => {
    expect((await readRegularFile('/proc/self/status', 1 << 20)).toString()).toMatch(/^Name:/);
    expect((await readRegularFile('/proc/self/maps', 1 << 24)).length).toBeGreaterThan(1 << 13);
    await expect(readRegularFile('/proc/self/maps', 5000)).rejects.toThrow('is larger than');
  });

  it('says what is wrong in words', async () => {
    mkdirSync(at('folder'));
    symlinkSync('loop', at('loop'));
    for (const [path, what, code] of [
      [at('missing'), 'does not exist', 'ENOENT'],
      [at('empty/missing'), 'does not exist', 'ENOTDIR'],
      [at('folder'), 'is a folder, not a file', undefined],
      [at('loop'), 'is a link that leads back to itself', 'ELOOP'],
      [at('x'.repeat(100_000)), 'has a longer name than the file system takes', 'ENAMETOOLONG'],
      [at('a\0b'), 'is no file name', 'ERR_INVALID_ARG_VALUE'],
    ] as const) {
      await expect(readRegularFile(path, 10)).rejects.toMatchObject({ name: 'FileProblem', what, code });
    }
  });

  it.runIf(unix)('refuses pipes, sockets and devices at once', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    const started = Date.now();
    for (const [path, what] of [
      [at('pipe'), 'is a pipe, not a file'],
      [at('socket'), 'is a socket, not a file'],
      ['/dev/zero', 'is a device, not a file'],
    ] as const) {
      await expect(readRegularFile(path, 10)).rejects.toMatchObject({ what });
      expect(() => openRegularFileSync(path)).toThrow(FileProblem);
    }
    expect(Date.now() - started).toBeLessThan(2000);
    server.close();
  });
});

describe('within', () => {
  it('gives up on a step that does not end, and hands on one that does', async () => {
    const hung = () => new Error('hung');
    await expect(within(new Promise(() => {}), 10, hung)).rejects.toThrow('hung');
    expect(await within(Promise.resolve(3), 10_000, hung)).toBe(3);
    await expect(within(Promise.reject(new Error('own')), 10_000, hung)).rejects.toThrow('own');
  });
});
