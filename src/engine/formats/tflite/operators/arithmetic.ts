import { activated } from '../importing/finishing';
import type { Operation, Rule } from '../importing/operation';

const binary =
  (op: string): Rule =>
  (o) =>
    o.emit(op, [o.input(0), o.input(1)]);

/** Those that may be fused with an activation, the first of their options. */
const fusable =
  (op: string): Rule =>
  (o) =>
    activated(o, o.emit(op, [o.input(0), o.input(1)]), o.byteOption(0));

const squaredDifference: Rule = (o) => {
  const difference = o.emit('Sub', [o.input(0), o.input(1)]);
  return o.w.mul(difference, difference);
};

const isInteger = (o: Operation): boolean => o.dtype(0) !== 'float32';

/** Rounded down; integers by way of their remainder, which has the divisor's sign. */
const floorDiv: Rule = (o) => {
  const [a, b] = [o.input(0), o.input(1)];
  if (!isInteger(o)) return o.emit('Floor', [o.emit('Div', [a, b])]);
  return o.emit('Div', [o.emit('Sub', [a, o.emit('Mod', [a, b])]), b]);
};

/** What is left of a floored quotient, with the divisor's sign. */
const floorMod: Rule = (o) => {
  const [a, b] = [o.input(0), o.input(1)];
  if (isInteger(o)) return o.emit('Mod', [a, b]);
  return o.emit('Sub', [a, o.w.mul(o.emit('Floor', [o.emit('Div', [a, b])]), b)]);
};

const notEqual: Rule = (o) => o.emit('Not', [o.emit('Equal', [o.input(0), o.input(1)])]);

export const arithmetic: Readonly<Record<string, Rule>> = {
  ADD: fusable('Add'),
  SUB: fusable('Sub'),
  MUL: fusable('Mul'),
  DIV: fusable('Div'),
  MAXIMUM: binary('Max'),
  MINIMUM: binary('Min'),
  POW: binary('Pow'),
  SQUARED_DIFFERENCE: squaredDifference,
  FLOOR_DIV: floorDiv,
  FLOOR_MOD: floorMod,
  ADD_N: (o) => o.emit('Sum', o.inputs),
  LESS: binary('Less'),
  LESS_EQUAL: binary('LessOrEqual'),
  GREATER: binary('Greater'),
  GREATER_EQUAL: binary('GreaterOrEqual'),
  EQUAL: binary('Equal'),
  NOT_EQUAL: notEqual,
  LOGICAL_AND: binary('And'),
  LOGICAL_OR: binary('Or'),
  LOGICAL_NOT: (o) => o.emit('Not', [o.input(0)]),
};
