import { trainingCounts, trainingOrder } from './trainingOrder';

/** Checkpoints of one folder. */
export interface CheckpointGroup {
  /** As given; without a separator at its end. */
  readonly folder: string;
  /** True for several states of one training, best and newest first. */
  readonly training: boolean;
  readonly paths: readonly string[];
}

const split = (path: string): readonly [folder: string, name: string] => {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return [at < 0 ? '' : path.slice(0, at), path.slice(at + 1)];
};

const parts = /\.(?:meta|index|data-\d{5}-of-\d{5})$/;

/**
 * One path for each checkpoint: of a TensorFlow checkpoint the .meta file, else the .index; what lies in the folder of a checkpoint that is
 * a folder is a part of it.
 *
 * @param folders the checkpoints among them that are folders.
 */
export function withoutParts(paths: readonly string[], folders: ReadonlySet<string>): string[] {
  const all = new Set(paths);
  const inFolder = (path: string): boolean => {
    for (let [folder] = split(path); folder !== ''; [folder] = split(folder)) if (folders.has(folder)) return true;
    return false;
  };
  return paths.filter((path) => {
    if (inFolder(path)) return false;
    if (!parts.test(path)) return true;
    const stem = path.replace(parts, '');
    if (path.endsWith('.meta')) return true;
    if (path.endsWith('.index')) return !all.has(`${stem}.meta`);
    return !all.has(`${stem}.meta`) && !all.has(`${stem}.index`);
  });
}

/** What a checkpoint is called in a list: a TensorFlow checkpoint is known by its prefix. */
export function checkpointTitle(path: string): string {
  return split(path)[1].replace(parts, '');
}

const rank = (name: string): number =>
  /(?<![a-z])best(?![a-z])/i.test(name) ? 0 : /(?<![a-z])(?:final|last|latest)(?![a-z])/i.test(name) ? 1 : 2;

/** One state in several formats is no training. */
function ofTraining(names: readonly string[]): boolean {
  const states = names.map((name) => trainingCounts(name).join()).filter((counts) => counts !== '');
  return new Set(states).size > 1;
}

/** Those called best, then the last, then the epochs from the newest to the oldest, then what has no number. */
function newestFirst(paths: readonly string[]): string[] {
  const name = (path: string) => checkpointTitle(path);
  const isCounted = (path: string) => trainingCounts(name(path)).length > 0;
  const counted = trainingOrder(paths.filter(isCounted), name).reverse();
  const others = trainingOrder(
    paths.filter((path) => !isCounted(path)),
    name,
  );
  const special = others.filter((path) => rank(name(path)) < 2).sort((a, b) => rank(name(a)) - rank(name(b)));
  return [...special, ...counted, ...others.filter((path) => !special.includes(path))];
}

/** Checkpoints by their folders, in the order in which the first of each comes. */
export function groupCheckpoints(paths: readonly string[]): CheckpointGroup[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const [folder] = split(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return [...folders].map(([folder, inside]) => {
    const training = ofTraining(inside.map(checkpointTitle));
    const byName = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });
    return { folder, training, paths: training ? newestFirst(inside) : [...inside].sort(byName) };
  });
}
