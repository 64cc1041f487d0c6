import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../shared/errors';

export interface LockTiming {
  /** A lock of this age was left behind by a run that was killed: it is held for milliseconds. */
  readonly stale: number;
  readonly patience: number;
  readonly pause: number;
}

const usual: LockTiming = { stale: 10_000, patience: 30_000, pause: 20 };

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

/** Takes away a lock that was left behind; of several that try, one gets it. */
async function removeStale(lock: string, stale: number): Promise<void> {
  try {
    if (Date.now() - (await stat(lock)).mtimeMs < stale) return;
    const taken = `${lock}.${randomUUID()}.tmp`;
    await rename(lock, taken);
    await rm(taken, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

/**
 * Does `work` while no other process does its own on the same folder.
 *
 * @throws UsageError when another one does not come to its end; else what `work` or the file system throws.
 */
export async function withFolderLock<T>(
  folder: string,
  work: () => Promise<T>,
  timing: LockTiming = usual,
): Promise<T> {
  const lock = join(folder, '.whylight-lock');
  for (const started = Date.now(); ; ) {
    try {
      await (await open(lock, 'wx')).close();
      break;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    if (Date.now() - started > timing.patience) {
      throw new UsageError(`The results cannot be written to ${folder}: another run is writing there.`);
    }
    await removeStale(lock, timing.stale);
    await new Promise((resolve) => setTimeout(resolve, timing.pause));
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
