/** The checkpoint formats that can be read. CONTRIBUTING.md says how one is added. */
import { readdir, stat } from 'node:fs/promises';
import { CheckpointError } from '../../shared/errors';
import { checkpointOf, isCheckpointName } from '../../shared/formats/checkpointNames';
import { FileSource } from './kit/bytes/byteSource';
import { sha256OfFiles } from './kit/bytes/sha256';
import type { Checkpoint } from './kit/checkpoint';
import { fileKind } from './kit/fileKinds';
import type { Candidate, Reader } from './kit/reader';
import { onnx } from './onnx';

export type { Checkpoint } from './kit/checkpoint';
export type { Reader } from './kit/reader';

/** In the order in which they are asked. After a change, `npm run formats` tells the menus. */
export const readers: readonly Reader[] = [onnx];

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

async function readerFor(path: string, among: readonly Reader[]): Promise<Reader> {
  const takes = (candidate: Candidate) => among.find((reader) => reader.match(candidate));
  const titles = among.map((reader) => reader.title).join(', ');
  const unknown = (what: string) => new CheckpointError(`${path} is ${what}; ${titles} checkpoints are read.`);
  const stats = await stat(path);
  if (stats.isDirectory()) {
    const names = await readdir(path);
    const reader = takes({ kind: 'folder', path, names });
    if (reader) return reader;
    const readable = names.find((name) => isCheckpointName(name, among));
    if (readable) throw new CheckpointError(`${path} is a folder; choose the file in it, such as “${readable}”.`);
    throw unknown(names.includes('saved_model.pb') ? 'a TensorFlow SavedModel' : 'a folder, not a checkpoint');
  }
  if (!stats.isFile()) throw new CheckpointError(`${path} is not a file.`);
  if (stats.size === 0)
    throw new CheckpointError(`${path} is empty: its download or export did not finish; make it again.`);
  const source = new FileSource(path);
  try {
    const is = await fileKind(source);
    const reader = takes({ kind: 'file', path, source, is });
    if (reader) return reader;
    throw unknown(is.what);
  } finally {
    source.close();
  }
}

/**
 * Reads a checkpoint of any format that is known, told by its bytes.
 *
 * @param path of its file or folder.
 * @param among the formats that are known.
 * @throws CheckpointError in one sentence: the file is missing, damaged, or something else.
 */
export async function readCheckpoint(path: string, among = readers): Promise<Checkpoint> {
  const checkpoint = checkpointOf(path, among);
  try {
    const reader = await readerFor(checkpoint, among);
    return await reader.read(checkpoint);
  } catch (error) {
    throw fileFailure(checkpoint, error);
  }
}

/** True while all of the checkpoint's files are what they were when it was read. */
export function isCurrent({ files }: Pick<Checkpoint, 'files'>): boolean {
  return files.every((file) => file.state() === 'same');
}

/**
 * SHA-256 of a checkpoint in hexadecimal, over all of its files as `sha256OfFiles` says.
 *
 * @throws CheckpointError when one of them is not any more what was read.
 */
export async function sha256OfCheckpoint({ files }: Pick<Checkpoint, 'files'>): Promise<string> {
  let sha256: string;
  try {
    sha256 = await sha256OfFiles(files);
  } catch (error) {
    throw fileFailure(files[0]?.path ?? 'The checkpoint', error);
  }
  const other = files.find((file) => file.state() !== 'same');
  if (other) throw new CheckpointError(`${other.path} changed after it had been opened; open the checkpoint again.`);
  return sha256;
}
