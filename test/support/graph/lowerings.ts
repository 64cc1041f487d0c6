/** Operators for which onnxruntime has kernels of float32 only, written with operators that it has in float64 too. */

import type { GraphBuilder } from '../../../src/engine/graph/inference/builder';
import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../../src/engine/graph/ir/attributes';
import type { Node } from '../../../src/engine/graph/ir/graph';
import { fromNumbers } from '../../../src/engine/graph/ir/numbers';
import { elementCount, int64, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { convolutionKernel, groupsOf, padded, type Windows, windowsOf } from '../../../src/engine/graph/ops/windows';

/** A float64 scalar or row. */
function doubles(values: number | readonly number[]): Tensor {
  return typeof values === 'number'
    ? fromNumbers('float64', [], [values])
    : fromNumbers('float64', [values.length], values);
}

/** Appends nodes to the graph and names their result. */
export type Lowering = (l: Lowered) => string;

export interface Lowered {
  readonly node: Node;
  readonly builder: GraphBuilder;
  readonly x: (index?: number) => string;
  readonly dims: (name: string) => readonly number[];
  readonly emit: GraphBuilder['emit'];
}

/** Multiplies out lists of choices: every combination, the last list running fastest. */
function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((all, list) => all.flatMap((head) => list.map((last) => [...head, last])), [[]]);
}

const upTo = (length: number) => Array.from({ length }, (_, index) => index);

/**
 * For every kernel cell (row) and output cell (column) the flat input cell that meets them, or the cell behind the last one when none does.
 * A transposed convolution has input and output exchanged.
 */
function meetings(w: Windows, input: readonly number[], output: readonly number[], transposed: boolean): number[] {
  const place = (axis: number, k: number, o: number): number => {
    const [stride = 1, dilation = 1, begin = 0] = [w.strides[axis], w.dilations[axis], w.pads[axis]];
    const i = transposed ? (o + begin - k * dilation) / stride : o * stride + k * dilation - begin;
    return Number.isInteger(i) && i >= 0 && i < (input[axis] as number) ? i : -1;
  };
  const cells = combinations(output.map(upTo));
  return combinations(w.kernel.map(upTo)).flatMap((kernel) =>
    cells.map((cell) => {
      const places = cell.map((o, axis) => place(axis, kernel[axis] as number, o));
      if (places.includes(-1)) return elementCount(input);
      return places.reduce((flat, i, axis) => flat * (input[axis] as number) + i, 0);
    }),
  );
}

/** (N, channels, kernel cells, output cells): the input's cell, or 0, that each kernel cell meets for each output cell. */
function columnsOf(l: Lowered, windows: Windows, output: readonly number[], transposed: boolean): string {
  const { emit, builder } = l;
  const [, channels = 1, ...input] = l.dims(l.x());
  const sources = meetings(windows, input, output, transposed);
  const flat = emit('Reshape', [l.x(), builder.ints([0, channels, elementCount(input)])]);
  const withZero = emit('Pad', [flat, builder.ints([0, 0, 0, 0, 0, 1])]);
  const cells = elementCount(windows.kernel);
  return emit('Gather', [withZero, builder.tensor(int64([cells, sources.length / cells], sources))], { axis: 2 });
}

/** Sums of the cells under each window, divided by how many cells of the input (or of its padding too) are there. */
function averagePool(l: Lowered): string {
  const { emit, builder } = l;
  const [, channels = 1, ...input] = l.dims(l.x());
  const output = l.dims(l.node.outputs[0] as string).slice(2);
  const windows = windowsOf(l.node, intsAttribute(l.node, 'kernel_shape') ?? []);
  const sum = emit('ReduceSum', [columnsOf(l, windows, output, false), builder.ints([2])], { keepdims: 0 });
  const counted = intAttribute(l.node, 'count_include_pad', 0) === 1;
  const area = counted ? input.map((length, axis) => padded(windows, axis, length)) : input;
  const places = meetings(counted ? { ...windows, pads: windows.pads.map(() => 0) } : windows, area, output, false);
  const counts = new Array<number>(elementCount(output)).fill(0);
  places.forEach((place, index) => {
    if (place < elementCount(area)) counts[index % counts.length] = (counts[index % counts.length] as number) + 1;
  });
  return emit('Reshape', [emit('Div', [sum, builder.tensor(doubles(counts))]), builder.ints([0, channels, ...output])]);
}

