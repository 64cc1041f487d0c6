/** What each operator that is not linear does with multipliers. */
import { intAttribute } from '../../ir/attributes';
import { toInput } from '../../ops/elementwise';
import { add, difference, divide, middle, multiply, overDifference, own, type Rescaling, subtract } from './rescale';

export type Row = (r: Rescaling) => readonly (string | null)[];

/** y = f(x) elementwise: m = g·Δy/Δx (the rescale rule, Shrikumar et al. 2017, arXiv:1704.02685). */
export const elementwise: Row = (r) => {
  const contribution = multiply(r, r.g(), difference(r, r.y()));
  const gradient = own(r, {})[0] as string;
  return [overDifference(r, contribution, difference(r, r.x()), gradient)];
};

/**
 * y bilinear in its operands: each gets the gradient at the middle of the others, because Δ(ab) = Δa·(b + b')/2 + Δb·(a + a')/2. These are
 * the Shapley values of the two operands, as in shap.
 */
export const bilinear: Row = (r) => {
  const varying = r.node.inputs.filter((name) => r.reference(name) !== name);
  return varying.length < 2 ? own(r, {}) : atMiddle(r);
};

/** The gradient between the input and the reference: exact for squares too, as Δ(x²) = Δx·(x + x'). */
export const atMiddle: Row = (r) =>
  own(r, { inputs: r.node.inputs.map((name) => (name === '' ? '' : middle(r, name))) });

/** a/b = a·(1/b), and Δ(1/b) = −Δb/(b·b'). */
export const quotient: Row = (r) => {
  const [a, b] = [r.x(0), r.x(1)];
  const reference = r.reference(b);
  const inverses = add(r, r.emit('Reciprocal', [b]), r.emit('Reciprocal', [reference]));
  const slope = () => r.emit('Neg', [divide(r, middle(r, a), multiply(r, b, reference))]);
  return [
    toInput(r, 0, () => multiply(r, r.g(), multiply(r, inverses, r.scalar(0.5)))),
    toInput(r, 1, () => multiply(r, r.g(), slope())),
  ];
};

/** The reference in the shape of `name`, and the operator's outputs for it. */
function atReference(r: Rescaling) {
  const inputs = r.node.inputs.map((name) => (name === '' ? '' : r.reference(name)));
  const [y, indices] = r.emitMany(r.node.op, inputs, r.node.op === 'MaxPool' ? 2 : 1, r.node.attributes);
  return { inputs, y: y as string, indices };
}

/**
 * Maxima: where Δy > 0 it is credited to the input's maximum, where Δy < 0 to the reference's, so that a credited element always moved at
 * least as far as y (as captum does for max pooling). Minima the other way round.
 */
export function extreme(kind: 'maximum' | 'minimum'): Row {
  return (r) => {
    const reference = atReference(r);
    const dy = subtract(r, r.y(), reference.y);
    const zero = r.scalar(0);
    const [here, there] = (kind === 'maximum' ? ['Max', 'Min'] : ['Min', 'Max']) as [string, string];
    const credited = own(r, { g: multiply(r, r.g(), r.emit(here, [dy, zero])) });
    const elsewhere = own(r, { ...reference, g: multiply(r, r.g(), r.emit(there, [dy, zero])) });
    const gradients = own(r, {});
    return credited.map((part, index) => {
      const other = elsewhere[index];
      const gradient = gradients[index];
      if (!part || !other || !gradient) return null;
      return overDifference(r, add(r, part, other), difference(r, r.x(index)), gradient);
    });
  };
}

/**
 * y = exp(x − L), L the logarithm of the sum: with a = Δy/Δ(x − L) (the rescale rule for exp), Σ Δy = 0 makes ΔL = Σ a·Δx / Σ a, so the
 * multiplier is a ⊙ (g − Σ g·a / Σ a). Exact, unmoved by what is added to all of x, and the gradient where nothing moved. captum instead
 * takes Δy/Δx elementwise and subtracts its mean, which does not sum to Δy.
 */
export const softmax: Row = (r) => {
  const axes = r.ints([intAttribute(r.node, 'axis', -1)]);
  const total = (value: string) => r.emit('ReduceSum', [value, axes], { keepdims: 1 });
  const logarithm = (x: string) => {
    const shifted = subtract(r, x, r.emit('ReduceMax', [x, axes], { keepdims: 1 }));
    return subtract(r, shifted, r.emit('Log', [total(r.emit('Exp', [shifted]))]));
  };
  const moved = subtract(r, logarithm(r.x()), logarithm(r.reference(r.x())));
  const a = overDifference(r, difference(r, r.y()), moved, r.y());
  const mean = divide(r, total(multiply(r, r.g(), a)), total(a));
  return [multiply(r, a, subtract(r, r.g(), mean))];
};
