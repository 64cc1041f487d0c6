import type { ClassList } from '../../shared/results/attribution';
import { nearest } from '../../shared/words/nearest';

/** What a typed text finds among the classes of a model. */
export interface FoundClasses {
  /** Indices, the likeliest meant first; at most `most`. */
  readonly indices: readonly number[];
  /** How many classes match altogether. */
  readonly count: number;
  /** When none does: indices of the classes that are named most alike. */
  readonly nearest: readonly number[];
}

/**
 * The classes that a text means: the one with this index first, then those whose label is the text, begins with it, has a word that begins
 * with it, contains it; the more probable first among equals. All classes, the more probable first, for an empty text.
 */
export function searchClasses({ count, probabilities, labels }: ClassList, text: string, most = 50): FoundClasses {
  const query = text.trim().toLowerCase();
  const isIndex = /^\d{1,9}$/.test(query);
  const rank = (index: number): number => {
    if (query === '') return 0;
    if (isIndex && index === Number(query)) return 0;
    const label = labels?.[index]?.toLowerCase() ?? '';
    if (label === query) return 1;
    if (label.startsWith(query)) return 2;
    const at = label.indexOf(query);
    if (at < 0) return isIndex && String(index).startsWith(query) ? 5 : Number.POSITIVE_INFINITY;
    return / $|[^\p{L}\p{N}]$/u.test(label.slice(0, at)) ? 3 : 4;
  };
  const found: { readonly index: number; readonly rank: number; readonly probability: number }[] = [];
  const named = labels !== null || probabilities !== null;
  if (named) {
    for (let index = 0; index < count; index++) {
      const at = rank(index);
      if (at < Number.POSITIVE_INFINITY) found.push({ index, rank: at, probability: probabilities?.[index] ?? 0 });
    }
  } else if (isIndex && Number(query) < count) found.push({ index: Number(query), rank: 0, probability: 0 });
  found.sort((a, b) => a.rank - b.rank || b.probability - a.probability || a.index - b.index);
  return {
    indices: found.slice(0, most).map(({ index }) => index),
    count: found.length,
    nearest: found.length > 0 || labels === null || isIndex ? [] : alike(query, labels),
  };
}

function alike(query: string, labels: readonly string[]): number[] {
  const names = nearest(query, [...new Set(labels)], 3);
  return names.map((name) => labels.indexOf(name));
}
