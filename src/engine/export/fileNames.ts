import { createHash } from 'node:crypto';
import type { OverlayFormat } from '../../shared/protocol/protocol';
import type { Attribution } from '../../shared/results/attribution';

/** Names of a card's files. */
export interface CardFiles {
  readonly npy: string;
  readonly overlay: string;
}

type Named = Pick<Attribution, 'key' | 'method'>;

/** What every file system takes in a name, in whichever case. */
const plain = /^[a-z0-9+._-]{1,80}$/;

/**
 * `<method>.png` (or `.jpg`) and `.npy` for a method that is there once. Where one stands there several times, the names come from the cards' keys alone,
 * so that a card keeps its name whatever is saved beside it: `<method>` for the first card (its key is the method's id), `<method>-2` and
 * the like for keys that begin with it, `<method>.<row>` for the card `<row>/<method>` of a comparison, `<method>.<key>` for any other.
 */
export function fileNames(cards: readonly Named[], format: OverlayFormat = 'png'): CardFiles[] {
  const single = (method: string): boolean => cards.filter((card) => card.method === method).length === 1;
  const names = cards.map((card) => (single(card.method) ? card.method : nameOf(card)));
  return cards.map(({ key, method }, i) => {
    const name = names[i] ?? key;
    const alone = single(method) || names.filter((each) => each === name).length === 1;
    const stem = alone ? name : `${name}-${hash(key)}`;
    return { npy: `${stem}.npy`, overlay: `${stem}.${format === 'png' ? 'png' : 'jpg'}` };
  });
}

function nameOf({ key, method }: Named): string {
  const name = key.startsWith(method) ? key : (nameInRow(key, method) ?? `${method}.${key}`);
  if (plain.test(name)) return name;
  return `${name
    .toLowerCase()
    .replace(/[^a-z0-9+._-]+/g, '-')
    .slice(0, 80)}-${hash(key)}`;
}

function nameInRow(key: string, method: string): string | null {
  const [row, card, ...more] = key.split('/');
  return more.length === 0 && row && card?.startsWith(method) ? `${card}.${row}` : null;
}

function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
