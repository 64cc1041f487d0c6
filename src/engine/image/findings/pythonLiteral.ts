import { parseJson } from '../../files/json';
import { isObject } from '../notes/beside';

/** A text, a whole number, a list (or tuple), or a dictionary as its key → value pairs. */
export type Literal = string | number | readonly Literal[] | Dictionary;

export interface Dictionary {
  readonly pairs: readonly (readonly [Literal, Literal])[];
}

const token = /\s*(?:([[\](){},:])|(-?\d+)(?![\w.])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/sy;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function withoutEscapes(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U00((?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|(.))/gs,
    (_, two, four, eight, one: string | undefined) =>
      one === undefined ? String.fromCodePoint(Number.parseInt(two ?? four ?? eight, 16)) : (escapes[one] ?? one),
  );
}

type Token = { readonly mark: string } | { readonly value: string | number };

function tokens(text: string): readonly Token[] | null {
  const found: Token[] = [];
  const end = text.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const match = token.exec(text);
    if (!match) return null;
    const [, mark, number, single, double] = match;
    if (mark !== undefined) found.push({ mark });
    else found.push({ value: number !== undefined ? Number(number) : withoutEscapes(single ?? double ?? '') });
  }
  return found;
}

/** Labels nest two deep at most; hostile nesting must not reach the end of the stack. */
const deepest = 4;

const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/**
 * Reads what Python's `repr` writes for lists, tuples and dictionaries of texts and whole numbers, as exporters put them into metadata
 * (`{0: 'person', 1: "driver's seat"}`); null when the text is anything else. Nothing is executed.
 */
export function parsePythonLiteral(text: string): Literal | null {
  const all = tokens(text);
  if (!all) return null;
  let at = 0;
  const isMark = (mark: string): boolean => {
    const next = all[at];
    return next !== undefined && 'mark' in next && next.mark === mark;
  };
  /** undefined stands for text that is no literal. */
  const read = (depth: number): Literal | undefined => {
    const next = all[at++];
    if (!next || depth > deepest) return undefined;
    if ('value' in next) return next.value;
    const close = closing[next.mark];
    if (close === undefined) return undefined;
    const items: Literal[] = [];
    const pairs: (readonly [Literal, Literal])[] = [];
    while (!isMark(close)) {
      const item = read(depth + 1);
      if (item === undefined) return undefined;
      if (next.mark === '{') {
        if (!isMark(':')) return undefined;
        at++;
        const value = read(depth + 1);
        if (value === undefined) return undefined;
        pairs.push([item, value]);
      } else {
        items.push(item);
      }
      if (isMark(',')) at++;
      else if (!isMark(close)) return undefined;
    }
    at++;
    return next.mark === '{' ? { pairs } : items;
  };
  const result = read(0);
  return result === undefined || at !== all.length ? null : result;
}

/** JSON or a Python literal, in one shape. */
export function parseJsonOrPython(text: string): Literal | null {
  try {
    return fromJson(parseJson(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return parsePythonLiteral(text);
  }
}

/** A parsed JSON value as a literal; null when it holds anything but texts, numbers, lists and objects, or nests deeper than labels do. */
export function fromJson(value: unknown, depth = 0): Literal | null {
  if (depth > deepest) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => fromJson(item, depth + 1));
    return items.every((item) => item !== null) ? items : null;
  }
  if (!isObject(value)) return null;
  const pairs = Object.entries(value).map(([key, each]) => [key, fromJson(each, depth + 1)] as const);
  return pairs.every((pair): pair is [string, Literal] => pair[1] !== null) ? { pairs } : null;
}
