/** Comparisons, truth values and choices between values. */
import type { CallContext } from '../values/context';
import { commonType, inType, promoted } from '../values/promotion';
import type { Family, Rule } from '../values/table';

const compare =
  (op: string, not = false): Rule =>
  (c) => {
    const values = promoted(c, [c.operand('self'), c.operand('other')]);
    if (not) c.give('Not', [c.emit(op, values)]);
    else c.give(op, values);
  };

const logical =
  (op: string): Rule =>
  (c) =>
    c.give(op, [c.cast(c.tensor('self'), 'bool'), c.cast(c.tensor('other'), 'bool')]);

/** Of truth values; of integers bit by bit. */
const bitwise =
  (op: string): Rule =>
  (c) => {
    const values = promoted(c, [c.operand('self'), c.operand('other')]);
    c.give(c.dtype(values[0] as string) === 'bool' ? op : `Bitwise${op}`, values);
  };

function not(c: CallContext): void {
  c.give('Not', [c.cast(c.tensor('self'), 'bool')]);
}

function where(c: CallContext): void {
  const values = promoted(c, [c.operand('self'), c.operand('other')]);
  c.give('Where', [c.cast(c.tensor('condition'), 'bool'), ...values]);
}

function maskedFill(c: CallContext): void {
  const input = c.tensor('self');
  const value = inType(c, c.operand('value'), c.dtype(input));
  c.give('Where', [c.cast(c.tensor('mask'), 'bool'), value, input]);
}

const special =
  (op: string, attributes = {}): Rule =>
  (c) =>
    c.give(op, [c.cast(c.tensor('self'), 'float32')], attributes);

/** NaN and infinities become numbers: by default 0 and the largest. */
function nanToNumber(c: CallContext): void {
  const input = c.tensor('self');
  if (!c.isFloat(input)) {
    c.same(input);
    return;
  }
  const most = 3.4028234663852886e38;
  const [nan, positive, negative] = [
    c.optionalFloat('nan') ?? 0,
    c.optionalFloat('posinf') ?? most,
    c.optionalFloat('neginf') ?? -most,
  ];
  const above = c.emit('IsInf', [input], { detect_negative: 0 });
  const below = c.emit('IsInf', [input], { detect_positive: 0 });
  const finite = c.emit('Where', [below, c.scalar(negative), c.emit('Where', [above, c.scalar(positive), input])]);
  c.give('Where', [c.emit('IsNaN', [input]), c.scalar(nan), finite]);
}

function areFinite(c: CallContext): void {
  const input = c.cast(c.tensor('self'), 'float32');
  c.give('Not', [c.emit('Or', [c.emit('IsNaN', [input]), c.emit('IsInf', [input])])]);
}

function heaviside(c: CallContext): void {
  const [input, atZero] = promoted(c, [c.operand('self'), c.operand('values')]) as [string, string];
  const dtype = commonType(c, [{ value: input }]);
  const zero = c.number(0, dtype);
  const step = c.cast(c.emit('Greater', [input, zero]), dtype);
  c.give('Where', [c.emit('Equal', [input, zero]), atZero, step]);
}

const pair = 'self:T other:T';
const single = 'self:T';

export const comparison: Family = {
  eq: [pair, compare('Equal')],
  ne: [pair, compare('Equal', true)],
  not_equal: [pair, compare('Equal', true)],
  lt: [pair, compare('Less')],
  less: [pair, compare('Less')],
  le: [pair, compare('LessOrEqual')],
  less_equal: [pair, compare('LessOrEqual')],
  gt: [pair, compare('Greater')],
  greater: [pair, compare('Greater')],
  ge: [pair, compare('GreaterOrEqual')],
  greater_equal: [pair, compare('GreaterOrEqual')],
  logical_and: [pair, logical('And')],
  logical_or: [pair, logical('Or')],
  logical_xor: [pair, logical('Xor')],
  logical_not: [single, not],
  bitwise_and: [pair, bitwise('And')],
  bitwise_or: [pair, bitwise('Or')],
  bitwise_xor: [pair, bitwise('Xor')],
  bitwise_not: [
    single,
    (c) => {
      const input = c.tensor('self');
      c.give(c.dtype(input) === 'bool' ? 'Not' : 'BitwiseNot', [input]);
    },
  ],
  __and__: [pair, bitwise('And')],
  __or__: [pair, bitwise('Or')],
  __xor__: [pair, bitwise('Xor')],
  where: ['condition:T self:T other:T', where],
  masked_fill: ['self:T mask:T value:T', maskedFill],
  isnan: [single, special('IsNaN')],
  isinf: [single, special('IsInf')],
  isfinite: [single, areFinite],
  nan_to_num: ['self:T nan:n?=null posinf:n?=null neginf:n?=null', nanToNumber],
  heaviside: ['self:T values:T', heaviside],
};
