/** What the operators on numbers, texts, lists and dictionaries are made of. */
import { DictValue, ListValue, TupleValue, UnknownValue, type Value } from './values';

/** Undefined for what the operator does not take: it may be one of tensors then. */
export type Scalar = (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value | undefined;

export const isNumber = (value: Value | undefined): value is number | boolean =>
  typeof value === 'number' || typeof value === 'boolean';

/** Lists and texts grow by these operators; nothing of a network has more. */
export const longest = 1_000_000;

export const one =
  (of: (a: number) => number | boolean): Scalar =>
  ([a, ...more]) =>
    isNumber(a) && more.length === 0 ? of(Number(a)) : undefined;

export const two =
  (of: (a: number, b: number) => number | boolean): Scalar =>
  ([a, b, ...more]) =>
    isNumber(a) && isNumber(b) && more.every((each) => each === 1) ? of(Number(a), Number(b)) : undefined;

export const floorMod = (a: number, b: number) => a - b * Math.floor(a / b);
/** Half to even, as Python does. */
export const round = (a: number) => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a));

export function itemsOf(value: Value | undefined): readonly Value[] | undefined {
  return value instanceof ListValue || value instanceof TupleValue ? value.items : undefined;
}

/** Undefined when it depends on something that is not known. */
export function equal(a: Value, b: Value): boolean | undefined {
  const [x, y] = [itemsOf(a), itemsOf(b)];
  if (x && y) {
    if (x.length !== y.length) return false;
    const each = x.map((item, i) => (itemsOf(item) ? undefined : equal(item, y[i] as Value)));
    return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
  }
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b);
  const plain = (value: Value) => value === null || typeof value === 'string' || isNumber(value);
  return plain(a) && plain(b) ? a === b : undefined;
}

export const extremum =
  (of: (...numbers: number[]) => number): Scalar =>
  ([a, b]) => {
    if (isNumber(a) && isNumber(b)) return of(Number(a), Number(b));
    const items = b === undefined ? itemsOf(a) : undefined;
    return items && items.length > 0 && items.length < 1000 && items.every(isNumber)
      ? of(...items.map(Number))
      : undefined;
  };

export function joinedOrAdded(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (typeof a === 'string' && typeof b === 'string' && a.length + b.length < longest) return a + b;
  const [x, y] = [itemsOf(a), itemsOf(b)];
  if (!x || !y || x.length + y.length > longest) return undefined;
  return a instanceof TupleValue ? new TupleValue([...x, ...y]) : new ListValue([...x, ...y]);
}

export function repeated(a: Value | undefined, b: Value | undefined): Value | undefined {
  const [items, times] = a instanceof ListValue ? [a.items, b] : b instanceof ListValue ? [b.items, a] : [undefined, b];
  if (!items || typeof times !== 'number' || items.length * times > longest) return undefined;
  return new ListValue(Array.from({ length: Math.max(times, 0) }, () => items).flat());
}

/** From `start` to `end` by `step`, as Python slices. */
export function piece<T>(items: readonly T[], [start = null, end = null, step = 1]: readonly Value[]): T[] | undefined {
  const bound = (value: Value, usual: number) => {
    if (value === null) return usual;
    if (typeof value !== 'number') return undefined;
    return Math.min(Math.max(value < 0 ? value + items.length : value, 0), items.length);
  };
  const [from, to] = [bound(start, 0), bound(end, items.length)];
  if (from === undefined || to === undefined || typeof step !== 'number' || step < 1) return undefined;
  return items.slice(from, to).filter((_, i) => i % step === 0);
}

export function formatted([template, ...args]: readonly Value[]): Value | undefined {
  if (typeof template !== 'string') return undefined;
  let next = 0;
  return template.replace(/\{[^{}]*\}/g, () => shown(args[next++])).slice(0, 2000);
}

export function shown(value: Value | undefined): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  const items = itemsOf(value);
  if (items)
    return `[${items
      .slice(0, 20)
      .map((item) => (itemsOf(item) ? '[…]' : shown(item)))
      .join(', ')}]`;
  return typeof value === 'object' ? '?' : String(value);
}

export function indexOf(list: ListValue, index: Value | undefined): number | undefined {
  if (typeof index !== 'number') return undefined;
  const at = index < 0 ? index + list.items.length : index;
  return at >= 0 && at < list.items.length ? at : undefined;
}

export const listOperator =
  (of: (list: ListValue, args: readonly Value[]) => Value | undefined): Scalar =>
  ([list, ...args]) =>
    list instanceof ListValue && list.items.length < longest ? of(list, args) : undefined;

export const ofDict =
  (of: (dict: DictValue, args: readonly Value[]) => Value | undefined): Scalar =>
  ([dict, ...args]) =>
    dict instanceof DictValue ? of(dict, args) : undefined;

export const ofText =
  (of: (text: string, args: readonly Value[]) => Value | undefined): Scalar =>
  ([text, ...args]) =>
    typeof text === 'string' ? of(text, args) : undefined;

export const ordered = (sign: number): ((list: readonly Value[]) => Value[] | undefined) => {
  return (list) =>
    list.every(isNumber)
      ? [...list].sort((a, b) => sign * (Number(a) - Number(b)))
      : list.every((item) => typeof item === 'string')
        ? [...list].sort((a, b) => sign * ((a as string) < (b as string) ? -1 : 1))
        : undefined;
};

export function compare(of: (a: number, b: number) => boolean): Scalar {
  return ([a, b]) => {
    if (typeof a === 'string' && typeof b === 'string') return of(a < b ? -1 : a > b ? 1 : 0, 0);
    return isNumber(a) && isNumber(b) ? of(Number(a), Number(b)) : undefined;
  };
}

/** Unlike null, which everything is compared with. */
export const identical: Scalar = ([a, b]) => {
  if (a === null || b === null) return a instanceof UnknownValue || b instanceof UnknownValue ? undefined : a === b;
  return a === b || equal(a as Value, b as Value);
};

export const negated = (value: Value | undefined): Value | undefined =>
  typeof value === 'boolean' ? !value : undefined;
