import { floatAttribute, stringAttribute } from '../attributes';
import { fromNumbers, toNumbers } from '../numbers';
import type { BackwardContext, Operators } from './definition';
import { typeCode } from './elementTypes';
import { broadcastInputs, times, toInput, unary } from './elementwise';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * g where the condition holds, 0 elsewhere. A product with the mask as numbers: onnxruntime's Where takes three passes over the data, which
 * made the whole gradient of a ResNet-50 8 % slower (batch 8: 435 against 399 ms).
 */
export function gate(b: BackwardContext, condition: string, g = b.g()): string {
  return b.emit('Mul', [g, b.emit('Cast', [condition], { to: typeCode(b.dtype(g)) })]);
}

/** g·slope where x ≤ 0 (`slope` a value of the graph), g elsewhere. */
function leak(b: BackwardContext, slope: string): string {
  return b.emit('Where', [b.emit('Greater', [b.x(), b.scalar(0)]), b.g(), times(b, slope)]);
}

/** d/dx of a branch that saturates exponentially below zero: y + shift there, `above` elsewhere. */
function exponentialTail(b: BackwardContext, above: number, shift: number): string {
  const tail = b.emit('Add', [b.y(), b.scalar(shift)]);
  return times(b, b.emit('Where', [b.emit('Greater', [b.x(), b.scalar(0)]), b.scalar(above), tail]));
}

/**
 * Clip lets the gradient through strictly between its bounds (as TensorFlow's Relu6Grad and PyTorch's hardtanh); the mask is read off y.
 * A bound that is computed gets what the values beyond it do not.
 */
function clipBackward(b: BackwardContext): (string | null)[] {
  const masks: string[] = [];
  if (b.has(1)) masks.push(b.emit('Greater', [b.y(), b.x(1)]));
  if (b.has(2)) masks.push(b.emit('Less', [b.y(), b.x(2)]));
  const [first, second] = masks;
  const inside = first && second ? b.emit('And', [first, second]) : first;
  return [
    b.wanted(0) ? (inside ? gate(b, inside) : b.g()) : null,
    toInput(b, 1, () => gate(b, b.emit('Less', [b.x(0), b.x(1)]))),
    toInput(b, 2, () => gate(b, b.emit('Greater', [b.x(0), b.x(2)]))),
  ];
}

