import { intAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { isFloat, toNumbers } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';
import { type BackwardContext, noGradient, type OperatorDefinition, type Operators } from './definition';
import { typeCode } from './elementTypes';
import { broadcastInputs, foldElementwise, foldVariadic, times, toInput, unary } from './elementwise';

function binary(
  apply: (a: number, b: number) => number,
  gradients: (b: BackwardContext) => readonly (() => string)[],
  fold = foldElementwise(apply),
): OperatorDefinition {
  return {
    inputs: [2],
    infer: (c) => [{ dtype: c.dtype(0), dims: broadcastInputs(c) }],
    fold,
    backward: (b) => gradients(b).map((gradient, index) => toInput(b, index, gradient)),
  };
}

/** Integer division truncates; float division does not. */
const foldDivision: NonNullable<OperatorDefinition['fold']> = (inputs, node) => {
  const integer = !isFloat((inputs[0] as Tensor).dtype);
  if (integer && toNumbers(inputs[1] as Tensor).includes(0)) return null;
  return foldElementwise((a, b) => (integer ? Math.trunc(a / b) : a / b))(inputs, node);
};

/** Mod has the divisor's sign, fmod (`fmod=1`) the dividend's. */
const foldModulo: NonNullable<OperatorDefinition['fold']> = (inputs, node: Node) =>
  intAttribute(node, 'fmod', 0) === 1
    ? foldElementwise((a, b) => a % b)(inputs, node)
    : foldElementwise((a, b) => (a % b) + (Math.sign(a % b) * Math.sign(b) < 0 ? b : 0))(inputs, node);

/** Sum, Mean, Min, Max of any number of operands. */
function variadic(
  fold: OperatorDefinition['fold'],
  gradient: (b: BackwardContext, index: number) => string,
): OperatorDefinition {
  return {
    inputs: [1, Number.POSITIVE_INFINITY],
    infer: (c) => [{ dtype: c.dtype(0), dims: broadcastInputs(c) }],
    fold,
    backward: (b) => b.node.inputs.map((_, index) => toInput(b, index, () => gradient(b, index))),
  };
}

/** Gradient of Min and Max: to the operands that attain it, in equal shares where several do (as torch.maximum). */
function extremeGradient(b: BackwardContext, index: number): string {
  const attains = (x: string) => b.emit('Cast', [b.emit('Equal', [x, b.y()])], { to: 1 });
  if (b.node.inputs.length === 1) return b.g();
  const shares = b.emit('Sum', b.node.inputs.map(attains));
  return times(b, b.emit('Div', [attains(b.x(index)), shares]));
}

/** p·x^(p−1), which is 0 for p = 0 also at x = 0; and y·log(x), 0 at x = 0. A constant p of 2 is by far the most frequent. */
function powGradients(b: BackwardContext): (() => string)[] {
  const [x, exponent] = [b.x(0), b.x(1)];
  const p = isFloat(b.dtype(exponent)) ? exponent : b.emit('Cast', [exponent], { to: typeCode(b.dtype(x)) });
  const constants = b.constant(exponent) && toNumbers(b.constant(exponent) as Tensor);
  const zeroAt = (zero: string, value: string) =>
    b.emit('Where', [b.emit('Equal', [zero, b.scalar(0)]), b.scalar(0), value]);
  const slope = () => b.emit('Mul', [p, b.emit('Pow', [x, b.emit('Sub', [p, b.scalar(1)])])]);
  const byBase = () => {
    if (constants?.every((value) => value === 2)) return b.emit('Mul', [x, b.scalar(2)]);
    return constants?.every((value) => value !== 0) ? slope() : zeroAt(p, slope());
  };
  return [() => times(b, byBase()), () => times(b, b.emit('Mul', [b.y(), zeroAt(x, b.emit('Log', [x]))]))];
}

/** Half to even, as ONNX's Round. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value - Math.trunc(value)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const step = (apply: (value: number) => number): OperatorDefinition => ({
  ...unary(() => '', apply),
  backward: noGradient,
});

export const arithmetic: Operators = {
  Add: binary(
    (a, b) => a + b,
    (b) => [() => b.g(), () => b.g()],
  ),
  Sub: binary(
    (a, b) => a - b,
    (b) => [() => b.g(), () => b.emit('Neg', [b.g()])],
  ),
  Mul: binary(
    (a, b) => a * b,
    (b) => [() => times(b, b.x(1)), () => times(b, b.x(0))],
  ),
  Div: binary(
    (a, b) => a / b,
    (b) => [() => b.emit('Div', [b.g(), b.x(1)]), () => b.emit('Neg', [b.emit('Div', [times(b, b.y()), b.x(1)])])],
    foldDivision,
  ),
  Pow: binary((a, b) => a ** b, powGradients),
  // x − n·y with n = (x − Mod) / y constant between the jumps.
  Mod: binary(
    () => 0,
    (b) => [() => b.g(), () => times(b, b.emit('Div', [b.emit('Sub', [b.y(), b.x(0)]), b.x(1)]))],
    foldModulo,
  ),

  Sum: variadic(
    foldVariadic((sum, value) => sum + value),
    (b) => b.g(),
  ),
  Mean: variadic(
    foldVariadic((sum, value) => sum + value, true),
    (b) => times(b, b.scalar(1 / b.node.inputs.length)),
  ),
  Min: variadic(foldVariadic(Math.min), extremeGradient),
  Max: variadic(foldVariadic(Math.max), extremeGradient),

  Neg: unary(
    (b) => b.emit('Neg', [b.g()]),
    (x) => -x,
  ),
  Abs: unary((b) => times(b, b.emit('Sign', [b.x()])), Math.abs),
  Sqrt: unary((b) => b.emit('Div', [times(b, b.scalar(0.5)), b.y()]), Math.sqrt),
  Exp: unary((b) => times(b, b.y()), Math.exp),
  Log: unary((b) => b.emit('Div', [b.g(), b.x()]), Math.log),
  Reciprocal: unary(
    (b) => b.emit('Neg', [times(b, b.emit('Mul', [b.y(), b.y()]))]),
    (x) => 1 / x,
  ),

  Floor: step(Math.floor),
  Ceil: step(Math.ceil),
  Round: step(roundHalfToEven),
  Sign: step(Math.sign),
};
