import type { Prediction } from '../../shared/explanation/events';

/** A class in a list. */
export interface ClassEntry {
  readonly index: number;
  readonly label: string | null;
  /** 0..1 */
  readonly probability: number;
}

/** All classes but the one that is explained, the most probable first; null of a model with too many to be listed. */
export function otherClasses({ classes, target }: Pick<Prediction, 'classes' | 'target'>): ClassEntry[] | null {
  const { probabilities, labels } = classes;
  if (probabilities === null) return null;
  return Array.from(probabilities, (probability, index) => ({ index, label: labels?.[index] ?? null, probability }))
    .filter(({ index }) => index !== target.index)
    .sort((left, right) => right.probability - left.probability || left.index - right.index);
}

/**
 * What digits typed into the list of classes may mean: the class with that index first, then those whose index begins with them, then those
 * with the digits in their name; at most `most`. Null for a text that is no index: the list's own search finds names.
 */
export function classesByIndex(entries: readonly ClassEntry[], typed: string, most = 50): ClassEntry[] | null {
  const digits = typed.trim();
  if (!/^\d+$/.test(digits)) return null;
  const plain = String(Number(digits));
  const rank = ({ index, label }: ClassEntry) => {
    const own = String(index);
    if (own === plain) return 0;
    if (own.startsWith(plain)) return 1;
    return label?.includes(digits) ? 2 : 3;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((each) => each.rank < 3)
    .sort((left, right) => left.rank - right.rank)
    .slice(0, most)
    .map(({ entry }) => entry);
}
