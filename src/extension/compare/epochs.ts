import { basename, dirname, relative } from 'node:path';
import { stem } from '../../shared/words/stem';

/** The most comparisons that are added at once: a row each, every one a run of all methods. */
export const mostAtOnce = 12;

/** What training scripts put before the number of an epoch or a step, at the start of a word: `e02`, `epoch=3-step=1200`, `checkpoint-500`. */
const counters =
  /(?<![a-z])(?:epochs?|ep|e|global[-_]?step|steps?|iterations?|iters?|it|checkpoint|ckpt|round)[-_= .]*(\d+)/gi;

/**
 * Checkpoints of one training in its order: by the numbers of epoch and step in their names, then those without such a number (`best.onnx`)
 * by name, numbers in their order.
 *
 * @param paths absolute; what they have in common above `folder` says nothing.
 */
export function inTrainingOrder(paths: readonly string[], folder: string): string[] {
  const named = paths.map((path) => {
    const name = relative(folder, path);
    return { path, name, counts: [...name.matchAll(counters)].map(([, digits]) => Number(digits)) };
  });
  return named
    .sort(
      (left, right) =>
        Number(left.counts.length === 0) - Number(right.counts.length === 0) ||
        byNumbers(left.counts, right.counts) ||
        left.name.localeCompare(right.name, 'en', { numeric: true }),
    )
    .map(({ path }) => path);
}

function byNumbers(left: readonly number[], right: readonly number[]): number {
  const differs = left.findIndex((count, index) => count !== right[index]);
  return differs < 0 || right[differs] === undefined ? left.length - right.length : left[differs]! - right[differs]!;
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
