/** The operators of docs/rule-tables.md, each in a graph of its own. */
import { float32, int64, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { randomTensor, type SmallGraph, type SmallNode } from './gradientCheck';

/** A small graph of one operator, x → y, and what a test looks at in it. */
export interface Fixture {
  readonly small: SmallGraph;
  /** The values whose vectors are looked at; the input when left out. */
  readonly at?: readonly string[];
  /** Of a normalisation: which elements are normalised together, and γ of each element. */
  readonly groups?: readonly (readonly number[])[];
  readonly gamma?: readonly number[];
}

const node = (op: string, inputs: string, outputs?: string, attributes: SmallNode['attributes'] = {}): SmallNode => ({
  op,
  inputs: inputs.split(' '),
  attributes,
  ...(outputs !== undefined && { outputs: outputs.split(' ') }),
});
const number = (value: number) => float32([], Float32Array.of(value));
const ints = (...values: number[]) => int64([values.length], values);

function fixture(x: readonly number[], nodes: readonly SmallNode[], more: Partial<Fixture & SmallGraph> = {}): Fixture {
  const { constants = {}, ...rest } = more;
  return { small: { inputs: { x }, nodes, constants }, ...rest };
}

const alone = (op: string, attributes = {}) => fixture([12], [node(op, 'x', 'y', attributes)]);
/** x in two halves a and b. */
const halves = node('Split', 'x', 'a b', { axis: 1, num_outputs: 2 });
const two = (op: string, x: readonly number[] = [12]) => fixture(x, [halves, node(op, 'a b', 'y')], { at: ['a', 'b'] });

export const range = (length: number) => Array.from({ length }, (_, index) => index);
export const floats = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array, (value) => value + 0);
const gamma = randomTensor([4], 1, 0.5, 2);
const beta = randomTensor([4], 2);
const rowsOfFour = {
  groups: range(3).map((row) => range(4).map((i) => row * 4 + i)),
  gamma: range(12).map((i) => floats(gamma)[i % 4] as number),
};
const perChannel = (channels: number, size: number, together: number) => ({
  groups: range(channels / together).map((group) => range(together * size).map((i) => group * together * size + i)),
  gamma: range(channels * size).map((i) => floats(gamma)[Math.floor(i / size)] as number),
});

