import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../shared/errors';
import { checkpointFormats, isCheckpointName } from '../../shared/formats/checkpointNames';
import type { ImageSource, Question } from '../../shared/question/question';
import type { TargetRequest } from '../../shared/question/target';
import { stem } from '../../shared/words/stem';
import { trainingOrder } from '../../shared/words/trainingOrder';
import { locateCheckpoint } from '../formats/locate';
import type { ExplainArguments } from './arguments';

/** One question of a command line that asks several; each has a row in the figure. */
export interface Row {
  /** Begins the keys of its cards, and so stands in the names of their files. */
  readonly name: string;
  /** As messages call it. */
  readonly title: string;
  readonly question: Question;
}

/** The most rows that a figure has: more are neither readable nor quickly computed. */
export const mostRows = 24;

/** The checkpoints that paths name, absolute and each once: a folder that is none itself stands for those in it, in the order of their training. */
export function checkpointsOf(paths: readonly string[]): string[] {
  const all = paths.flatMap((path) => {
    const full = locateCheckpoint(resolve(path));
    if (!isPlainFolder(full)) return [full];
    const inside = readdirSync(full).filter((name) => isCheckpointName(name) || isMarkedFolder(join(full, name)));
    if (inside.length === 0) throw new UsageError(`The folder ${path} holds no checkpoint.`);
    return trainingOrder(inside, (name) => name).map((name) => locateCheckpoint(join(full, name)));
  });
  return [...new Set(all)];
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function isPlainFolder(path: string): boolean {
  return isFolder(path) && !isMarkedFolder(path);
}

/** True for a folder that is a checkpoint itself. */
function isMarkedFolder(path: string): boolean {
  if (!isFolder(path)) return false;
  const names = readdirSync(path);
  return checkpointFormats.some(({ folderFile }) => folderFile !== undefined && names.includes(folderFile));
}

/**
 * What is asked of an image: of each checkpoint each target, in this order.
 *
 * @param targets the class of each row; of several checkpoints, those that `--target` names or the one class that the first one gave.
 * @throws UsageError for more than {@link mostRows}.
 */
export function rowsOf(
  checkpoints: readonly string[],
  targets: readonly TargetRequest[],
  question: ExplainArguments['question'],
  image: ImageSource,
): Row[] {
  const count = checkpoints.length * targets.length;
  if (count > mostRows) {
    throw new UsageError(
      `${checkpoints.length} checkpoints and ${targets.length} classes make ${count} rows; a figure has at most ${mostRows}: name fewer.`,
    );
  }
  const names = shortNames(checkpoints);
  const rows = checkpoints.flatMap((checkpoint, i) =>
    targets.map((target) => {
      const words = [
        ...(checkpoints.length > 1 ? [names[i]!] : []),
        ...(targets.length > 1 ? [targetWords(target)] : []),
      ];
      return {
        name: plain(words.join('-')),
        title: words.join(', '),
        question: { ...question, checkpoint, target, image },
      };
    }),
  );
  return rows.map((row, i) => {
    const before = rows.slice(0, i).filter(({ name }) => name === row.name).length;
    return before === 0 ? row : { ...row, name: `${row.name}-${before + 1}` };
  });
}

/** File names without extensions; with them, or after their folders, where they repeat. */
function shortNames(paths: readonly string[]): string[] {
  const stems = paths.map((path) => stem(basename(path)));
  const names = paths.map((path) => basename(path));
  const once = (list: readonly string[], i: number) => list.indexOf(list[i]!) === list.lastIndexOf(list[i]!);
  return paths.map((path, i) => {
    if (once(stems, i)) return stems[i]!;
    return once(names, i) ? names[i]! : `${basename(dirname(path))}/${stems[i]}`;
  });
}

function targetWords(target: TargetRequest): string {
  if (target.kind === 'top1') return 'top1';
  return target.kind === 'index' ? `class ${target.index}` : target.label;
}

/** What every file system takes in a name. */
function plain(name: string): string {
  const taken = name
    .toLowerCase()
    .replace(/[^a-z0-9+._-]+/g, '-')
    .slice(0, 50);
  return taken === '' ? 'row' : taken;
}
