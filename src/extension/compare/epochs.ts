import { basename, dirname, relative } from 'node:path';
import { stem } from '../../shared/words/stem';
import { trainingOrder } from '../../shared/words/trainingOrder';

/** The most comparisons that are added at once: a row each, every one a run of all methods. */
export const mostAtOnce = 12;

/**
 * Checkpoints of one training in its order: by the numbers of epoch and step in their names, then those without such a number (`best.onnx`)
 * by name, numbers in their order.
 *
 * @param paths absolute; what they have in common above `folder` says nothing.
 */
export function inTrainingOrder(paths: readonly string[], folder: string): string[] {
  return trainingOrder(paths, (path) => relative(folder, path));
}

/** `count` of the items, the first and the last among them, as evenly spaced as their number allows; all when there are no more. */
export function evenlySpaced<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  if (count === 1) return items.slice(-1);
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!);
}

/** What to call each of several checkpoints: its file name without the extension, after its folder where names repeat. */
export function shortNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => stem(basename(path)));
  return names.map((name, index) => {
    const repeated = names.some((other, at) => other === name && at !== index);
    return repeated ? `${basename(dirname(paths[index]!))}/${name}` : name;
  });
}

/** At most `count` names in one line, the last always among them. */
export function listed(names: readonly string[], count = 6): string {
  if (names.length <= count) return names.join(', ');
  return [...names.slice(0, count - 1), '…', names.at(-1)].join(', ');
}
