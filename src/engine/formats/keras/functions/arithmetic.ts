import { typeCode } from '../../../graph/ops/elementTypes';
import { refuse } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { flag, given, intsOf, numberOf, operand, operands, text } from './arguments';
import type { FunctionRules, Write } from './rule';

/** An operator of one value. */
const one =
  (op: string): Write =>
  (c) =>
    c.emit(op, [operand(c, 0, 'x', 'features', 'input', 'tensor')], {}, c.output);

/** An operator of two values, each a tensor or a number. */
const two =
  (op: string): Write =>
  (c) =>
    c.emit(op, [left(c), right(c)], {}, c.output);

const left = (c: LayerCall) => operand(c, 0, 'x1', 'x', 'a');
const right = (c: LayerCall) => operand(c, 1, 'x2', 'y', 'b');

/** A reduction along some axes, or all. */
const reduced =
  (op: string): Write =>
  (c) => {
    const x = operand(c, 0, 'x', 'input_tensor', 'input');
    const axes = intsOf(c, 1, 'axis');
    const keepdims = Number(flag(c, 2, 'keepdims', false, 'keep_dims'));
    c.emit(op, axes ? [x, c.w.ints(...axes)] : [x], { keepdims }, c.output);
  };

/** Mean of squared differences from the mean, or its root. */
const spread =
  (rooted: boolean): Write =>
  (c) => {
    const x = operand(c, 0, 'x', 'input_tensor');
    const axes = intsOf(c, 1, 'axis');
    const along = axes ? [c.w.ints(...axes)] : [];
    const keepdims = Number(flag(c, 2, 'keepdims', false));
    const off = c.emit('Sub', [x, c.emit('ReduceMean', [x, ...along], { keepdims: 1 })]);
    const square = c.w.mul(off, off);
    if (!rooted) c.emit('ReduceMean', [square, ...along], { keepdims }, c.output);
    else c.emit('Sqrt', [c.emit('ReduceMean', [square, ...along], { keepdims })], {}, c.output);
  };

const chosen =
  (op: string): Write =>
  (c) => {
    const x = operand(c, 0, 'x', 'input');
    const [axis] = intsOf(c, 1, 'axis') ?? refuse('picks from all numbers at once');
    c.emit(op, [x], { axis: axis as number, keepdims: Number(flag(c, 2, 'keepdims', false)) }, c.output);
  };

/** aᵀ and bᵀ where the function says so, then the product. */
const product: Write = (c) => {
  const turned = (value: string, name: string) => {
    if (!flag(c, 9, name, false)) return value;
    const rank = c.rank(value);
    const perm = Array.from({ length: rank }, (_, i) => i);
    perm.splice(-2, 2, rank - 1, rank - 2);
    return c.emit('Transpose', [value], { perm });
  };
  c.emit('MatMul', [turned(left(c), 'transpose_a'), turned(right(c), 'transpose_b')], {}, c.output);
};

const comparison =
  (op: string, negated = false): Write =>
  (c) => {
    if (!negated) c.emit(op, [left(c), right(c)], {}, c.output);
    else c.emit('Not', [c.emit(op, [left(c), right(c)])], {}, c.output);
  };

const casts: Readonly<Record<string, Parameters<typeof typeCode>[0]>> = {
  bool: 'bool',
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  uint8: 'uint8',
};

