import type { Literal } from './pythonLiteral';

/** Class names by index from index → name pairs; null unless the indices are exactly 0 … n − 1. */
function byIndex(pairs: readonly (readonly [number, string])[]): readonly string[] | null {
  const names: string[] = [];
  for (const [index, name] of pairs) {
    if (!Number.isInteger(index) || index < 0 || index >= pairs.length || names[index] !== undefined) return null;
    names[index] = name;
  }
  return names.length > 0 ? names : null;
}

const wholeNumber = (value: Literal): number =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && /^\d+$/.test(value.trim())
      ? Number(value)
      : Number.NaN;

/** A class's name: a text, or the last of ["n01440764", "tench"] as Keras' imagenet_class_index.json has it. */
function nameOf(value: Literal): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length === 2 && typeof value[1] === 'string') return value[1];
  return null;
}

/**
 * Class names in class order from a list of names, an index → name object or a name → index object (torchvision's class_to_idx). Null when the value is none of
 * these or its indices are not exactly 0 … n − 1.
 */
export function labelsFromLiteral(value: Literal | null): readonly string[] | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return null;
  if (!('pairs' in value)) {
    const names = value.map(nameOf);
    return names.length > 0 && names.every((name) => name !== null) ? names : null;
  }
  const named = value.pairs.map(([key, each]) => [wholeNumber(key), nameOf(each)] as const);
  if (named.every((entry): entry is [number, string] => entry[1] !== null)) return byIndex(named);
  const indexed = value.pairs.map(([key, each]) => [wholeNumber(each), String(key)] as const);
  return byIndex(indexed);
}

/** Hugging Face writes LABEL_0, LABEL_1 … when nobody gave names. */
export function arePlaceholders(names: readonly string[]): boolean {
  return names.every((name, i) => name === `LABEL_${i}`);
}

/**
 * Class names from a text file with one class a line; empty lines do not count. WordNet numbers in front of every line are taken off ("n01440764 tench"), and so are
 * indices ("0 tench", "0: tench", "0,tench"), which then decide the order; indices other than 0 … n − 1 (or 1 … n in this order) stay part of the names.
 */
export function labelsFromText(text: string): readonly string[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const wordNet = lines.map((line) => /^n\d{8}[\s,:]+(\S.*)$/.exec(line)?.[1]);
  if (wordNet.length > 0 && wordNet.every((name) => name !== undefined)) return wordNet as string[];
  const indexed = lines.map((line) => /^(\d+)\s*[\s,:]\s*(\S.*)$/.exec(line));
  if (lines.length > 1 && indexed.every((match) => match !== null)) {
    const pairs = indexed.map((match) => [Number(match![1]), match![2]!] as const);
    const ordered = byIndex(pairs);
    if (ordered) return ordered;
    if (pairs.every(([index], i) => index === i + 1)) return pairs.map(([, name]) => name);
  }
  return lines;
}
