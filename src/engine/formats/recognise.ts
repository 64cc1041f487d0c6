/** Finds the reader for a path by what lies there, or the sentence that says what else it is. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CheckpointError } from '../../shared/errors';
import { isCheckpointName } from '../../shared/formats/checkpointNames';
import { FileSource } from './kit/bytes/byteSource';
import { fileKind } from './kit/fileKinds';
import type { FileKind } from './kit/kinds/kind';
import { folderKind, hintByName } from './kit/kinds/names';
import type { Candidate, Describer, Reader } from './kit/reader';

/** `is`: what it is, also for what a reader takes; of a folder without the parts that only files have. */
export type Recognised =
  | { readonly reader: Reader; readonly is: FileKind | null }
  | { readonly reader: null; readonly is: FileKind };

/** The error for what no reader takes. */
export function refusal(path: string, { is }: Pick<Recognised, 'is'>, among: readonly Reader[]): CheckpointError {
  const titles = among.map((reader) => reader.title).join(', ');
  return new CheckpointError(`${path} is ${is?.what}; ${is?.way ?? `${titles} checkpoints are read`}.`);
}

async function recognisedFolder(path: string, among: readonly Reader[]): Promise<Recognised> {
  const names = await readdir(path);
  const reader = among.find((each) => each.match({ kind: 'folder', path, names }));
  if (reader) return { reader, is: null };
  return { reader: null, is: folderKind(names, (name) => isCheckpointName(name, among)) };
}

/**
 * What lies at a path.
 *
 * @param describers asked, in their order, for what no reader takes.
 * @throws CheckpointError when it is no file or empty, or what a describer looks at is damaged; the file system's own errors.
 */
export async function recognised(
  path: string,
  among: readonly Reader[],
  describers: readonly Describer[],
): Promise<Recognised> {
  const stats = await stat(path);
  if (stats.isDirectory()) return recognisedFolder(path, among);
  if (!stats.isFile()) throw new CheckpointError(`${path} is not a file.`);
  if (stats.size === 0)
    throw new CheckpointError(`${path} is empty: its download or export did not finish; make it again.`);
  const source = new FileSource(path);
  try {
    const is = await fileKind(source);
    const candidate: Candidate = { kind: 'file', path, source, is };
    const reader = among.find((each) => each.match(candidate));
    if (reader) return { reader, is };
    for (const describer of describers) {
      const said = await describer.describe(candidate);
      if (said) return { reader: null, is: { ...is, ...said } };
    }
    const hint = is.id === 'unknown' ? hintByName(basename(path), await readdir(dirname(path))) : null;
    return { reader: null, is: hint ?? is };
  } finally {
    source.close();
  }
}
