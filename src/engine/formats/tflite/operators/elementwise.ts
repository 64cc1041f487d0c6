import { clip } from '../importing/finishing';
import type { Rule } from '../importing/operation';

const unary =
  (op: string, attributes: Readonly<Record<string, number | string>> = {}): Rule =>
  (o) =>
    o.emit(op, [o.input(0)], attributes);

const clipped =
  (low: number, high: number): Rule =>
  (o) =>
    clip(o, o.input(0), low, high);

/** Softmax of β·x along the last axis. */
const softmax: Rule = (o) => {
  const beta = o.floatOption(0, 1);
  const x = beta === 1 ? o.input(0) : o.w.mul(o.input(0), o.w.scalar(beta));
  return o.emit('Softmax', [x], { axis: -1 });
};

export const elementwise: Readonly<Record<string, Rule>> = {
  ABS: unary('Abs'),
  NEG: unary('Neg'),
  SIGN: unary('Sign'),
  EXP: unary('Exp'),
  LOG: unary('Log'),
  SQRT: unary('Sqrt'),
  RSQRT: (o) => o.emit('Reciprocal', [o.emit('Sqrt', [o.input(0)])]),
  SQUARE: (o) => o.w.mul(o.input(0), o.input(0)),
  SIN: unary('Sin'),
  COS: unary('Cos'),
  FLOOR: unary('Floor'),
  CEIL: unary('Ceil'),
  ROUND: unary('Round'),
  RELU: unary('Relu'),
  RELU6: clipped(0, 6),
  RELU_N1_TO_1: clipped(-1, 1),
  RELU_0_TO_1: clipped(0, 1),
  LEAKY_RELU: (o) => o.emit('LeakyRelu', [o.input(0)], { alpha: o.floatOption(0) }),
  PRELU: (o) => o.emit('PRelu', [o.input(0), o.input(1)]),
  ELU: unary('Elu', { alpha: 1 }),
  LOGISTIC: unary('Sigmoid'),
  TANH: unary('Tanh'),
  HARD_SWISH: unary('HardSwish'),
  GELU: (o) => o.emit('Gelu', [o.input(0)], { approximate: o.flagOption(0) ? 'tanh' : 'none' }),
  SOFTMAX: softmax,
  LOG_SOFTMAX: unary('LogSoftmax', { axis: -1 }),
};
