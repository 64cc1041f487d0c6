import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../../shared/errors';
import type { EncodedFile } from '../../shared/protocol/protocol';

/**
 * Writes files into a folder, which is made if it is not there. Each file is first written whole under a temporary name beside its
 * place; only when all are on disk do they get their names, so that a reader never meets a half-written file. Files of the same name
 * are replaced.
 *
 * @throws UsageError when the folder cannot be written to.
 */
export async function writeFiles(folder: string, files: readonly EncodedFile[]): Promise<void> {
  const suffix = `.${randomUUID()}.tmp`;
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, bytes } of files) {
      if (name === '' || name === '.' || name === '..' || basename(name) !== name) {
        throw new RangeError(`“${name}” is not a plain file name.`);
      }
      const path = join(folder, name);
      written.push(path);
      const file = await open(path + suffix, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const path of written) await rename(path + suffix, path);
  } catch (error) {
    await Promise.all(written.map((path) => rm(path + suffix, { force: true })));
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason) throw new UsageError(`The results cannot be written to ${folder}: ${reason}.`);
    throw error;
  }
}

/** What the usual failures of a file system mean, in words. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EEXIST: 'there is a file of this name, not a folder',
  EISDIR: 'there is a folder where a file is to be written',
  ENAMETOOLONG: 'the path is too long',
};