/** The input's cells under every kernel cell, times the weights as a matrix of each group. */
function convolution(l: Lowered, transposed: boolean): string {
  const { emit, builder } = l;
  const w = l.x(1);
  const groups = groupsOf(l.node);
  const windows = windowsOf(l.node, convolutionKernel(l.node, l.dims(w)));
  const channels = l.dims(l.x())[1] as number;
  const [, outputs = 1, ...output] = l.dims(l.node.outputs[0] as string);
  const cells = elementCount(windows.kernel);
  const columns = columnsOf(l, windows, output, transposed);
  const rows = emit('Reshape', [columns, builder.ints([0, groups, (channels / groups) * cells, elementCount(output)])]);
  const [inner, outer] = [channels / groups, outputs / groups];
  const matrix = (dims: number[], value: string) => emit('Reshape', [value, builder.ints(dims)]);
  const weights = transposed
    ? emit('Transpose', [matrix([groups, inner, outer, cells], w)], { perm: [0, 2, 1, 3] })
    : w;
  const product = emit('MatMul', [matrix([groups, outer, inner * cells], weights), rows]);
  const y = emit('Reshape', [product, builder.ints([0, outputs, ...output])]);
  if (!l.node.inputs[2]) return y;
  return emit('Add', [y, emit('Reshape', [l.x(2), builder.ints([outputs, ...output.map(() => 1)])])]);
}

/** Nodes and weights of Gauss–Legendre quadrature on [0, 1], by Newton's iteration on the Legendre polynomial. */
function gaussLegendre(count: number): { readonly nodes: number[]; readonly weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    let t = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let iteration = 0; iteration < 60; iteration++) {
      let [before, now] = [0, 1];
      for (let n = 0; n < count; n++) [before, now] = [now, ((2 * n + 1) * t * now - n * before) / (n + 1)];
      slope = (count * (t * now - before)) / (t * t - 1);
      t -= now / slope;
    }
    nodes.push((1 + t) / 2);
    weights.push(1 / ((1 - t * t) * slope * slope));
  }
  return { nodes, weights };
}

const quadrature = gaussLegendre(48);

/** erf(x) = 2x/√π · ∫₀¹ exp(−(x·t)²) dt; to 1e-15 for |x| < 8, where exp(−x²) is 0 in float64's last place. */
function erf(l: Lowered, x: string): string {
  const { emit, builder } = l;
  const products = emit('Mul', [emit('Unsqueeze', [x, builder.ints([-1])]), builder.tensor(doubles(quadrature.nodes))]);
  const bell = emit('Exp', [emit('Neg', [emit('Mul', [products, products])])]);
  const weighted = emit('Mul', [bell, builder.tensor(doubles(quadrature.weights))]);
  const integral = emit('ReduceSum', [weighted, builder.ints([-1])], { keepdims: 0 });
  return emit('Mul', [emit('Mul', [x, integral]), builder.tensor(doubles(2 / Math.sqrt(Math.PI)))]);
}

/** Arithmetic on names and numbers. */
function arithmetic({ emit, builder }: Lowered) {
  const value = (a: string | number) => (typeof a === 'number' ? builder.tensor(doubles(a)) : a);
  const binary = (op: string) => (a: string | number, b: string | number) => emit(op, [value(a), value(b)]);
  return {
    add: binary('Add'),
    mul: binary('Mul'),
    div: binary('Div'),
    max: binary('Max'),
    min: binary('Min'),
    /** `yes` where x > 0, `no` elsewhere. */
    positive: (x: string, yes: string, no: string | number) => emit('Where', [binary('Greater')(x, 0), yes, value(no)]),
  };
}

function gelu(l: Lowered): string {
  const [{ add, mul }, x] = [arithmetic(l), l.x()];
  if (stringAttribute(l.node, 'approximate', 'none') === 'none') {
    return mul(mul(x, 0.5), add(erf(l, mul(x, Math.SQRT1_2)), 1));
  }
  const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(l.emit('Tanh', [inner]), 1));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|). */
function softplus(l: Lowered): string {
  const [{ add, max }, x] = [arithmetic(l), l.x()];
  return add(max(x, 0), l.emit('Log', [add(l.emit('Exp', [l.emit('Neg', [l.emit('Abs', [x])])]), 1)]));
}

function hardSigmoid(l: Lowered, alpha: number, beta: number): string {
  const { add, mul, max, min } = arithmetic(l);
  return max(min(add(mul(l.x(), alpha), beta), 1), 0);
}

/** α·(e^(x/β) − 1) below zero, γ·x above. */
function exponential(l: Lowered, alpha: number, beta: number, gamma: number): string {
  const [{ add, mul, div, positive, min }, x] = [arithmetic(l), l.x()];
  return positive(x, mul(x, gamma), mul(add(l.emit('Exp', [div(min(x, 0), beta)]), -1), alpha));
}

function global(op: string): Lowering {
  return (l) => l.emit(op, [l.x(), l.builder.ints(upTo(l.dims(l.x()).length).slice(2))], { keepdims: 1 });
}

