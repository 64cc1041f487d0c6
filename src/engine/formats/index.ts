/** The checkpoint formats that can be read. A new format is a folder with a reader, a kind in sniff.ts, and an entry here. */
import { readdir, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { CheckpointError } from '../../shared/errors';
import { FileSource } from './kit/byteSource';
import type { Checkpoint } from './kit/checkpoint';
import { sha256 } from './kit/sha256';
import { readOnnx } from './onnx';
import { type FileKind, sniff } from './sniff';

export type { Checkpoint } from './kit/checkpoint';

interface Format {
  readonly title: string;
  /** Extensions that its files usually have, in lower case. */
  readonly extensions: readonly string[];
  readonly read: (path: string) => Promise<Checkpoint>;
}

const formats: Readonly<Record<Exclude<FileKind['format'], 'other'>, Format>> = {
  onnx: { title: 'ONNX', extensions: ['.onnx'], read: readOnnx },
};

const titles = Object.values(formats)
  .map((format) => format.title)
  .join(', ');

/** True when a file's name looks like a checkpoint that can be read; what it really is, its bytes tell. */
export function isCheckpointName(path: string): boolean {
  return Object.values(formats).some((format) => format.extensions.includes(extname(path).toLowerCase()));
}

/** Errors of the file system as sentences. */
function fileFailure(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof CheckpointError || typeof code !== 'string') return error;
  const why = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such file',
    EACCES: 'this user may not read it',
    EPERM: 'this user may not read it',
    ELOOP: 'it is a link that leads back to itself',
  }[code];
  return new CheckpointError(`${path} cannot be read: ${why ?? `the system says ${code}`}.`, { cause: error });
}

async function describeFolder(path: string): Promise<string> {
  const names = await readdir(path);
  const readable = names.find((name) => isCheckpointName(name));
  if (readable) return `a folder; choose the file in it, such as “${readable}”`;
  if (names.includes('saved_model.pb')) return `a TensorFlow SavedModel; ${titles} checkpoints are read`;
  return `a folder, not a checkpoint; ${titles} checkpoints are read`;
}

async function identify(path: string): Promise<Format> {
  const stats = await stat(path);
  if (stats.isDirectory()) throw new CheckpointError(`${path} is ${await describeFolder(path)}.`);
  if (!stats.isFile()) throw new CheckpointError(`${path} is not a file.`);
  if (stats.size === 0)
    throw new CheckpointError(`${path} is empty: its download or export did not finish; make it again.`);
  const source = new FileSource(path);
  try {
    const kind = sniff(source);
    if (kind.format !== 'other') return formats[kind.format];
    throw new CheckpointError(`${path} is ${kind.what}; ${titles} checkpoints are read.`);
  } finally {
    source.close();
  }
}

/**
 * Reads a checkpoint of any format that is known, told by its bytes.
 *
 * @throws CheckpointError in one sentence: the file is missing, damaged, or something else.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  try {
    const format = await identify(path);
    return await format.read(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** SHA-256 of a file in hexadecimal. Throws as {@link readCheckpoint} does. */
export async function sha256OfFile(path: string): Promise<string> {
  try {
    return await sha256(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
}
