import { type BigIntStats, closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';

/** How long a file system may take for one step before it counts as hung, in milliseconds. */
const patience = 30_000;

/** One read call asks for at most this much, so that a slow disk is not taken for a hung one. */
const chunkBytes = 1 << 24;

/** Room for files that state no size, as those of the kernel do. */
const leastBytes = 1 << 12;

/** A pipe without a writer must not hold the call up; for regular files this changes nothing. Windows has no such flag. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A file that cannot be read, in words that follow its name: “x.png” + `does not exist`. Callers turn it into an error of their own. */
export class FileProblem extends Error {
  constructor(
    readonly path: string,
    readonly what: string,
    /** The system's code, such as ENOENT; undefined when the system had no objection. */
    readonly code?: string,
    options?: ErrorOptions,
  ) {
    super(`${path} ${what}.`, options);
    this.name = 'FileProblem';
  }
}

type Kinds = Pick<
  Stats | BigIntStats,
  'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'
>;

/** What something that is no regular file is; null for one that is. */
export function notRegular(kind: Kinds): string | null {
  if (kind.isFile()) return null;
  if (kind.isDirectory()) return 'is a folder, not a file';
  if (kind.isFIFO()) return 'is a pipe, not a file';
  if (kind.isSocket()) return 'is a socket, not a file';
  return 'is a device, not a file';
}

const systemWords: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read: permission denied',
  EPERM: 'may not be read: permission denied',
  ELOOP: 'is a link that leads back to itself',
  ENAMETOOLONG: 'has a longer name than the file system takes',
  EIO: 'cannot be read: the disk reports an error (EIO)',
  EMFILE: 'cannot be read: too many files are open',
};

/** The file system's own error as a problem in words; anything else is thrown on as it is. */
function asProblem(path: string, error: unknown): FileProblem {
  if (error instanceof FileProblem) return error;
  const { code } = error as NodeJS.ErrnoException;
  // A path with a NUL character is refused by Node before the system sees it.
  if (code === 'ERR_INVALID_ARG_VALUE') return new FileProblem(path, 'is no file name', code, { cause: error });
  if (typeof code !== 'string' || code.startsWith('ERR_')) throw error;
  return new FileProblem(path, systemWords[code] ?? `cannot be read (${code})`, code, { cause: error });
}

/** Settles as `step` does, or rejects with `hung` after `ms`; a step that comes to its end later is heard by nobody. */
export async function within<T>(step: Promise<T>, ms: number, hung: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(hung()), ms);
  });
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
    step.catch(() => undefined);
  }
}

const hung = (path: string): FileProblem =>
  new FileProblem(path, `cannot be read: its file system did not answer for ${patience / 1000} s`);

function inBytes(limit: number): string {
  return limit >= 1024 ** 3 ? `${limit / 1024 ** 3} GiB` : `${limit / 1024 ** 2} MiB`;
}

/**
 * Reads a whole regular file of at most `limit` bytes, links followed. What it is is asked before it is opened, since opening a device or
 * a pipe may wait or have effects; a file that grows while it is read counts as larger than the limit.
 *
 * @throws FileProblem when it is missing, no regular file, too large, or the system does not let it be read or does not answer.
 */
export async function readRegularFile(path: string, limit: number): Promise<Buffer> {
  const step = <T>(promise: Promise<T>): Promise<T> => within(promise, patience, () => hung(path));
  const tooLarge = () => new FileProblem(path, `is larger than ${inBytes(limit)}, the most that is read`);
  const check = (stats: Stats): void => {
    const what = notRegular(stats);
    if (what !== null) throw new FileProblem(path, what);
    if (stats.size > limit) throw tooLarge();
  };
  try {
    check(await step(stat(path)));
    const file = await step(open(path, openFlags));
    try {
      const stats = await step(file.stat());
      check(stats);
      // One byte more than the file has, so that its end is seen.
      let bytes = Buffer.allocUnsafe(Math.min(limit, Math.max(stats.size, leastBytes)) + 1);
      let total = 0;
      for (;;) {
        const { bytesRead } = await step(file.read(bytes, total, Math.min(chunkBytes, bytes.length - total), total));
        total += bytesRead;
        if (total > limit) throw tooLarge();
        if (bytesRead === 0) return bytes.subarray(0, total);
        if (total === bytes.length) bytes = Buffer.concat([bytes], Math.min(limit + 1, 2 * bytes.length));
      }
    } finally {
      // Not waited for: a hung file system would hold up the sentence that says so.
      file.close().catch(() => undefined);
    }
  } catch (error) {
    throw asProblem(path, error);
  }
}

/** The path with all links followed. Throws FileProblem as {@link readRegularFile} does. */
export async function resolveLinks(path: string): Promise<string> {
  try {
    return await within(realpath(path), patience, () => hung(path));
  } catch (error) {
    throw asProblem(path, error);
  }
}

/**
 * Opens a regular file for reading by ranges; whoever calls closes the descriptor.
 *
 * @throws FileProblem when the path leads to something else, which is not opened then; the file system's own error otherwise.
 */
export function openRegularFileSync(path: string): { readonly descriptor: number; readonly stats: BigIntStats } {
  const check = (stats: BigIntStats): BigIntStats => {
    const what = notRegular(stats);
    if (what !== null) throw new FileProblem(path, what);
    return stats;
  };
  check(statSync(path, { bigint: true }));
  const descriptor = openSync(path, openFlags);
  try {
    return { descriptor, stats: check(fstatSync(descriptor, { bigint: true })) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
