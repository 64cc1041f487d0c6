/** The operators of TorchScript on numbers, texts, lists and dictionaries, whose results follow from the code alone. */

import {
  compare,
  equal,
  extremum,
  floorMod,
  formatted,
  identical,
  indexOf,
  isNumber,
  itemsOf,
  joinedOrAdded,
  listOperator,
  longest,
  negated,
  ofDict,
  ofText,
  one,
  ordered,
  piece,
  repeated,
  round,
  type Scalar,
  shown,
  two,
} from './scalarValues';
import { DictValue, ListValue, ObjectValue, TupleValue, type Value } from './values';

export const scalars: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['add', (args, named) => two((a, b) => a + b)(args, named) ?? joinedOrAdded(args[0], args[1])],
  ['sub', two((a, b) => a - b)],
  ['rsub', two((a, b) => b - a)],
  ['mul', (args, named) => two((a, b) => a * b)(args, named) ?? repeated(args[0], args[1])],
  [
    'div',
    (args, named) =>
      named.size === 0 && args.length === 2 ? two((a, b) => a / b)(args, named) : rounding(args, named),
  ],
  ['true_divide', two((a, b) => a / b)],
  ['floordiv', two((a, b) => Math.floor(a / b))],
  ['floor_divide', two((a, b) => Math.floor(a / b))],
  ['remainder', two(floorMod)],
  ['mod', two(floorMod)],
  ['fmod', two((a, b) => a % b)],
  ['pow', two((a, b) => a ** b)],
  ['neg', one((a) => -a)],
  ['abs', one(Math.abs)],
  ['floor', one(Math.floor)],
  ['ceil', one(Math.ceil)],
  ['round', one(round)],
  ['trunc', one(Math.trunc)],
  ['sqrt', one(Math.sqrt)],
  ['exp', one(Math.exp)],
  ['log', one(Math.log)],
  ['log2', one(Math.log2)],
  ['log10', one(Math.log10)],
  ['sin', one(Math.sin)],
  ['cos', one(Math.cos)],
  ['tanh', one(Math.tanh)],
  [
    'gcd',
    two((a, b) => {
      let [x, y] = [Math.abs(a), Math.abs(b)];
      for (let i = 0; i < 1100 && y > 0; i++) [x, y] = [y, x % y];
      return x;
    }),
  ],
  ['clamp', clamped],
  ['clamp_min', clamped],
  ['min', extremum(Math.min)],
  ['max', extremum(Math.max)],
  [
    '__and__',
    ([a, b]) => (typeof a === 'boolean' && typeof b === 'boolean' ? a && b : two((x, y) => x & y)([a!, b!], new Map())),
  ],
  [
    '__or__',
    ([a, b]) => (typeof a === 'boolean' && typeof b === 'boolean' ? a || b : two((x, y) => x | y)([a!, b!], new Map())),
  ],
  [
    '__xor__',
    ([a, b]) =>
      typeof a === 'boolean' && typeof b === 'boolean' ? a !== b : two((x, y) => x ^ y)([a!, b!], new Map()),
  ],
  ['__lshift__', two((a, b) => a * 2 ** b)],
  ['__rshift__', two((a, b) => Math.floor(a / 2 ** b))],
  ['eq', ([a, b]) => (a === undefined || b === undefined ? undefined : equal(a, b))],
  ['ne', ([a, b]) => (a === undefined || b === undefined ? undefined : negated(equal(a, b)))],
  ['lt', compare((a, b) => a < b)],
  ['le', compare((a, b) => a <= b)],
  ['gt', compare((a, b) => a > b)],
  ['ge', compare((a, b) => a >= b)],
  ['__is__', identical],
  ['__isnot__', (args, named) => negated(identical(args, named))],
  ['__not__', ([a]) => (isNumber(a) ? !a : undefined)],
  ['is_none', ([a]) => a === null],
  [
    '__contains__',
    ([a, b]) => {
      if (a instanceof DictValue) return a.entries.has(b as Value);
      const found = itemsOf(a)?.map((item) => equal(item, b as Value));
      return found && (found.includes(true) || (found.includes(undefined) ? undefined : false));
    },
  ],
  [
    '__range_length',
    ([a, b, c]) =>
      isNumber(a) && isNumber(b) && isNumber(c)
        ? Math.max(0, Math.ceil((Number(b) - Number(a)) / Number(c)))
        : undefined,
  ],
  [
    '__derive_index',
    ([i, a, c]) => (isNumber(i) && isNumber(a) && isNumber(c) ? Number(a) + Number(i) * Number(c) : undefined),
  ],
  ['len', ([a]) => (a instanceof DictValue ? a.entries.size : typeof a === 'string' ? a.length : itemsOf(a)?.length)],
  [
    'append',
    listOperator((list, [item]) => {
      list.items.push(item as Value);
      return list;
    }),
  ],
  [
    'extend',
    listOperator((list, [more]) => {
      const items = itemsOf(more);
      if (!items || list.items.length + items.length > longest) return undefined;
      for (const item of [...items]) list.items.push(item);
      return null;
    }),
  ],
  [
    'insert',
    listOperator((list, [at, item]) => {
      if (typeof at !== 'number') return undefined;
      list.items.splice(at, 0, item as Value);
      return null;
    }),
  ],
  [
    'pop',
    listOperator((list, [at = -1]) => {
      const index = indexOf(list, at);
      return index === undefined ? undefined : list.items.splice(index, 1)[0];
    }),
  ],
  [
    'clear',
    listOperator((list) => {
      list.items.length = 0;
      return null;
    }),
  ],
  [
    'reverse',
    listOperator((list) => {
      list.items.reverse();
      return null;
    }),
  ],
  ['copy', listOperator((list) => new ListValue([...list.items]))],
  [
    'list',
    ([a]) => (itemsOf(a) ? new ListValue([...itemsOf(a)!]) : typeof a === 'string' ? new ListValue([...a]) : undefined),
  ],
  [
    'sorted',
    listOperator((list) => {
      const items = ordered(1)(list.items);
      return items && new ListValue(items);
    }),
  ],
  [
    'sort',
    listOperator((list, [reverse = false]) => {
      const items = ordered(reverse === true ? -1 : 1)(list.items);
      if (items) list.items.splice(0, items.length, ...(items.length < 10_000 ? items : []));
      return items && items.length < 10_000 ? null : undefined;
    }),
  ],
  [
    '_set_item',
    ([target, key, value]) => {
      if (target instanceof DictValue) target.entries.set(key as Value, value as Value);
      else if (target instanceof ListValue) {
        const index = indexOf(target, key);
        if (index === undefined) return undefined;
        target.items[index] = value as Value;
      } else return undefined;
      return null;
    },
  ],
  [
    'slice',
    ([a, ...range]) => {
      if (typeof a === 'string') return piece([...a], range)?.join('');
      const items = itemsOf(a);
      const found = items && piece(items, range);
      return found && (a instanceof TupleValue ? new TupleValue(found) : new ListValue(found));
    },
  ],
  [
    'sum',
    ([a]) => {
      const items = itemsOf(a);
      return items?.every(isNumber) ? items.reduce<number>((total, item) => total + Number(item), 0) : undefined;
    },
  ],
  ['any', ([a]) => (itemsOf(a)?.every(isNumber) ? itemsOf(a)!.some(Boolean) : undefined)],
  ['all', ([a]) => (itemsOf(a)?.every(isNumber) ? itemsOf(a)!.every(Boolean) : undefined)],
  ['format', formatted],
  ['percentFormat', ([text]) => (typeof text === 'string' ? text : undefined)],
  ['str', ([a]) => shown(a)],
  [
    'join',
    ofText((text, [list]) => {
      const items = itemsOf(list);
      return items?.every((item) => typeof item === 'string') ? items.join(text).slice(0, longest) : undefined;
    }),
  ],
  ['startswith', ofText((text, [start]) => text.startsWith(String(start)))],
  ['endswith', ofText((text, [end]) => text.endsWith(String(end)))],
  ['lower', ofText((text) => text.toLowerCase())],
  ['upper', ofText((text) => text.toUpperCase())],
  [
    'dict',
    ([a]) => (a === undefined ? new DictValue() : a instanceof DictValue ? new DictValue(a.entries) : undefined),
  ],
  ['keys', ofDict((dict) => new ListValue([...dict.entries.keys()]))],
  ['values', ofDict((dict) => new ListValue([...dict.entries.values()]))],
  ['items', ofDict((dict) => new ListValue([...dict.entries].map((pair) => new TupleValue(pair))))],
  ['get', ofDict((dict, [key, usual = null]) => dict.entries.get(key as Value) ?? usual)],
  [
    'update',
    ofDict((dict, [other]) => {
      if (!(other instanceof DictValue)) return undefined;
      for (const [key, value] of other.entries) dict.entries.set(key, value);
      return null;
    }),
  ],
  ['Int', one(Math.trunc)],
  ['Float', one((a) => a)],
  ['Bool', one((a) => a !== 0)],
  ['ScalarImplicit', one((a) => a)],
  ['IntImplicit', one((a) => a)],
  ['FloatImplicit', one((a) => a)],
  ['item', one((a) => a)],
  ['NumToTensor', ([a]) => (isNumber(a) ? a : undefined)],
  ['unchecked_unwrap_optional', ([a]) => a],
  ['warn', () => null],
  ['Print', () => null],
  ['device', ([a]) => (a === undefined || a instanceof ObjectValue ? undefined : typeof a === 'string' ? a : 'cpu')],
  // Of a device, as text.
  ['type', ([a]) => (typeof a === 'string' ? a : undefined)],
  ['is_cuda', () => false],
  ['is_mkldnn', () => false],
  ['is_quantized', () => false],
  ['is_sparse', () => false],
  ['is_nested', () => false],
  ['is_scripting', () => true],
  ['is_tracing', () => false],
  ['requires_grad', () => false],
  ['is_grad_enabled', () => false],
  ['is_autocast_enabled', () => false],
  ['is_autocast_cpu_enabled', () => false],
  ['_is_tracing', () => false],
  ['has_torch_function', () => false],
]);

/** Between a least and a greatest number, of which one may be left out. */
function clamped([value, low = null, high = null]: readonly Value[]): Value | undefined {
  if (!isNumber(value) || !(low === null || isNumber(low)) || !(high === null || isNumber(high))) return undefined;
  const raised = low === null ? Number(value) : Math.max(Number(value), Number(low));
  return high === null ? raised : Math.min(raised, Number(high));
}

function rounding([a, b, mode]: readonly Value[], named: ReadonlyMap<string, Value>): Value | undefined {
  if (!isNumber(a) || !isNumber(b)) return undefined;
  const how = mode ?? named.get('rounding_mode') ?? null;
  const quotient = Number(a) / Number(b);
  return how === 'floor' ? Math.floor(quotient) : how === 'trunc' ? Math.trunc(quotient) : quotient;
}
