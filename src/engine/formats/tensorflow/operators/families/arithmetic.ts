import type { Operation, Rule, Rules } from '../operation';
import { inSteps, renamed } from './shared';
import { batchNormalisation } from './unfused';

/** By a function of both operands, for integers and for others. */
const binary =
  (write: (o: Operation, a: string, b: string) => readonly [op: string, inputs: readonly string[]]): Rule =>
  (o) =>
    o.give(...write(o, o.x(0), o.x(1)));

/** ONNX's Mod of integers has the sign of the divisor, that with fmod the sign of the dividend. */
const floorMod = (o: Operation, a: string, b: string): readonly [string, readonly string[]] => {
  if (o.isInteger()) return ['Mod', [a, b]];
  return ['Sub', [a, o.w.mul(o.w.emit('Floor', [o.w.emit('Div', [a, b])]), b)]];
};

const floorDiv = (o: Operation, a: string, b: string): readonly [string, readonly string[]] => {
  if (!o.isInteger()) return ['Floor', [o.w.emit('Div', [a, b])]];
  return ['Div', [o.w.emit('Sub', [a, o.w.emit('Mod', [a, b])]), b]];
};

const squaredDifference: Rule = binary((o, a, b) => {
  const difference = o.w.emit('Sub', [a, b]);
  return ['Mul', [difference, difference]];
});

/** 0 where the divisor is 0; the quotient is taken of a divisor that never is, so that its gradient is a number too. */
const divNoNan: Rule = binary((o, a, b) => {
  const empty = o.w.emit('Equal', [b, o.w.scalar(0)]);
  const quotient = o.w.emit('Div', [a, o.w.emit('Where', [empty, o.w.scalar(1), b])]);
  return ['Where', [empty, o.w.scalar(0), quotient]];
});

const add: Rule = (o) => {
  if (!batchNormalisation(o)) o.give('Add', o.inputs);
};

const sum: Rule = (o) => (o.inputs.length === 1 ? o.give('Identity', o.inputs) : o.give('Sum', o.inputs));

/** Limits that are single numbers make a Clip, others are compared element by element. */
const clip: Rule = (o) => {
  const limits = [1, 2].map((index) => (o.rank(index) === 0 ? o.x(index) : undefined));
  if (limits.every((limit) => limit !== undefined)) return o.give('Clip', [o.x(), ...(limits as string[])]);
  o.give('Min', [o.w.emit('Max', [o.x(0), o.x(1)]), o.x(2)]);
};

const unary = (names: string): Rules => Object.fromEntries(names.split(' ').map((name) => [name, renamed(name)]));

export const arithmetic: Rules = {
  ...unary(
    'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor Log Neg Reciprocal Round Sign Sin Sinh Sqrt Tan',
  ),
  Inv: renamed('Reciprocal'),
  Rint: renamed('Round'),
  Rsqrt: inSteps((o, x) => ['Reciprocal', [o.w.emit('Sqrt', [x])]]),
  Square: inSteps((_, x) => ['Mul', [x, x]]),
  Expm1: inSteps((o, x) => ['Sub', [o.w.emit('Exp', [x]), o.w.scalar(1)]]),
  Log1p: inSteps((o, x) => ['Log', [o.w.add(x, o.w.scalar(1))]]),
  Erfc: inSteps((o, x) => ['Sub', [o.w.scalar(1), o.w.emit('Erf', [x])]]),

  Add: add,
  AddV2: add,
  Sub: renamed('Sub'),
  Mul: renamed('Mul'),
  RealDiv: renamed('Div'),
  Div: renamed('Div'),
  TruncateDiv: renamed('Div'),
  FloorDiv: binary(floorDiv),
  FloorMod: binary(floorMod),
  Mod: renamed('Mod', { fmod: 1 }),
  TruncateMod: renamed('Mod', { fmod: 1 }),
  DivNoNan: divNoNan,
  Pow: renamed('Pow'),
  Maximum: renamed('Max'),
  Minimum: renamed('Min'),
  SquaredDifference: squaredDifference,
  AddN: sum,
  AccumulateNV2: sum,
  ClipByValue: clip,
  Cumsum: (o) => {
    const flags = { exclusive: Number(o.flag('exclusive')), reverse: Number(o.flag('reverse')) };
    o.give('CumSum', [o.x(0), o.x(1)], flags);
  },
};
