import { intAttribute, intsAttribute } from '../ir/attributes';
import { fromNumbers, numbersOf, stridesOf, toNumbers, walk } from '../ir/numbers';
import { elementCount, type Tensor } from '../ir/tensor';
import {
  type BackwardContext,
  type InferContext,
  noGradient,
  type OperatorDefinition,
  type Operators,
} from './definition';

/** Axes that a reduction removes, counted from 0; none given means all of them (or none, with `noop_with_empty_axes`). */
function reducedAxes(node: InferContext['node'], rank: number, given: readonly number[] | undefined): number[] {
  const axes = given ?? intsAttribute(node, 'axes') ?? [];
  if (axes.length > 0) return axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const none = intAttribute(node, 'noop_with_empty_axes', 0) === 1;
  return none ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

function reducedDims(dims: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return dims.flatMap((length, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [length]));
}

const keepsAxes = (node: InferContext['node']) => intAttribute(node, 'keepdims', 1) === 1;

function inferReduction(c: InferContext) {
  const axes = reducedAxes(c.node, c.dims(0).length, c.ints(1));
  for (const axis of axes) c.axis(axis, c.dims(0).length);
  return [{ dtype: c.dtype(0), dims: reducedDims(c.dims(0), axes, keepsAxes(c.node)) }];
}

/** A reduction of numbers that come one after the other. */
interface Combine {
  readonly start: number;
  readonly add: (total: number, value: number) => number;
  readonly finish?: (total: number, count: number) => number;
}

/** All groups of elements in one walk, which stands still along the reduced axes. */
function combined(x: Tensor, axes: readonly number[], { start, add, finish }: Combine): Float64Array {
  const kept = reducedDims(x.dims, axes, true);
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const [places, values] = [walk(x.dims, strides), numbersOf(x)];
  const totals = new Float64Array(elementCount(kept)).fill(start);
  for (let flat = 0; flat < values.length; flat++) {
    const group = places[flat] as number;
    totals[group] = add(totals[group] as number, values[flat] as number);
  }
  const count = values.length / totals.length;
  return finish ? totals.map((total) => finish(total, count)) : totals;
}

/** Evaluates a reduction. */
function foldReduction(combine: Combine): NonNullable<OperatorDefinition['fold']> {
  return ([data, axesInput], node) => {
    const x = data as Tensor;
    const axes = reducedAxes(node, x.dims.length, axesInput && toNumbers(axesInput));
    return [fromNumbers(x.dtype, reducedDims(x.dims, axes, keepsAxes(node)), combined(x, axes, combine))];
  };
}

/** What a reduction's backward rule works with. */
interface Reduced {
  readonly axes: readonly number[];
  /** Number of elements that are combined into one. */
  readonly count: number;
  /** A value of the output's shape with the reduced axes put back as length 1, so that it broadcasts against x. */
  readonly restore: (value: string) => string;
  /** Repeats a restored value along the reduced axes. */
  readonly expand: (value: string) => string;
}

function reduced(b: BackwardContext): Reduced {
  const dims = b.dims(b.x());
  const given = b.has(1) ? b.constant(b.x(1)) : undefined;
  if (b.has(1) && !given) b.unsupported('has axes that are computed from the data');
  const axes = reducedAxes(b.node, dims.length, given && toNumbers(given));
  return {
    axes,
    count: axes.reduce((product, axis) => product * (dims[axis] as number), 1),
    restore: (value) => (keepsAxes(b.node) ? value : b.emit('Unsqueeze', [value, b.ints(axes)])),
    expand: (value) =>
      b.emit('Expand', [value, b.ints(dims.map((length, axis) => (axes.includes(axis) ? length : 1)))]),
  };
}

function reduction(
  combine: Combine | undefined,
  gradient: ((b: BackwardContext, r: Reduced) => string) | undefined,
): OperatorDefinition {
  return {
    infer: inferReduction,
    fold: combine && foldReduction(combine),
    backward: gradient && ((b) => [gradient(b, reduced(b))]),
  };
}

/** To the elements that attain the extreme, in equal shares where several do (as torch.amax and TensorFlow). */
function extremeGradient(b: BackwardContext, r: Reduced): string {
  if (r.axes.length === 0) return b.g();
  const attains = b.emit('Cast', [b.emit('Equal', [b.x(), r.restore(b.y())])], { to: 1 });
  const shares = b.emit('ReduceSum', [attains, b.ints(r.axes)], { keepdims: 1 });
  return b.emit('Mul', [attains, b.emit('Div', [r.restore(b.g()), shares])]);
}

/** The product of the others: y / x where nothing is 0; where one element alone is 0, it gets the product of the rest. */
function productGradient(b: BackwardContext, r: Reduced): string {
  if (r.axes.length === 0) return b.g();
  const over = (op: string, value: string) => b.emit(op, [value, b.ints(r.axes)], { keepdims: 1 });
  const isZero = b.emit('Equal', [b.x(), b.scalar(0)]);
  const rest = b.emit('Where', [isZero, b.scalar(1), b.x()]);
  const zeros = over('ReduceSum', b.emit('Cast', [isZero], { to: 1 }));
  const product = b.emit('Mul', [over('ReduceProd', rest), r.restore(b.g())]);
  const where = (count: number, value: string) =>
    b.emit('Where', [b.emit('Equal', [zeros, b.scalar(count)]), value, b.scalar(0)]);
  return b.emit('Where', [isZero, where(1, product), b.emit('Div', [where(0, product), rest])]);
}

/** Arg-extremes and other positions: no gradient. */
const position: OperatorDefinition = {
  infer: (c) => {
    const axis = c.axis(intAttribute(c.node, 'axis', 0), c.dims(0).length);
    return [{ dtype: 'int64', dims: reducedDims(c.dims(0), [axis], keepsAxes(c.node)) }];
  },
  backward: noGradient,
};

const sum: Combine = { start: 0, add: (total, value) => total + value };

export const reductions: Operators = {
  ReduceSum: reduction(sum, (b, r) => r.expand(r.restore(b.g()))),
  ReduceMean: reduction({ ...sum, finish: (total, count) => total / count }, (b, r) =>
    r.expand(r.restore(b.emit('Mul', [b.g(), b.scalar(1 / r.count)]))),
  ),
  ReduceMax: reduction({ start: Number.NEGATIVE_INFINITY, add: Math.max }, extremeGradient),
  ReduceMin: reduction({ start: Number.POSITIVE_INFINITY, add: Math.min }, extremeGradient),
  ReduceProd: reduction({ start: 1, add: (product, value) => product * value }, productGradient),
  ReduceSumSquare: reduction({ start: 0, add: (total, value) => total + value * value }, (b, r) =>
    b.emit('Mul', [b.emit('Mul', [b.x(), b.scalar(2)]), r.restore(b.g())]),
  ),
  ReduceL1: reduction({ start: 0, add: (total, value) => total + Math.abs(value) }, (b, r) =>
    b.emit('Mul', [b.emit('Sign', [b.x()]), r.restore(b.g())]),
  ),
  // x / y · g; at y = 0 the smallest normal number stands in, which gives 0.
  ReduceL2: reduction({ start: 0, add: (total, value) => total + value * value, finish: Math.sqrt }, (b, r) => {
    const norm = b.emit('Max', [b.y(), b.scalar(1.1754943508222875e-38)]);
    return b.emit('Mul', [b.x(), r.restore(b.emit('Div', [b.g(), norm]))]);
  }),
  ReduceLogSum: reduction({ ...sum, finish: Math.log }, (b, r) =>
    r.expand(r.restore(b.emit('Mul', [b.g(), b.emit('Exp', [b.emit('Neg', [b.y()])])]))),
  ),
  ReduceLogSumExp: reduction(undefined, (b, r) => {
    const share = b.emit('Exp', [b.emit('Sub', [b.x(), r.restore(b.y())])]);
    return b.emit('Mul', [share, r.restore(b.g())]);
  }),
  ArgMax: position,
  ArgMin: position,
};
