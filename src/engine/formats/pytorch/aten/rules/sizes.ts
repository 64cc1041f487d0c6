/** Integers that follow the input's size. */
import type { CallContext, Operand } from '../values/context';
import { promoted } from '../values/promotion';
import type { Family, Rule } from '../values/table';

function length(c: CallContext): void {
  const input = c.tensor('self');
  c.giveSize(c.length(input, c.int('dim')));
}

function count(c: CallContext): void {
  const input = c.tensor('self');
  const dims = c.dims(input);
  const known = dims?.reduce(
    (product, dim) => (product === null || dim === null ? null : product * dim),
    1 as number | null,
  );
  c.giveSize(known ?? c.emit('Size', [input]));
}

/** Of integers that are all known, or as a node. */
const integers =
  (fold: (a: number, b: number) => number, write: (c: CallContext, a: string, b: string) => string): Rule =>
  (c) => {
    const [a, b] = [c.operand('a'), c.operand('b')];
    if (typeof a !== 'object' && typeof b !== 'object') {
      const result = fold(Number(a), Number(b));
      c.giveSize(Number.isFinite(result) ? result : c.unsupported('divides by 0'));
      return;
    }
    const [x, y] = promoted(c, [a, b]) as [string, string];
    c.giveSize(write(c, x, y));
  };

const node = (op: string) => (c: CallContext, a: string, b: string) => c.emit(op, [a, b]);

const floored = (c: CallContext, a: string, b: string) => {
  if (c.isFloat(a)) return c.emit('Floor', [c.emit('Div', [a, b])]);
  return c.emit('Div', [c.emit('Sub', [a, c.emit('Mod', [a, b])]), b]);
};

const compared = (op: string) => (c: CallContext, a: string, b: string) => c.emit(op, [a, b]);

const operand = (value: Operand) => (typeof value === 'object' ? undefined : Number(value));

const converted =
  (fold: (value: number) => number, write: (c: CallContext, value: string) => string): Rule =>
  (c) => {
    const known = operand(c.operand('a'));
    c.giveSize(known === undefined ? write(c, c.tensor('a')) : fold(known));
  };

const pair = 'a:T b:T';
const single = 'a:T';
const quotient: Rule = integers(
  (a, b) => a / b,
  (c, a, b) => c.emit('Div', [c.cast(a, 'float32'), c.cast(b, 'float32')]),
);

export const sizes: Family = {
  'sym_size.int': ['self:T dim:i', length],
  size: ['self:T dim:i', length],
  sym_numel: ['self:T', count],
  numel: ['self:T', count],
  item: ['self:T', (c) => c.same(c.tensor('self'))],
  'operator.add': [pair, integers((a, b) => a + b, node('Add'))],
  'operator.sub': [pair, integers((a, b) => a - b, node('Sub'))],
  'operator.mul': [pair, integers((a, b) => a * b, node('Mul'))],
  'operator.floordiv': [pair, integers((a, b) => Math.floor(a / b), floored)],
  'operator.mod': [pair, integers((a, b) => a - Math.floor(a / b) * b, node('Mod'))],
  'operator.truediv': [pair, quotient],
  'operator.pow': [pair, integers((a, b) => a ** b, node('Pow'))],
  'operator.neg': [
    single,
    converted(
      (a) => -a,
      (c, a) => c.emit('Neg', [a]),
    ),
  ],
  'operator.eq': [pair, integers((a, b) => Number(a === b), compared('Equal'))],
  'operator.lt': [pair, integers((a, b) => Number(a < b), compared('Less'))],
  'operator.le': [pair, integers((a, b) => Number(a <= b), compared('LessOrEqual'))],
  'operator.gt': [pair, integers((a, b) => Number(a > b), compared('Greater'))],
  'operator.ge': [pair, integers((a, b) => Number(a >= b), compared('GreaterOrEqual'))],
  sym_max: [pair, integers(Math.max, node('Max'))],
  sym_min: [pair, integers(Math.min, node('Min'))],
  sym_int: [single, converted(Math.trunc, (c, a) => c.cast(a, 'int64'))],
  sym_float: [
    single,
    converted(
      (a) => a,
      (c, a) => c.cast(a, 'float32'),
    ),
  ],
  'math.ceil': [single, converted(Math.ceil, (c, a) => c.cast(c.emit('Ceil', [c.cast(a, 'float32')]), 'int64'))],
  'math.floor': [single, converted(Math.floor, (c, a) => c.cast(c.emit('Floor', [c.cast(a, 'float32')]), 'int64'))],
};

/** Their results are integers of Python: they are tested together with what takes these. */
export const sizeOperators: readonly string[] = Object.keys(sizes);
