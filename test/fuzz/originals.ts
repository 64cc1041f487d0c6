/** The files that are mutated, by the format that they are read as. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readCheckpoint } from '../../src/engine/formats';
import { locateCheckpoint } from '../../src/engine/formats/locate';
import { CheckpointError } from '../../src/shared/errors';
import type { Files } from './mutate/checkpoint';

export interface Original {
  /** Where it was found, relative to the folder of all. */
  readonly title: string;
  /** Name of what is opened among the files; empty for their folder itself. */
  readonly main: string;
  readonly files: Files;
}

/** Files of a format that are mutated: the smallest ones, since a mutation of them costs least and hits most. */
const most = 8;
const largest = 1 << 20;

/** Every file and folder below a folder that can be read, by format, as far as it is small. */
export async function findOriginals(root: string): Promise<ReadonlyMap<string, readonly Original[]>> {
  const found = new Map<string, { original: Original; bytes: number }[]>();
  const seen = new Set<string>();
  for (const name of candidates(root)) {
    const checkpoint = await readable(join(root, name));
    const [first] = checkpoint?.files ?? [];
    if (!checkpoint || !first || seen.has(first.path)) continue;
    seen.add(first.path);
    // A file may stand for another: the list of TensorFlow's checkpoints, the file that marks a folder.
    const path = locateCheckpoint(join(root, name));
    const folder = statSync(path).isDirectory() ? path : dirname(path);
    const bytes = checkpoint.files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > largest) continue;
    const files = new Map(checkpoint.files.map((file) => [file.name, new Uint8Array(readFileSync(file.path))]));
    const main = folder === path ? '' : basename(path);
    const list = found.get(checkpoint.format) ?? [];
    found.set(checkpoint.format, [...list, { original: { title: name, main, files }, bytes }]);
  }
  const smallest = [...found].map(([format, list]) => {
    const sorted = list.sort((a, b) => a.bytes - b.bytes).slice(0, most);
    return [format, sorted.map(({ original }) => original)] as const;
  });
  return new Map(smallest.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function candidates(root: string): string[] {
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name).slice(root.length + 1),
  );
  return names.filter((name) => !/\.(npy|png|jpg|md|txt|csv)$/.test(name)).sort();
}

async function readable(path: string) {
  try {
    return await readCheckpoint(path);
  } catch (error) {
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}
