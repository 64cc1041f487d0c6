/** The checkpoint formats that can be read. CONTRIBUTING.md says how one is added. */
import { CheckpointError } from '../../shared/errors';
import { keras } from './keras';
import { sha256OfFiles } from './kit/bytes/sha256';
import type { Checkpoint } from './kit/checkpoint';
import type { Describer, Reader } from './kit/reader';
import { locateCheckpoint } from './locate';
import { onnx } from './onnx';
import { torchPickle } from './pytorch/describePickle';
import { torchExport } from './pytorch/export';
import { torchscript } from './pytorch/torchscript';
import { type Recognised, recognised, refusal } from './recognise';
import { tensorflow } from './tensorflow';
import { tfjs } from './tfjs';
import { tflite } from './tflite';

export type { Checkpoint } from './kit/checkpoint';
export { familyOf } from './kit/kinds/families';
export type { Describer, Reader } from './kit/reader';
export type { Recognised } from './recognise';

/** In the order in which they are asked. After a change, `npm run formats` tells the menus. */
export const readers: readonly Reader[] = [onnx, torchExport, torchscript, tflite, tfjs, keras, ...tensorflow];

/** Ask what is in a file that no reader takes, in this order. */
export const describers: readonly Describer[] = [torchPickle];

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

/**
 * Reads a checkpoint of any format that is known, told by its bytes.
 *
 * @param path of its file or folder.
 * @param among the formats that are known.
 * @throws CheckpointError in one sentence: the file is missing, damaged, or something else.
 */
export async function readCheckpoint(path: string, among = readers): Promise<Checkpoint> {
  const checkpoint = locateCheckpoint(path, among);
  try {
    const found = await recognised(checkpoint, among, describers);
    if (!found.reader) throw refusal(checkpoint, found, among);
    return await found.reader.read(checkpoint);
  } catch (error) {
    throw fileFailure(checkpoint, error);
  }
}

/**
 * What a path is by its bytes: a checkpoint and the reader that takes it, or something else and what to do.
 *
 * @throws CheckpointError when it is missing, empty or no file.
 */
export async function recognise(path: string, among = readers): Promise<Recognised> {
  const checkpoint = locateCheckpoint(path, among);
  try {
    return await recognised(checkpoint, among, describers);
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
