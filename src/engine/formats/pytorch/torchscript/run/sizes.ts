/** Arithmetic with sizes that follow the image's, which the program does when it runs. */
import type { Argument, Emitter, Ssa } from './emitter';
import { ListValue, SizeValue, UnknownValue, type Value } from './values';

const operators: ReadonlyMap<string, string> = new Map([
  ['add', 'operator.add'],
  ['sub', 'operator.sub'],
  ['mul', 'operator.mul'],
  ['floordiv', 'operator.floordiv'],
  ['floor_divide', 'operator.floordiv'],
  ['remainder', 'operator.mod'],
  ['mod', 'operator.mod'],
  ['div', 'operator.truediv'],
  ['true_divide', 'operator.truediv'],
  ['pow', 'operator.pow'],
  ['neg', 'operator.neg'],
  ['min', 'sym_min'],
  ['max', 'sym_max'],
  ['ceil', 'math.ceil'],
  ['floor', 'math.floor'],
  ['sqrt', 'operator.pow'],
]);

/** They give the integer itself, or the whole part of a number. */
const whole: ReadonlySet<string> = new Set(['Int', 'IntImplicit', 'trunc']);
const same: ReadonlySet<string> = new Set(['NumToTensor', 'ScalarImplicit', 'Float', 'FloatImplicit', 'item']);
const comparisons: ReadonlySet<string> = new Set([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  '__not__',
  'Bool',
  '__contains__',
]);

/** Undefined for what is no arithmetic of sizes. */
export function ofSizes(
  op: string,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
  emitter: Emitter,
  prefix: string,
): Value | undefined {
  const [first, second] = args;
  if (comparisons.has(op)) return compared(op, first as Value, second);
  if (first instanceof SizeValue && same.has(op)) return first;
  if (first instanceof SizeValue && whole.has(op))
    return first.isWhole ? first : make('sym_int', [first], emitter, prefix);
  if (op === 'rsub') return make('operator.sub', [second as Value, first as Value], emitter, prefix);
  if (op === 'div' && (named.get('rounding_mode') ?? args[2]) !== undefined) {
    return make('operator.floordiv', args.slice(0, 2), emitter, prefix);
  }
  if (op === 'sum' && first instanceof ListValue) {
    return first.items.reduce<Value | undefined>((total, item) => {
      return total === undefined ? item : make('operator.add', [total, item], emitter, prefix);
    }, undefined);
  }
  if (op === 'sqrt') return make('operator.pow', [first as Value, 0.5], emitter, prefix);
  const operator = operators.get(op);
  const numbers = (op === 'min' || op === 'max') && first instanceof ListValue ? first.items : args;
  return operator === undefined ? undefined : make(operator, numbers, emitter, prefix);
}

/** Results of these are no integers. */
const fractional: ReadonlySet<string> = new Set(['operator.truediv', 'operator.pow']);

function make(op: string, args: readonly Value[], emitter: Emitter, prefix: string): Value | undefined {
  const positional: Argument[] = [];
  let isWhole = !fractional.has(op);
  for (const value of args) {
    if (value instanceof SizeValue) {
      positional.push(value.ssa);
      isWhole &&= value.isWhole;
    } else if (typeof value === 'number') {
      positional.push(value);
      isWhole &&= Number.isInteger(value);
    } else return undefined;
  }
  const [ssa] = emitter.emit({ op, overload: '', positional, named: new Map() }, 1, `${prefix}size`);
  return new SizeValue(ssa as Ssa, null, isWhole || op.startsWith('math.') || op === 'sym_int');
}

function compared(op: string, a: Value, b: Value | undefined): UnknownValue {
  const why = 'the size of the image';
  const [size, number] = a instanceof SizeValue ? [a, b] : [b, a];
  if (op !== 'eq' || !(size instanceof SizeValue) || size.axis === null || typeof number !== 'number') {
    return new UnknownValue(why);
  }
  return new UnknownValue(why, { axis: size.axis, length: number });
}
