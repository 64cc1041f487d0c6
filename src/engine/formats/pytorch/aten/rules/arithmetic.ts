/** Pointwise arithmetic with PyTorch's type promotion. */
import type { CallContext, Operand } from '../values/context';
import { inType, promoted } from '../values/promotion';
import type { Family, Rule } from '../values/table';

function known(operand: Operand): number | undefined {
  return typeof operand === 'object' ? undefined : Number(operand);
}

/** self ± alpha · other; of two truth values, `add` is their disjunction. */
const sum =
  (op: 'Add' | 'Sub', first = 'self', second = 'other'): Rule =>
  (c) => {
    const [self, other] = [c.operand(first), c.operand(second)];
    const alpha: Operand = c.has('alpha') ? c.operand('alpha') : 1;
    const scale = known(alpha);
    const [number, otherNumber] = [known(self), known(other)];
    if (number !== undefined && otherNumber !== undefined && scale !== undefined) {
      c.giveSize(op === 'Add' ? number + scale * otherNumber : number - scale * otherNumber);
      return;
    }
    const values = promoted(c, [self, other, ...(scale === 1 ? [] : [alpha])]);
    const [a, b, times] = values as [string, string, string];
    if (scale === 1 && c.dtype(a) === 'bool') {
      c.give(op === 'Add' ? 'Or' : 'Xor', [a, b]);
      return;
    }
    c.give(op, [a, scale === 1 ? b : c.emit('Mul', [b, times])]);
  };

const product: Rule = (c) => {
  const [self, other] = [c.operand('self'), c.operand('other')];
  const [a, b] = [known(self), known(other)];
  if (a !== undefined && b !== undefined) {
    c.giveSize(a * b);
    return;
  }
  const [first, second] = promoted(c, [self, other]) as [string, string];
  c.give(c.dtype(first) === 'bool' ? 'And' : 'Mul', [first, second]);
};

/** Integers divided downwards as Python does it. */
function floorDivided(c: CallContext, a: string, b: string, output?: string): void {
  const rest = c.emit('Mod', [a, b]);
  c.emit('Div', [c.emit('Sub', [a, rest]), b], {}, output);
}

function divided(c: CallContext, mode: string | undefined): void {
  const [self, other] = [c.operand('self'), c.operand('other')];
  const [x, y] = [known(self), known(other)];
  if (x !== undefined && y !== undefined) {
    if (y === 0) c.unsupported('divides by 0');
    c.giveSize(mode === 'floor' ? Math.floor(x / y) : mode === 'trunc' ? Math.trunc(x / y) : x / y);
    return;
  }
  const output = c.call.outputs[0] || undefined;
  if (output === undefined) return;
  const [a, b] = promoted(c, [self, other], mode === undefined ? 'float32' : 'bool') as [string, string];
  if (mode === undefined) c.give('Div', [a, b]);
  else if (mode === 'floor') {
    if (c.isFloat(a)) c.give('Floor', [c.emit('Div', [a, b])]);
    else floorDivided(c, a, b, output);
  } else if (mode === 'trunc') {
    const quotient = c.isFloat(a) ? c.emit('Div', [a, b]) : undefined;
    if (quotient === undefined) c.give('Div', [a, b]);
    else c.give('Mul', [c.emit('Sign', [quotient]), c.emit('Floor', [c.emit('Abs', [quotient])])]);
  } else c.unsupported(`rounds by the unknown mode “${mode}”`);
}

/** The rest has the divisor's sign. */
const remainder: Rule = (c) => {
  const [self, other] = [c.operand('self'), c.operand('other')];
  const [x, y] = [known(self), known(other)];
  if (x !== undefined && y !== undefined) {
    if (y === 0) c.unsupported('divides by 0');
    c.giveSize(x - Math.floor(x / y) * y);
    return;
  }
  const [a, b] = promoted(c, [self, other]) as [string, string];
  if (!c.isFloat(a)) c.give('Mod', [a, b]);
  else c.give('Sub', [a, c.emit('Mul', [c.emit('Floor', [c.emit('Div', [a, b])]), b])]);
};

/** The rest has the dividend's sign. */
const fmod: Rule = (c) => {
  const [a, b] = promoted(c, [c.operand('self'), c.operand('other')]) as [string, string];
  c.give('Mod', [a, b], { fmod: 1 });
};

const power: Rule = (c) => {
  const [base, exponent] = [c.operand('self'), c.operand('exponent')];
  const [x, y] = [known(base), known(exponent)];
  if (x !== undefined && y !== undefined) {
    c.giveSize(x ** y);
    return;
  }
  const [a, b] = promoted(c, [base, exponent]) as [string, string];
  if (y === 2 && c.isFloat(a)) c.give('Mul', [a, a]);
  else if (y === 1) c.same(a);
  else if (y === 0.5) c.give('Sqrt', [a]);
  else if (y === -1) c.give('Reciprocal', [a]);
  else if (y === -0.5) c.give('Reciprocal', [c.emit('Sqrt', [a])]);
  else c.give('Pow', [a, b]);
};

const reversedDifference: Rule = sum('Sub', 'other', 'self');

/** self + value · tensor1 · tensor2, or their quotient. */
const addProduct =
  (op: 'Mul' | 'Div'): Rule =>
  (c) => {
    const [self, a, b] = promoted(c, [c.operand('self'), c.operand('tensor1'), c.operand('tensor2')]) as [
      string,
      string,
      string,
    ];
    const both = c.emit(op, [a, b]);
    const value = c.float('value');
    c.give('Add', [self, value === 1 ? both : c.emit('Mul', [both, c.number(value, c.dtype(both))])]);
  };

