/** Operators on constants that make new numbers element by element. */

import { isFloat } from '../../../../graph/ir/numbers';
import type { DType } from '../../../../graph/ir/tensor';
import { NumberArray, rounded, type Work } from './numberArray';
import { expand } from './views';

export type Operand = NumberArray | number | boolean;

const logical: DType = 'bool';
const floorMod = (a: number, b: number) => a - b * Math.floor(a / b);

/** By operator: the number of two. The first of `kinds` says what type the result has: that of the operands, truth values, or floats. */
const binary: ReadonlyMap<string, readonly [kind: 'same' | 'bool' | 'float', (a: number, b: number) => number]> =
  new Map([
    ['add', ['same', (a: number, b: number) => a + b]],
    ['sub', ['same', (a: number, b: number) => a - b]],
    ['rsub', ['same', (a: number, b: number) => b - a]],
    ['mul', ['same', (a: number, b: number) => a * b]],
    ['div', ['float', (a: number, b: number) => a / b]],
    ['true_divide', ['float', (a: number, b: number) => a / b]],
    ['floor_divide', ['same', (a: number, b: number) => Math.floor(a / b)]],
    ['remainder', ['same', floorMod]],
    ['fmod', ['same', (a: number, b: number) => a % b]],
    ['pow', ['same', (a: number, b: number) => a ** b]],
    ['maximum', ['same', Math.max]],
    ['minimum', ['same', Math.min]],
    ['eq', ['bool', (a: number, b: number) => Number(a === b)]],
    ['ne', ['bool', (a: number, b: number) => Number(a !== b)]],
    ['lt', ['bool', (a: number, b: number) => Number(a < b)]],
    ['le', ['bool', (a: number, b: number) => Number(a <= b)]],
    ['gt', ['bool', (a: number, b: number) => Number(a > b)]],
    ['ge', ['bool', (a: number, b: number) => Number(a >= b)]],
    ['logical_and', ['bool', (a: number, b: number) => Number(a !== 0 && b !== 0)]],
    ['logical_or', ['bool', (a: number, b: number) => Number(a !== 0 || b !== 0)]],
    ['logical_xor', ['bool', (a: number, b: number) => Number((a !== 0) !== (b !== 0))]],
    ['__and__', ['same', (a: number, b: number) => a & b]],
    ['__or__', ['same', (a: number, b: number) => a | b]],
    ['bitwise_and', ['same', (a: number, b: number) => a & b]],
    ['bitwise_or', ['same', (a: number, b: number) => a | b]],
  ]);

const unary: ReadonlyMap<string, readonly [kind: 'same' | 'bool' | 'float', (a: number) => number]> = new Map([
  ['neg', ['same', (a: number) => -a]],
  ['abs', ['same', Math.abs]],
  ['sign', ['same', Math.sign]],
  ['floor', ['same', Math.floor]],
  ['ceil', ['same', Math.ceil]],
  ['trunc', ['same', Math.trunc]],
  ['round', ['same', (a: number) => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a))]],
  ['square', ['same', (a: number) => a * a]],
  ['exp', ['float', Math.exp]],
  ['expm1', ['float', Math.expm1]],
  ['log', ['float', Math.log]],
  ['log2', ['float', Math.log2]],
  ['log10', ['float', Math.log10]],
  ['log1p', ['float', Math.log1p]],
  ['sqrt', ['float', Math.sqrt]],
  ['rsqrt', ['float', (a: number) => 1 / Math.sqrt(a)]],
  ['reciprocal', ['float', (a: number) => 1 / a]],
  ['sin', ['float', Math.sin]],
  ['cos', ['float', Math.cos]],
  ['tanh', ['float', Math.tanh]],
  ['sigmoid', ['float', (a: number) => 1 / (1 + Math.exp(-a))]],
  ['logical_not', ['bool', (a: number) => Number(a === 0)]],
]);

const order: readonly DType[] = [
  'bool',
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'bfloat16',
  'float32',
  'float64',
];
const category = (dtype: DType) => (dtype === 'bool' ? 0 : isFloat(dtype) ? 2 : 1);

/** PyTorch's promotion: among arrays the higher type, a number counts only when it is of a higher kind. */
function promoted(operands: readonly Operand[]): DType {
  let result: DType = 'bool';
  for (const operand of operands) {
    if (operand instanceof NumberArray && order.indexOf(operand.dtype) > order.indexOf(result)) result = operand.dtype;
  }
  for (const operand of operands) {
    if (operand instanceof NumberArray || typeof operand === 'boolean') continue;
    const dtype: DType = Number.isInteger(operand) ? 'int64' : 'float32';
    if (category(dtype) > category(result)) result = dtype;
  }
  return result;
}

export function broadcastDims(operands: readonly Operand[]): number[] | undefined {
  const shapes = operands.flatMap((operand) => (operand instanceof NumberArray ? [operand.dims] : []));
  const rank = Math.max(0, ...shapes.map((dims) => dims.length));
  const result = new Array<number>(rank).fill(1);
  for (const dims of shapes) {
    for (const [axis, length] of dims.entries()) {
      const at = axis + rank - dims.length;
      if (result[at] === 1) result[at] = length;
      else if (length !== 1 && length !== result[at]) return undefined;
    }
  }
  return result;
}

/** The number of each place of the broadcast operands. */
export function mapped(
  operands: readonly Operand[],
  dtype: DType,
  of: (values: readonly number[]) => number,
  work: Work,
): NumberArray | undefined {
  const dims = broadcastDims(operands);
  if (!dims) return undefined;
  const result = NumberArray.filled(dims, dtype, 0, work);
  const spread = operands.map((operand) =>
    operand instanceof NumberArray ? expand(operand, dims)?.values(work) : Number(operand),
  );
  for (let i = 0; i < result.numbers.length; i++) {
    const values = spread.map((each) => (typeof each === 'number' ? each : (each?.[i] as number)));
    result.numbers[i] = rounded(dtype, of(values));
  }
  return result;
}

const resultType = (kind: 'same' | 'bool' | 'float', operands: readonly Operand[]): DType => {
  const type = promoted(operands);
  if (kind === 'bool') return logical;
  return kind === 'float' && !isFloat(type) ? 'float32' : type;
};

export function elementwise(op: string, operands: readonly Operand[], work: Work): NumberArray | undefined {
  const [one, two] = [unary.get(op), binary.get(op)];
  if (one && operands.length === 1) {
    return mapped(operands, resultType(one[0], operands), ([a]) => one[1](a as number), work);
  }
  if (!two || operands.length !== 2) return undefined;
  return mapped(operands, resultType(two[0], operands), ([a, b]) => two[1](a as number, b as number), work);
}

export function where(condition: Operand, yes: Operand, no: Operand, work: Work): NumberArray | undefined {
  return mapped([condition, yes, no], promoted([yes, no]), ([c, a, b]) => (c !== 0 ? a : b) as number, work);
}

export function clamp(x: NumberArray, low: number | null, high: number | null, work: Work): NumberArray | undefined {
  const of = (value: number) =>
    Math.min(Math.max(value, low ?? Number.NEGATIVE_INFINITY), high ?? Number.POSITIVE_INFINITY);
  return mapped([x], x.dtype, ([value]) => of(value as number), work);
}
