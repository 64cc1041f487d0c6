/** Words that the findings share. */
import type { ClassScore } from '../../shared/results/attribution';
import { formatValue } from '../../shared/words/summary';

export const quote = (name: string): string => `“${name}”`;

export const className = ({ label, index }: ClassScore): string => (label === null ? `class ${index}` : quote(label));

/** A probability with as many digits as tell it from 0 and 1. */
export function probability(p: number): string {
  const distance = Math.min(p, 1 - p);
  if (distance === 0 || p < 0.5) return formatValue(p);
  const digits = Math.max(3, 1 - Math.floor(Math.log10(distance)));
  return p.toFixed(Math.min(digits, 8));
}

/** "a", "a and b", "a, b and 3 more". */
export function list(names: readonly string[], shown = 3): string {
  const first = names.slice(0, names.length > shown ? shown - 1 : shown);
  const rest = names.length - first.length;
  const parts = [...first, ...(rest > 0 ? [`${rest} more`] : [])];
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
