import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Text files beside checkpoints are small; a larger one is not what its name says. */
const largestText = 16 * 1024 * 1024;

/** What was read, or why not, in words; null when there is no such file. */
export type Beside<T> = { readonly value: T } | { readonly problem: string } | null;

/** The file name of a checkpoint without its last extension. */
export function stemOf(checkpointPath: string): string {
  return basename(checkpointPath).replace(/(?<=.)\.[^.]+$/, '');
}

/** Reads a text file in the checkpoint's folder. */
export async function readTextBeside(checkpointPath: string, name: string): Promise<Beside<string>> {
  try {
    const file = await open(join(dirname(checkpointPath), name));
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { problem: `${name} beside the checkpoint is not a file.` };
      if (stat.size > largestText)
        return { problem: `${name} beside the checkpoint is larger than 16 MiB; it was not read.` };
      return { value: (await file.readFile('utf8')).replace(/^\uFEFF/, '') };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === undefined) throw error;
    return { problem: `${name} beside the checkpoint cannot be read (${code}).` };
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a JSON file in the checkpoint's folder. */
export async function readJsonBeside(checkpointPath: string, name: string): Promise<Beside<unknown>> {
  const text = await readTextBeside(checkpointPath, name);
  if (!text || 'problem' in text) return text;
  try {
    return { value: JSON.parse(text.value) };
  } catch {
    return { problem: `${name} beside the checkpoint is not valid JSON; it was not used.` };
  }
}
