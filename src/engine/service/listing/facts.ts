import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CheckpointError, throwIfCancelled, WhylightError } from '../../../shared/errors';
import { isCheckpointName } from '../../../shared/formats/checkpointNames';
import type { CheckpointFacts } from '../../../shared/results/checkpointFacts';
import { plainMessage, plainName } from '../../../shared/words/plainText';
import { type Checkpoint, familyOf, type Reader, readers, recognise } from '../../formats';
import { architectureBeside } from '../../image';
import { classesOf, namesIn } from './graphFacts';

/** Size and time of a checkpoint's files, by their names: a folder's, or those of a TensorFlow checkpoint. */
export interface Extent {
  readonly bytes: number;
  /** In milliseconds since 1970. */
  readonly modified: number;
}

const tensorFlowParts = /\.(?:meta|index|data-\d{5}-of-\d{5})$/;

async function filesOf(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isDirectory()) {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  }
  if (!tensorFlowParts.test(path)) return [path];
  const prefix = basename(path).replace(tensorFlowParts, '');
  const names = await readdir(dirname(path));
  return names
    .filter((name) => tensorFlowParts.test(name) && name.replace(tensorFlowParts, '') === prefix)
    .map((name) => join(dirname(path), name));
}

/** Throws the file system's own errors. */
export async function extentOf(path: string): Promise<Extent> {
  const all = await Promise.all((await filesOf(path)).map((file) => stat(file)));
  return {
    bytes: all.reduce((sum, { size }) => sum + size, 0),
    modified: all.reduce((newest, { mtimeMs }) => Math.max(newest, mtimeMs), 0),
  };
}

async function architectureOf(
  path: string,
  { graph, hints, metadata }: Checkpoint,
): Promise<CheckpointFacts['architecture']> {
  const named = (await architectureBeside(path)) ?? hints.architecture ?? metadata.get('architecture');
  if (named) return { name: plainName(named, 60), guessed: false };
  const family = familyOf(namesIn(graph));
  return family === null ? null : { name: family, guessed: true };
}

/** Files that only checkpoints are called: of these it matters that they are damaged. */
const plainly = /\.(?:onnx|keras|tflite|pt2|safetensors|ckpt|pth)$/i;

/** The sentence without the path that it begins with. */
function withoutPath(message: string, path: string): string {
  return plainMessage(message.startsWith(`${path} `) ? message.slice(path.length + 1) : message);
}

/**
 * What a list tells of a checkpoint. What stands in the way of opening it is a part of the answer.
 *
 * @param deep false: only what it is, by its first bytes; true: also architecture and classes, for which the reader looks at its structure.
 */
export async function factsOf(
  path: string,
  deep: boolean,
  among: readonly Reader[] = readers,
): Promise<CheckpointFacts> {
  const unknown = { path, format: null, architecture: null, classes: null, bytes: 0, modified: 0 };
  try {
    const found = await recognise(path, among);
    const extent = await extentOf(path);
    const isCheckpoint = !found.is?.noCheckpoint || (!found.reader && plainly.test(path));
    if (!found.reader) {
      const { what, way } = found.is;
      return { ...unknown, ...extent, problem: plainMessage(`${what}${way ? `; ${way}` : ''}`), isCheckpoint };
    }
    const known = { ...unknown, ...extent, format: found.reader.title, isCheckpoint };
    if (!deep || !isCheckpoint) return { ...known, problem: null };
    try {
      const checkpoint = await found.reader.read(path);
      const architecture = await architectureOf(path, checkpoint);
      const read = checkpoint.files.reduce((sum, file) => sum + file.bytes, 0);
      const bytes = Math.max(extent.bytes, read);
      return { ...known, bytes, architecture, classes: classesOf(checkpoint.graph), problem: null };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      return { ...known, problem: withoutPath(error.message, path) };
    }
  } catch (error) {
    if (!(error instanceof WhylightError)) throw error;
    const isCheckpoint = isCheckpointName(path, among) && plainly.test(path);
    return { ...unknown, problem: withoutPath(error.message, path), isCheckpoint };
  }
}

const mostKept = 2000;

/** Facts that were found, as long as size and time of the files stay. */
export class FactsCache {
  private readonly kept = new Map<string, { readonly stamp: string; readonly facts: CheckpointFacts }>();

  constructor(private readonly among: readonly Reader[] = readers) {}

  /** As {@link factsOf}. */
  async get(path: string, deep: boolean): Promise<CheckpointFacts> {
    const key = `${deep} ${path}`;
    const stamp = await stampOf(path);
    const known = this.kept.get(key);
    if (known && known.stamp === stamp) return known.facts;
    const facts = await factsOf(path, deep, this.among);
    this.kept.delete(key);
    this.kept.set(key, { stamp, facts });
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
    return facts;
  }

  /** One after the other, with room in between for what the engine is asked meanwhile. */
  async each(
    paths: readonly string[],
    deep: boolean,
    tell: (facts: CheckpointFacts) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (const path of paths) {
      throwIfCancelled(signal);
      tell(await this.get(path, deep));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { bytes, modified } = await extentOf(path);
    return `${bytes} ${modified}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