/** One graph for each row of the table, by the row's name. */
export const fixtures: Readonly<Record<string, Fixture>> = {
  ...Object.fromEntries(
    'Relu Elu Selu Celu Sigmoid Tanh HardSigmoid HardSwish Softplus Mish Gelu'.split(' ').map((op) => [op, alone(op)]),
  ),
  LeakyRelu: alone('LeakyRelu', { alpha: 0.3 }),
  PRelu: fixture([12], [node('PRelu', 'x slope', 'y')], { constants: { slope: randomTensor([12], 1, 0.1, 0.9) } }),
  'Clip from 0 (ReLU6)': fixture([12], [node('Clip', 'x low high', 'y')], {
    constants: { low: number(0), high: number(1) },
  }),
  'Clip elsewhere': fixture([12], [node('Clip', 'x low high', 'y')], {
    constants: { low: number(-1), high: number(1) },
  }),
  'GELU as Div, Erf, Add, Mul': fixture(
    [12],
    [
      node('Div', 'x root', 'd'),
      node('Erf', 'd', 'e'),
      node('Add', 'e one', 'f'),
      node('Mul', 'x f', 'p'),
      node('Mul', 'p half', 'y'),
    ],
    { constants: { root: number(Math.SQRT2), one: number(1), half: number(0.5) } },
  ),
  'SiLU as Sigmoid, Mul': fixture([12], [node('Sigmoid', 'x', 's'), node('Mul', 'x s', 'y')]),
  'HardSwish as Add, Clip, Mul, Div': fixture(
    [12],
    [node('Add', 'x three', 'a'), node('Clip', 'a zero six', 'c'), node('Mul', 'x c', 'p'), node('Div', 'p six', 'y')],
    { constants: { three: number(3), zero: number(0), six: number(6) } },
  ),
  Softmax: fixture([3, 4], [node('Softmax', 'x', 'y', { axis: -1 })]),
  LayerNormalization: fixture([3, 4], [node('LayerNormalization', 'x gamma beta', 'y')], {
    constants: { gamma, beta },
    ...rowsOfFour,
  }),
  'LayerNormalization as ReduceMean, Sub, Pow, Sqrt, Div': fixture(
    [3, 4],
    [
      node('ReduceMean', 'x last', 'm'),
      node('Sub', 'x m', 'c'),
      node('Pow', 'c two', 'q'),
      node('ReduceMean', 'q last', 'v'),
      node('Add', 'v tiny', 'w'),
      node('Sqrt', 'w', 'sigma'),
      node('Div', 'c sigma', 'n'),
      node('Mul', 'n gamma', 'scaled'),
      node('Add', 'scaled beta', 'y'),
    ],
    { constants: { gamma, beta, last: ints(-1), two: number(2), tiny: number(1e-5) }, ...rowsOfFour },
  ),
  InstanceNormalization: fixture([4, 3], [node('InstanceNormalization', 'x gamma beta', 'y')], {
    constants: { gamma, beta },
    ...perChannel(4, 3, 1),
  }),
  GroupNormalization: fixture([4, 3], [node('GroupNormalization', 'x gamma beta', 'y', { num_groups: 2 })], {
    constants: { gamma, beta },
    ...perChannel(4, 3, 2),
  }),
  BatchNormalization: fixture([4, 3], [node('BatchNormalization', 'x gamma beta mean gamma', 'y')], {
    constants: { gamma, beta, mean: randomTensor([4], 3) },
  }),
  Conv: fixture([2, 4, 4], [node('Conv', 'x w b', 'y', { pads: [1, 1, 1, 1] })], {
    constants: { w: randomTensor([3, 2, 3, 3], 1), b: randomTensor([3], 2) },
  }),
  ConvTranspose: fixture([2, 3, 3], [node('ConvTranspose', 'x w b', 'y', { strides: [2, 2] })], {
    constants: { w: randomTensor([2, 3, 3, 3], 1), b: randomTensor([3], 2) },
  }),
  Gemm: fixture([6], [node('Gemm', 'x w b', 'y')], {
    constants: { w: randomTensor([6, 4], 1), b: randomTensor([4], 2) },
  }),
  'MatMul with weights': fixture([3, 4], [node('MatMul', 'x w', 'y')], { constants: { w: randomTensor([4, 5], 1) } }),
  'MatMul with weights, then Add of a bias': fixture([3, 4], [node('MatMul', 'x w', 'p'), node('Add', 'p b', 'y')], {
    constants: { w: randomTensor([4, 5], 1), b: randomTensor([5], 2) },
  }),
  'MatMul of two values': fixture([6, 3], [halves, node('MatMul', 'a b', 'y')], { at: ['a', 'b'] }),
  'MatMul of attention weights and values': fixture(
    [6, 3],
    [
      halves,
      node('Softmax', 'a', 'weights'),
      node('Transpose', 'weights', 'turned', { perm: [0, 2, 1] }),
      node('MatMul', 'turned b', 'y'),
    ],
    { at: ['turned', 'b'] },
  ),
  'Add of two values': two('Add'),
  'Add of a bias': fixture([3, 4], [node('Add', 'x beta', 'y')], { constants: { beta } }),
  'Add of one number': fixture([12], [node('Add', 'x one', 'y')], { constants: { one: number(1) } }),
  'Mul of two values': two('Mul'),
  'Mul with a constant': fixture([3, 4], [node('Mul', 'x gamma', 'y')], { constants: { gamma } }),
  'Div of two values': fixture([12], [halves, node('Exp', 'b', 'e'), node('Div', 'a e', 'y')], { at: ['a', 'e'] }),
  MaxPool: fixture([1, 5, 5], [node('MaxPool', 'x', 'y', { kernel_shape: [3, 3], strides: [2, 2] })]),
  AveragePool: fixture([1, 5, 5], [node('AveragePool', 'x', 'y', { kernel_shape: [3, 3], strides: [2, 2] })]),
  GlobalAveragePool: fixture([2, 3, 3], [node('GlobalAveragePool', 'x', 'y')]),
  ReduceMean: fixture([3, 4], [node('ReduceMean', 'x last', 'y')], { constants: { last: ints(-1) } }),
  Resize: fixture([1, 3, 3], [node('Resize', 'x  scales', 'y', { mode: 'linear' })], {
    constants: { scales: float32([4], Float32Array.of(1, 1, 2, 1.5)) },
  }),
  Concat: fixture([12], [halves, node('Concat', 'b a', 'y', { axis: 1 })], { at: ['a', 'b'] }),
  Reshape: fixture([12], [node('Reshape', 'x shape', 'y')], { constants: { shape: ints(0, 3, 4) } }),
  Transpose: fixture([3, 4], [node('Transpose', 'x', 'y', { perm: [0, 2, 1] })]),
  Slice: fixture([12], [node('Slice', 'x from to axis', 'y')], {
    constants: { from: ints(2), to: ints(9), axis: ints(1) },
  }),
  Gather: fixture([12], [node('Gather', 'x which', 'y', { axis: 1 })], { constants: { which: ints(3, 0, 3) } }),
  Pad: fixture([12], [node('Pad', 'x pads', 'y')], { constants: { pads: ints(0, 2, 0, 1) } }),
};
