import { basename, dirname, join, sep } from 'node:path';
import { stem } from '../../../shared/words/stem';
import { parseJson } from '../../files/json';
import { FileProblem, readRegularFile, resolveLinks } from '../../files/regularFile';

/** Text files beside checkpoints are small; a larger one is not what its name says. */
const largestText = 16 * 1024 * 1024;

/** What was read, or why not, in words; null when there is no such file. */
export type Beside<T> = { readonly value: T } | { readonly problem: string } | null;

/** The file name of a checkpoint without its last extension. */
export function stemOf(checkpointPath: string): string {
  return stem(basename(checkpointPath));
}

/**
 * True when the path, links followed, lies in the checkpoint's folder, or in the one that the checkpoint itself is linked from: caches of
 * downloads keep the files of a model side by side under other names. Throws FileProblem when the path leads nowhere.
 */
async function isInside(checkpointPath: string, path: string): Promise<boolean> {
  const target = await resolveLinks(path);
  const folders = [
    await resolveLinks(dirname(checkpointPath)),
    ...(await resolveLinks(checkpointPath).then(
      (checkpoint) => [dirname(checkpoint)],
      (): string[] => [],
    )),
  ];
  return folders.some((folder) => target.startsWith(folder.endsWith(sep) ? folder : folder + sep));
}

/**
 * Reads a text file in the checkpoint's folder.
 *
 * @param confined also what a link of this name leads to must lie in the folder: a checkpoint's folder may come from anywhere, and what its
 * files say is shown.
 */
export async function readTextBeside(checkpointPath: string, name: string, confined = false): Promise<Beside<string>> {
  try {
    if (confined && !(await isInside(checkpointPath, join(dirname(checkpointPath), name)))) {
      return { problem: `${name} beside the checkpoint is a link that leads out of its folder; it was not read.` };
    }
    const bytes = await readRegularFile(join(dirname(checkpointPath), name), largestText);
    return { value: bytes.toString('utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return error.code === 'ENOENT'
      ? null
      : { problem: `${name} beside the checkpoint ${error.what}; it was not read.` };
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a JSON file in the checkpoint's folder; `confined` as for {@link readTextBeside}. */
export async function readJsonBeside(checkpointPath: string, name: string, confined = false): Promise<Beside<unknown>> {
  const text = await readTextBeside(checkpointPath, name, confined);
  if (!text || 'problem' in text) return text;
  try {
    return { value: parseJson(text.value) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: `${name} beside the checkpoint is not valid JSON; it was not used.` };
  }
}
