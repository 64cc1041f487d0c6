/** The checkpoints that are measured: written here, or found in a folder. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readers } from '../../../src/engine/formats';
import { isCheckpointName } from '../../../src/shared/formats/checkpointNames';
import type { Options } from './options';

export interface Measured {
  readonly title: string;
  readonly path: string;
  /** An ONNX file of the same network; null when there is none. */
  readonly reference: string | null;
}

/** Runs this program again; see answerAsChild. */
export type Child = (...args: string[]) => Promise<string>;

function isCheckpoint(path: string): boolean {
  if (statSync(path).isDirectory()) {
    return readers.some((reader) => reader.match({ kind: 'folder', path, names: readdirSync(path) }));
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  // A checkpoint of TensorFlow 1 has three names.
  return name !== 'checkpoint' && !name.endsWith('.index') && isCheckpointName(name, readers);
}

/** Files and folders that are checkpoints, two levels deep. */
function found(folder: string, depth = 2): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (isCheckpoint(path)) return [path];
      return depth > 1 && statSync(path).isDirectory() ? found(path, depth - 1) : [];
    });
}

function inFolder(folder: string): Measured[] {
  const paths = found(folder);
  const reference = paths.find((path) => path.endsWith('.onnx')) ?? null;
  return paths.map((path) => ({ title: relative(folder, path), path, reference }));
}

/** One file in `folder`, made by a child when it is not there. */
async function made(folder: string, main: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  if (!existsSync(folder)) {
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    await make(unfinished);
    renameSync(unfinished, folder);
  }
  return join(folder, main);
}

/** Gives the checkpoints one by one; those that were written go afterwards, unless they are to be kept. */
export async function eachCheckpoint(
  options: Options,
  child: Child,
  use: (checkpoint: Measured) => Promise<void>,
): Promise<void> {
  const { folder, keep, only, network } = options;
  if (folder !== null) {
    for (const checkpoint of inFolder(folder)) await use(checkpoint);
    return;
  }
  const { writers } = await import('./writers');
  const unknown = only.find((id) => !writers.some((writer) => writer.id === id));
  if (unknown !== undefined) throw new TypeError(`There is no format "${unknown}".`);
  const root = join(keep ?? mkdtempSync(join(tmpdir(), 'whylight-bench-')), network);
  try {
    const reference = await made(join(root, 'onnx'), 'model.onnx', (to) => child('--write', 'onnx', network, to));
    for (const { id, title, main, holds } of writers) {
      if (only.length > 0 && !only.includes(id)) continue;
      const path = await made(join(root, id), main, (to) => child('--write', id, network, to));
      const own = `${id}-reference`;
      const exact = holds
        ? await made(join(root, own), 'model.onnx', (to) => child('--reference', id, network, to))
        : reference;
      await use({ title, path, reference: exact });
      if (keep !== null) continue;
      if (id !== 'onnx') rmSync(join(root, id), { recursive: true });
      rmSync(join(root, own), { recursive: true, force: true });
    }
  } finally {
    if (keep === null) rmSync(join(root, '..'), { recursive: true, force: true });
  }
}
