/** What training scripts put before the number of an epoch or a step, at the start of a word: `e02`, `epoch=3-step=1200`, `checkpoint-500`. */
const counters =
  /(?<![a-z])(?:epochs?|ep|e|global[-_]?step|steps?|iterations?|iters?|it|checkpoint|ckpt|round)[-_= .]*(\d+)/gi;

/** The numbers of epoch and step in a name, in their order; none where nothing says so. */
export function trainingCounts(name: string): number[] {
  return [...name.matchAll(counters)].map(([, digits]) => Number(digits));
}

/**
 * What was saved in one training, in its order: by the numbers of epoch and step in the names, then what has no such number (`best.onnx`) by
 * name, numbers in their order.
 *
 * @param nameOf the part of a path that says something: what all have in common does not.
 */
export function trainingOrder(paths: readonly string[], nameOf: (path: string) => string): string[] {
  const named = paths.map((path) => {
    const name = nameOf(path);
    return { path, name, counts: trainingCounts(name) };
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