/** Exact: Φ(x) + x·φ(x). Tanh approximation: ½(1+t) + ½x(1−t²)·√(2/π)(1+0.134145x²), t the tanh. */
function geluBackward(b: BackwardContext): string {
  const x = b.x();
  const mul = (a: string, c: string | number) => b.emit('Mul', [a, typeof c === 'number' ? b.scalar(c) : c]);
  const add = (a: string, c: string | number) => b.emit('Add', [a, typeof c === 'number' ? b.scalar(c) : c]);
  const square = mul(x, x);
  if (stringAttribute(b.node, 'approximate', 'none') === 'tanh') {
    const root = Math.sqrt(2 / Math.PI);
    const t = b.emit('Tanh', [mul(mul(x, add(mul(square, 0.044715), 1)), root)]);
    const slope = mul(b.emit('Sub', [b.scalar(1), mul(t, t)]), mul(add(mul(square, 0.134145), 1), root));
    return times(b, mul(add(add(t, 1), mul(x, slope)), 0.5));
  }
  const phi = mul(b.emit('Exp', [mul(square, -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  const cumulative = mul(add(b.emit('Erf', [mul(x, Math.SQRT1_2)]), 1), 0.5);
  return times(b, add(cumulative, mul(x, phi)));
}

/** t + x·(1 − t²)·σ(x), t = tanh(softplus(x)). */
function mishBackward(b: BackwardContext): string {
  const t = b.emit('Tanh', [b.emit('Softplus', [b.x()])]);
  const slope = b.emit('Sub', [b.scalar(1), b.emit('Mul', [t, t])]);
  const second = b.emit('Mul', [b.emit('Mul', [b.x(), slope]), b.emit('Sigmoid', [b.x()])]);
  return times(b, b.emit('Add', [t, second]));
}

export const activation: Operators = {
  // [y > 0] is [x > 0]; reading y lets the runtime fuse the Relu into the operator before it.
  Relu: unary(
    (b) => gate(b, b.emit('Greater', [b.y(), b.scalar(0)])),
    (x) => Math.max(x, 0),
  ),
  Clip: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    fold: ([x, low, high]) => {
      if (!x) return null;
      const [from = -Infinity] = low ? toNumbers(low) : [];
      const [to = Infinity] = high ? toNumbers(high) : [];
      return [
        fromNumbers(
          x.dtype,
          x.dims,
          toNumbers(x).map((value) => Math.min(Math.max(value, from), to)),
        ),
      ];
    },
    backward: clipBackward,
  },
  LeakyRelu: unary((b) => leak(b, b.scalar(floatAttribute(b.node, 'alpha', 0.01)))),
  PRelu: {
    infer: (c) => [{ dtype: c.dtype(0), dims: broadcastInputs(c) }],
    backward: (b) => [leak(b, b.x(1)), toInput(b, 1, () => times(b, b.emit('Min', [b.x(), b.scalar(0)])))],
  },
  Elu: unary((b) => exponentialTail(b, 1, floatAttribute(b.node, 'alpha', 1))),
  Selu: unary((b) => {
    const gamma = floatAttribute(b.node, 'gamma', 1.0507009873554805);
    return exponentialTail(b, gamma, gamma * floatAttribute(b.node, 'alpha', 1.6732632423543772));
  }),
  // y = α(e^(x/α) − 1) below zero: the slope there is y/α + 1.
  Celu: unary((b) => {
    const alpha = b.scalar(floatAttribute(b.node, 'alpha', 1));
    const tail = b.emit('Add', [b.emit('Div', [b.y(), alpha]), b.scalar(1)]);
    return times(b, b.emit('Where', [b.emit('Greater', [b.x(), b.scalar(0)]), b.scalar(1), tail]));
  }),
  ThresholdedRelu: unary((b) => gate(b, b.emit('Greater', [b.x(), b.scalar(floatAttribute(b.node, 'alpha', 1))]))),
  // x + bias below −λ, x − bias above λ, 0 between.
  Shrink: unary((b) =>
    gate(b, b.emit('Greater', [b.emit('Abs', [b.x()]), b.scalar(floatAttribute(b.node, 'lambd', 0.5))])),
  ),
  Sigmoid: unary((b) => times(b, b.emit('Mul', [b.y(), b.emit('Sub', [b.scalar(1), b.y()])])), sigmoid),
  Tanh: unary((b) => times(b, b.emit('Sub', [b.scalar(1), b.emit('Mul', [b.y(), b.y()])])), Math.tanh),
  HardSigmoid: unary((b) => {
    const inside = b.emit('And', [b.emit('Greater', [b.y(), b.scalar(0)]), b.emit('Less', [b.y(), b.scalar(1)])]);
    return gate(b, inside, times(b, b.scalar(floatAttribute(b.node, 'alpha', 0.2))));
  }),
  // hardsigmoid(x) + x/6 on |x| < 3.
  HardSwish: unary((b) => {
    const inside = b.emit('Less', [b.emit('Abs', [b.x()]), b.scalar(3)]);
    const slope = b.emit('Where', [inside, b.emit('Mul', [b.x(), b.scalar(1 / 6)]), b.scalar(0)]);
    return times(b, b.emit('Add', [b.emit('HardSigmoid', [b.x()], { alpha: 1 / 6, beta: 0.5 }), slope]));
  }),
  Erf: unary((b) => {
    const bell = b.emit('Exp', [b.emit('Neg', [b.emit('Mul', [b.x(), b.x()])])]);
    return times(b, b.emit('Mul', [bell, b.scalar(2 / Math.sqrt(Math.PI))]));
  }),
  Gelu: unary(geluBackward),
  Mish: unary(mishBackward),
  Softplus: unary((b) => times(b, b.emit('Sigmoid', [b.x()]))),
  Softsign: unary((b) => {
    const size = b.emit('Add', [b.emit('Abs', [b.x()]), b.scalar(1)]);
    return b.emit('Div', [b.g(), b.emit('Mul', [size, size])]);
  }),
};
