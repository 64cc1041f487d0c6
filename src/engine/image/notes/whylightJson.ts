import { randomUUID } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PreprocessingError } from '../../../shared/errors';
import type { CheckpointNotes, WhylightFile } from '../../../shared/question/preprocessing';
import { parseJson } from '../../files/json';
import { FileProblem, readRegularFile } from '../../files/regularFile';
import { checkWhylightFile } from './whylightNotes';

/** Most bytes of a whylight.json: notes for a folder of checkpoints, each with its labels. */
const largestFile = 16 * 1024 ** 2;

/** The notes that hold for one checkpoint. */
export interface NotesBeside extends CheckpointNotes {
  /** Path of the whylight.json. */
  readonly path: string;
  /** Fields of the file that nothing here knows, by path; kept when the file is written. */
  readonly unknownFields: readonly string[];
}

/** Where the notes of a checkpoint are kept: `whylight.json` in its folder. */
export function whylightPath(checkpointPath: string): string {
  return join(dirname(checkpointPath), 'whylight.json');
}

function parse(text: string, path: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const { message } = error as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    const line = position === undefined ? '' : ` in line ${text.slice(0, Number(position)).split('\n').length}`;
    const problem = message.replace(/ in JSON at position.*$/s, '');
    throw new PreprocessingError(`${path} is not valid JSON${line} (${problem}); correct it or delete the file.`, {
      cause: error,
    });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return (await readRegularFile(path, largestFile)).toString('utf8');
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.code === 'ENOENT') return null;
    throw new PreprocessingError(`${path} ${error.what}.`, { cause: error });
  }
}

/**
 * Reads the `whylight.json` beside a checkpoint; null when there is none.
 * Throws PreprocessingError, naming the file, the field and the allowed values, when it is not valid.
 */
export async function readWhylightFile(checkpointPath: string): Promise<{
  readonly path: string;
  readonly content: WhylightFile;
  readonly unknownFields: readonly string[];
} | null> {
  const path = whylightPath(checkpointPath);
  const text = await readIfThere(path);
  return text === null ? null : { path, ...checkWhylightFile(parse(text, path), path) };
}

/** The notes for one checkpoint: those under its file name in `checkpoints` win over the top-level ones, field by field. Errors as {@link readWhylightFile}. */
export async function readCheckpointNotes(checkpointPath: string): Promise<NotesBeside | null> {
  const file = await readWhylightFile(checkpointPath);
  if (!file) return null;
  const { preprocessing, labels, logits, layer, output, checkpoints } = file.content;
  const name = basename(checkpointPath);
  const own = checkpoints && Object.hasOwn(checkpoints, name) ? checkpoints[name] : undefined;
  return {
    preprocessing: own?.preprocessing ?? preprocessing,
    labels: own?.labels ?? labels,
    logits: own?.logits ?? logits,
    layer: own?.layer ?? layer,
    output: own?.output ?? output,
    path: file.path,
    unknownFields: file.unknownFields,
  };
}

/** Writes through a file beside it, so that a reader sees the old content or the new one and never half of it. */
async function writeAtomically(path: string, text: string, mode: number | undefined): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: 'wx', mode });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new PreprocessingError(`${path} cannot be written (${code}).`, { cause: error });
  }
}

/**
 * Writes notes into the `whylight.json` beside a checkpoint, creating it when needed: under the checkpoint's own name (`'checkpoint'`), or at the top level, for all
 * checkpoints of the folder (`'folder'`). Only the fields given change; one given as undefined is removed. Everything else in the file stays, known or not.
 * Answers the file's path. Throws PreprocessingError when the present file or the result is not valid; the file is then left alone.
 */
export async function writeCheckpointNotes(
  checkpointPath: string,
  change: CheckpointNotes,
  scope: 'checkpoint' | 'folder' = 'checkpoint',
): Promise<string> {
  const path = whylightPath(checkpointPath);
  const text = await readIfThere(path);
  const present = text === null ? {} : checkWhylightFile(parse(text, path), path).content;
  const name = basename(checkpointPath);
  const content: WhylightFile =
    scope === 'folder'
      ? { ...present, ...change }
      : {
          ...present,
          checkpoints: { ...present.checkpoints, [name]: { ...present.checkpoints?.[name], ...change } },
        };
  // Through JSON, so that removed (undefined) fields are gone before the check.
  const result = `${JSON.stringify(content, null, 2)}\n`;
  checkWhylightFile(JSON.parse(result), path);
  const target = text === null ? path : await realpath(path);
  await writeAtomically(target, result, text === null ? undefined : (await stat(target)).mode & 0o777);
  return path;
}
