/** Finds the checkpoint that is meant where its name alone does not tell. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type CheckpointFormat, checkpointFormats, checkpointOf } from '../../shared/formats/checkpointNames';

/** The file that TensorFlow writes beside its checkpoints and that names the newest. */
const listName = 'checkpoint';
const longestList = 1 << 20;
const index = '.index';

/**
 * The path that names a checkpoint in messages, notes and caches, whichever of its files was chosen: as `checkpointOf` says it by the name,
 * and of a TensorFlow checkpoint also by its prefix, which is no file, or by the text file “checkpoint”, which names the newest.
 */
export function locateCheckpoint(path: string, formats: readonly CheckpointFormat[] = checkpointFormats): string {
  const named = checkpointOf(path, formats);
  // A part whose main file is not there speaks for itself.
  if (named !== path) return existsSync(named) || !existsSync(path) ? named : path;
  if (!formats.some(({ extensions }) => extensions.includes(index))) return path;
  if (!existsSync(path)) return existsSync(path + index) ? path + index : path;
  return basename(path) === listName ? (newestIn(path) ?? path) : path;
}

/** Paths in it may be those of another machine: the name counts. */
function newestIn(path: string): string | null {
  const stats = statSync(path);
  if (!stats.isFile() || stats.size > longestList) return null;
  const [, prefix] = /^\s*model_checkpoint_path:\s*"([^"]*)"/m.exec(readFileSync(path, 'utf8')) ?? [];
  const name = prefix?.split(/[\\/]/).pop();
  if (!name) return null;
  const newest = join(dirname(path), name);
  return [newest + index, newest].find((each) => existsSync(each)) ?? null;
}