export const lowerings: Readonly<Record<string, Lowering>> = {
  Conv: (l) => convolution(l, false),
  ConvTranspose: (l) => convolution(l, true),
  AveragePool: averagePool,
  GlobalAveragePool: global('ReduceMean'),
  GlobalMaxPool: global('ReduceMax'),
  Mean: (l) => arithmetic(l).div(l.emit('Sum', l.node.inputs), l.node.inputs.length),
  Erf: (l) => erf(l, l.x()),
  Gelu: gelu,
  Softplus: softplus,
  Mish: (l) => l.emit('Mul', [l.x(), l.emit('Tanh', [softplus(l)])]),
  Softsign: (l) => arithmetic(l).div(l.x(), arithmetic(l).add(l.emit('Abs', [l.x()]), 1)),
  HardSigmoid: (l) => hardSigmoid(l, floatAttribute(l.node, 'alpha', 0.2), floatAttribute(l.node, 'beta', 0.5)),
  HardSwish: (l) => l.emit('Mul', [l.x(), hardSigmoid(l, 1 / 6, 0.5)]),
  LeakyRelu: (l) => {
    const { mul, positive } = arithmetic(l);
    return positive(l.x(), l.x(), mul(l.x(), floatAttribute(l.node, 'alpha', 0.01)));
  },
  PRelu: (l) => arithmetic(l).positive(l.x(), l.x(), l.emit('Mul', [l.x(), l.x(1)])),
  ThresholdedRelu: (l) => {
    const { add, positive } = arithmetic(l);
    return positive(add(l.x(), -floatAttribute(l.node, 'alpha', 1)), l.x(), 0);
  },
  Elu: (l) => exponential(l, floatAttribute(l.node, 'alpha', 1), 1, 1),
  Celu: (l) => exponential(l, floatAttribute(l.node, 'alpha', 1), floatAttribute(l.node, 'alpha', 1), 1),
  Selu: (l) => {
    const gamma = floatAttribute(l.node, 'gamma', 1.0507009873554805);
    return exponential(l, gamma * floatAttribute(l.node, 'alpha', 1.6732632423543772), 1, gamma);
  },
  InstanceNormalization: (l) => normalised(l, l.dims(l.x())[1] as number),
  GroupNormalization: (l) => normalised(l, intAttribute(l.node, 'num_groups', 1)),
  Resize: repeated,
  Tan: (l) => l.emit('Div', [l.emit('Sin', [l.x()]), l.emit('Cos', [l.x()])]),
};

/** True for a Resize that repeats every element a whole number of times. */
export function repeats(node: Node, from: readonly (number | null)[], to: readonly (number | null)[]): boolean {
  const mode = (name: string, otherwise: string) => stringAttribute(node, name, otherwise);
  const floors = mode('mode', 'nearest') === 'nearest' && mode('nearest_mode', 'round_prefer_floor') === 'floor';
  const whole = from.every((length, axis) => Number.isInteger((to[axis] ?? Number.NaN) / (length ?? Number.NaN)));
  return floors && whole && mode('coordinate_transformation_mode', 'half_pixel') === 'asymmetric';
}

/** Every element of every axis but the first that many times. */
function repeated(l: Lowered): string {
  const [, ...from] = l.dims(l.x());
  const [, ...to] = l.dims(l.node.outputs[0] as string);
  const times = from.map((length, axis) => (to[axis] as number) / length);
  const split = l.emit('Reshape', [l.x(), l.builder.ints([0, ...from.flatMap((length) => [length, 1])])]);
  const tiled = l.emit('Tile', [split, l.builder.ints([1, ...times.flatMap((count) => [1, count])])]);
  return l.emit('Reshape', [tiled, l.builder.ints([0, ...to])]);
}

/** Each group of channels as one row, standardised; then scale and shift per channel. */
function normalised(l: Lowered, groups: number): string {
  const { emit, builder } = l;
  const { add, mul } = arithmetic(l);
  const [, channels = 1, ...spatial] = l.dims(l.x());
  const rows = emit('Reshape', [l.x(), builder.ints([0, groups, -1])]);
  const mean = (value: string) => emit('ReduceMean', [value, builder.ints([2])], { keepdims: 1 });
  const centred = emit('Sub', [rows, mean(rows)]);
  const deviation = emit('Sqrt', [add(mean(mul(centred, centred)), floatAttribute(l.node, 'epsilon', 1e-5))]);
  const standard = emit('Reshape', [emit('Div', [centred, deviation]), builder.ints([0, channels, ...spatial])]);
  const channel = (index: number) => emit('Reshape', [l.x(index), builder.ints([channels, ...spatial.map(() => 1)])]);
  return add(mul(standard, channel(1)), channel(2));
}