const lerp: Rule = (c) => {
  const [self, end, weight] = promoted(c, [c.operand('self'), c.operand('end'), c.operand('weight')], 'float32') as [
    string,
    string,
    string,
  ];
  c.give('Add', [self, c.emit('Mul', [weight, c.emit('Sub', [end, self])])]);
};

const both =
  (op: string): Rule =>
  (c) =>
    c.give(op, promoted(c, [c.operand('self'), c.operand('other')]));

/** A function of floats; integers become floats first. */
const real =
  (op: string): Rule =>
  (c) =>
    c.give(op, [c.cast(c.tensor('self'), 'float32')]);

/** A function that keeps its operand's type; `whole` is what it is for integers. */
const keeping =
  (op: string, whole = op): Rule =>
  (c) => {
    const input = c.tensor('self');
    c.give(c.isFloat(input) ? op : whole, [input]);
  };

const composed =
  (write: (c: CallContext, x: string) => readonly [op: string, inputs: readonly string[]]): Rule =>
  (c) =>
    c.give(...write(c, c.cast(c.tensor('self'), 'float32')));

const logBase = (base: number) => composed((c, x) => ['Div', [c.emit('Log', [x]), c.scalar(Math.log(base))]]);

const difference: Rule = (c) => {
  const input = c.operand('self');
  const value = known(input);
  if (value !== undefined) c.giveSize(-value);
  else c.give('Neg', [inType(c, input, c.dtype(c.tensor('self')))]);
};

function atan2(c: CallContext): void {
  const [y, x] = promoted(c, [c.operand('self'), c.operand('other')], 'float32') as [string, string];
  const angle = c.emit('Atan', [c.emit('Div', [y, x])]);
  const [zero, pi] = [c.scalar(0), c.scalar(Math.PI)];
  const turn = c.emit('Where', [c.emit('GreaterOrEqual', [y, zero]), pi, c.scalar(-Math.PI)]);
  c.give('Where', [c.emit('Less', [x, zero]), c.emit('Add', [angle, turn]), angle]);
}

const numbers = 'self:T other:T';
const scaled = 'self:T other:T alpha:n=1';
const self = 'self:T';

export const arithmetic: Family = {
  add: [scaled, sum('Add')],
  sub: [scaled, sum('Sub')],
  subtract: [scaled, sum('Sub')],
  rsub: [scaled, reversedDifference],
  mul: [numbers, product],
  multiply: [numbers, product],
  div: ['self:T other:T rounding_mode:s?=null', (c) => divided(c, c.optionalText('rounding_mode'))],
  divide: ['self:T other:T rounding_mode:s?=null', (c) => divided(c, c.optionalText('rounding_mode'))],
  true_divide: [numbers, (c) => divided(c, undefined)],
  floor_divide: [numbers, (c) => divided(c, 'floor')],
  remainder: [numbers, remainder],
  fmod: [numbers, fmod],
  pow: ['self:T exponent:T', power],
  float_power: ['self:T exponent:T', power],
  square: [self, composed((_, x) => ['Mul', [x, x]])],
  addcmul: ['self:T tensor1:T tensor2:T value:n=1', addProduct('Mul')],
  addcdiv: ['self:T tensor1:T tensor2:T value:n=1', addProduct('Div')],
  lerp: ['self:T end:T weight:T', lerp],
  maximum: [numbers, both('Max')],
  minimum: [numbers, both('Min')],
  'max.other': [numbers, both('Max')],
  'min.other': [numbers, both('Min')],
  fmax: [numbers, both('Max')],
  fmin: [numbers, both('Min')],
  atan2: [numbers, atan2],
  neg: [self, difference],
  negative: [self, difference],
  abs: [self, keeping('Abs')],
  absolute: [self, keeping('Abs')],
  sign: [self, keeping('Sign')],
  sgn: [self, keeping('Sign')],
  floor: [self, keeping('Floor', 'Identity')],
  ceil: [self, keeping('Ceil', 'Identity')],
  round: [self, keeping('Round', 'Identity')],
  trunc: [self, composed((c, x) => ['Mul', [c.emit('Sign', [x]), c.emit('Floor', [c.emit('Abs', [x])])]])],
  frac: [self, (c) => c.give('Mod', [c.cast(c.tensor('self'), 'float32'), c.scalar(1)], { fmod: 1 })],
  positive: [self, (c) => c.same(c.tensor('self'))],
  exp: [self, real('Exp')],
  exp2: [self, composed((c, x) => ['Exp', [c.emit('Mul', [x, c.scalar(Math.LN2)])]])],
  expm1: [self, composed((c, x) => ['Sub', [c.emit('Exp', [x]), c.scalar(1)]])],
  log: [self, real('Log')],
  log2: [self, logBase(2)],
  log10: [self, logBase(10)],
  log1p: [self, composed((c, x) => ['Log', [c.emit('Add', [x, c.scalar(1)])]])],
  sqrt: [self, real('Sqrt')],
  rsqrt: [self, composed((c, x) => ['Reciprocal', [c.emit('Sqrt', [x])]])],
  reciprocal: [self, real('Reciprocal')],
  erf: [self, real('Erf')],
  special_erf: [self, real('Erf')],
  erfc: [self, composed((c, x) => ['Sub', [c.scalar(1), c.emit('Erf', [x])]])],
  sin: [self, real('Sin')],
  cos: [self, real('Cos')],
  tan: [self, real('Tan')],
  asin: [self, real('Asin')],
  acos: [self, real('Acos')],
  atan: [self, real('Atan')],
  sinh: [self, real('Sinh')],
  cosh: [self, real('Cosh')],
  asinh: [self, real('Asinh')],
  acosh: [self, real('Acosh')],
  atanh: [self, real('Atanh')],
};