export const arithmeticFunctions: FunctionRules = {
  add: two('Add'),
  subtract: two('Sub'),
  multiply: two('Mul'),
  divide: two('Div'),
  floor_divide: (c) => c.emit('Floor', [c.emit('Div', [left(c), right(c)])], {}, c.output),
  maximum: two('Max'),
  minimum: two('Min'),
  power: two('Pow'),
  mod: two('Mod'),
  matmul: product,
  add_n: (c) => c.emit('Sum', operands(c, 0, 'inputs'), {}, c.output),
  squared_difference: (c) => {
    const off = c.emit('Sub', [left(c), right(c)]);
    c.emit('Mul', [off, off], {}, c.output);
  },
  divide_no_nan: (c) => {
    const divisor = right(c);
    const zero = c.emit('Equal', [divisor, c.w.scalar(0)]);
    const safe = c.emit('Where', [zero, c.w.scalar(1), divisor]);
    c.emit('Where', [zero, c.w.scalar(0), c.emit('Div', [left(c), safe])], {}, c.output);
  },
  negative: one('Neg'),
  absolute: one('Abs'),
  sqrt: one('Sqrt'),
  rsqrt: (c) => c.emit('Reciprocal', [c.emit('Sqrt', [operand(c, 0, 'x')])], {}, c.output),
  square: (c) => {
    const x = operand(c, 0, 'x');
    c.emit('Mul', [x, x], {}, c.output);
  },
  reciprocal: one('Reciprocal'),
  exp: one('Exp'),
  log: one('Log'),
  log1p: (c) => c.emit('Log', [c.w.add(operand(c, 0, 'x'), c.w.scalar(1))], {}, c.output),
  expm1: (c) => c.emit('Sub', [c.emit('Exp', [operand(c, 0, 'x')]), c.w.scalar(1)], {}, c.output),
  erf: one('Erf'),
  sin: one('Sin'),
  cos: one('Cos'),
  tan: one('Tan'),
  sinh: one('Sinh'),
  cosh: one('Cosh'),
  arcsin: one('Asin'),
  arccos: one('Acos'),
  arctan: one('Atan'),
  floor: one('Floor'),
  ceil: one('Ceil'),
  round: one('Round'),
  sign: one('Sign'),
  logical_not: one('Not'),
  logical_and: two('And'),
  logical_or: two('Or'),
  equal: comparison('Equal'),
  not_equal: comparison('Equal', true),
  greater: comparison('Greater'),
  greater_equal: comparison('GreaterOrEqual'),
  less: comparison('Less'),
  less_equal: comparison('LessOrEqual'),
  where: (c) => {
    const [x, y] = [operand(c, 1, 'x1', 'x'), operand(c, 2, 'x2', 'y')];
    c.emit('Where', [operand(c, 0, 'condition'), x, y], {}, c.output);
  },
  clip: (c) => {
    const low = operand(c, 1, 'x_min', 'clip_value_min');
    const high = operand(c, 2, 'x_max', 'clip_value_max');
    c.emit('Min', [c.emit('Max', [operand(c, 0, 'x', 't'), low]), high], {}, c.output);
  },
  mean: reduced('ReduceMean'),
  sum: reduced('ReduceSum'),
  max: reduced('ReduceMax'),
  min: reduced('ReduceMin'),
  prod: reduced('ReduceProd'),
  logsumexp: reduced('ReduceLogSumExp'),
  var: spread(false),
  std: spread(true),
  argmax: chosen('ArgMax'),
  argmin: chosen('ArgMin'),
  cumsum: (c) => {
    const [axis] = intsOf(c, 1, 'axis') ?? [0];
    c.emit('CumSum', [operand(c, 0, 'x'), c.w.int(axis as number)], {}, c.output);
  },
  /** √Σx² along the axes. */
  norm: (c) => {
    const order = given(c, 1, 'ord');
    if (order !== undefined && order !== 2 && order !== 'euclidean')
      refuse(`measures in the norm ${JSON.stringify(order)}`);
    const axes = intsOf(c, 2, 'axis');
    const x = operand(c, 0, 'x', 'tensor');
    if (order === 2 && axes?.length !== 1) refuse('measures matrices (ord=2)');
    c.emit(
      'ReduceL2',
      axes ? [x, c.w.ints(...axes)] : [x],
      { keepdims: Number(flag(c, 3, 'keepdims', false)) },
      c.output,
    );
  },
  /** x / √max(Σx², ε). */
  l2_normalize: (c) => {
    const x = operand(c, 0, 'x');
    const axes = intsOf(c, 1, 'axis') ?? [-1];
    const order = given(c, 9, 'order');
    if (order !== undefined && order !== 2) refuse(`normalises in the norm ${JSON.stringify(order)}`);
    const squares = c.emit('ReduceSumSquare', [x, c.w.ints(...axes)], { keepdims: 1 });
    const least = c.w.scalar(numberOf(c, 2, 'epsilon', 1e-12));
    c.emit('Div', [x, c.emit('Sqrt', [c.emit('Max', [squares, least])])], {}, c.output);
  },
  cast: (c) => {
    const wanted = text(c, 1, 'dtype', 'float32');
    const dtype = Object.hasOwn(casts, wanted) ? casts[wanted] : undefined;
    if (!dtype && !/^(float|bfloat|half|double)/.test(wanted)) refuse(`casts to ${wanted}`);
    c.emit('Cast', [operand(c, 0, 'x')], { to: typeCode(dtype ?? 'float32') }, c.output);
  },
  identity: (c) => c.give(operand(c, 0, 'x', 'input', 'value')),
};
