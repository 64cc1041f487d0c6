/** Families of graphs that grow with a number: every one must be read, bound, differentiated and compiled in time in proportion to it. */
import { float32, int64, type Tensor } from '../../../src/engine/graph/ir/tensor';
import type { Model, ModelGraph, ModelNode, ModelValue } from '../onnxModel';

/** What stands between the feature map `r` and the value `m`, both [1, 4, 2, 2]. */
interface Middle {
  readonly nodes: readonly ModelNode[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly outputs?: Readonly<Record<string, ModelValue>>;
  readonly functions?: Model['functions'];
  /** Steps in front of the network, from the image `x` to `image`, and behind it, from `answer` to `logits`. */
  readonly front?: readonly ModelNode[];
  readonly back?: readonly ModelNode[];
}

const feature: ModelValue = { dims: [1, 4, 2, 2] };

const node = (op: string, inputs: readonly string[], output: string, attributes: ModelNode['attributes'] = {}) => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** The value before step k. */
const before = (k: number): string => (k === 0 ? 'r' : `q${k - 1}`);

/** n steps one after the other: step k makes `q${k}` of `before(k)`. */
const chain = (n: number, step: (x: string, y: string, k: number) => readonly ModelNode[]): ModelNode[] => [
  ...range(n).flatMap((k) => step(before(k), `q${k}`, k)),
  node('Identity', [before(n)], 'm'),
];

const unary =
  (op: string, attributes: ModelNode['attributes'] = {}) =>
  (n: number): Middle => ({
    nodes: chain(n, (x, y) => [node(op, [x], y, attributes)]),
  });

const values = (count: number, value: (i: number) => number) =>
  Float32Array.from({ length: count }, (_, i) => value(i));
const scalar = (value: number): Tensor => float32([], Float32Array.of(value));
const truth: Tensor = { dtype: 'bool', dims: [], data: Uint8Array.of(1) };
const row = (value: number): Tensor =>
  float32(
    [4],
    values(4, (i) => value + i / 10),
  );
const position = (value: number): Tensor => ({ ...int64([1], [value]), dims: [] });

/** A branch that makes `a` of a value around it. */
const branch = (x: string, op = 'Relu'): ModelGraph => ({ nodes: [node(op, [x], 'a')], outputs: { a: feature } });

function nestedIfs(depth: number, x: string): ModelGraph {
  if (depth === 0) return branch(x);
  const inner = { then_branch: { g: nestedIfs(depth - 1, x) }, else_branch: { g: branch(x) } };
  return { nodes: [node('If', ['yes'], 'a', inner)], outputs: { a: feature } };
}

const loopBody: ModelGraph = {
  nodes: [node('Relu', ['v'], 'v2'), node('Identity', ['going'], 'going2')],
  inputs: { i: { dtype: 'int64', dims: [] }, going: { dtype: 'bool', dims: [] }, v: feature },
  outputs: { going2: { dtype: 'bool', dims: [] }, v2: feature },
};

const batchNorm = (x: string, y: string) => node('BatchNormalization', [x, 'scale', 'shift', 'mean', 'variance'], y);
const batchNormRows = { scale: row(1), shift: row(0), mean: row(0.1), variance: row(1) };

/** Name → the family, by its number of steps. */
export const families = {
  'chain of Relu': unary('Relu'),
  'chain of Identity': unary('Identity'),
  'chain of Sigmoid': unary('Sigmoid'),
  'chain of Tanh': unary('Tanh'),
  'chain of Gelu': unary('Gelu'),
  'chain of Softplus': unary('Softplus'),
  'chain of Mish': unary('Mish'),
  'chain of HardSwish': unary('HardSwish'),
  'chain of LeakyRelu': unary('LeakyRelu'),
  'chain of Softmax': unary('Softmax'),
  'chain of Dropout': unary('Dropout'),
  'chain of Cast': unary('Cast', { to: { i: 1 } }),
  'chain of Transpose': unary('Transpose', { perm: { ints: [0, 1, 3, 2] } }),
  'chain of MaxPool': unary('MaxPool', { kernel_shape: { ints: [1, 1] } }),
  'chain of swish': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [node('Sigmoid', [x], `${y}s`), node('Mul', [x, `${y}s`], y)]),
  }),
  'chain of sums with one value': (n: number): Middle => ({ nodes: chain(n, (x, y) => [node('Add', [x, 'r'], y)]) }),
  'chain of sums with constants': (n: number): Middle => ({
    nodes: chain(n, (x, y, k) => [node('Add', [x, `c${k}`], y)]),
    initializers: Object.fromEntries(range(n).map((k) => [`c${k}`, scalar(k / n)])),
  }),
  'chain of BatchNormalization': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [batchNorm(x, y)]),
    initializers: batchNormRows,
  }),
  'chain of Conv and BatchNormalization': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [node('Conv', [x, 'k'], `${y}c`), batchNorm(`${y}c`, y)]),
    initializers: {
      ...batchNormRows,
      k: float32(
        [4, 4, 1, 1],
        values(16, (i) => Math.sin(i) / 2),
      ),
    },
  }),
  'chain of rounded values': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [
      node('QuantizeLinear', [x, 'step', 'zero'], `${y}q`),
      node('DequantizeLinear', [`${y}q`, 'step', 'zero'], y),
    ]),
    initializers: { step: scalar(0.01), zero: { dtype: 'uint8', dims: [], data: Uint8Array.of(100) } },
  }),
  'chain of Expand': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [node('Expand', [x, 'whole'], y)]),
    initializers: { whole: int64([4], [1, 4, 2, 2]) },
  }),
  'chain of shape arithmetic': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [
      node('Shape', [x], `${y}s`),
      node('Gather', [`${y}s`, 'first'], `${y}n`),
      node('Unsqueeze', [`${y}n`, 'axis'], `${y}u`),
      node('Concat', [`${y}u`, y.at(-1) === '0' ? 'flat' : 'rest'], `${y}t`, { axis: { i: 0 } }),
      node('Reshape', [x, `${y}t`], `${y}f`),
      node('Reshape', [`${y}f`, 'whole'], y),
    ]),
    initializers: {
      first: position(0),
      axis: int64([1], [0]),
      flat: int64([1], [-1]),
      rest: int64([2], [4, 4]),
      whole: int64([4], [-1, 4, 2, 2]),
    },
  }),
  'chain of Pad and Slice': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [node('Pad', [x, 'pads'], `${y}p`), node('Slice', [`${y}p`, 'one', 'three', 'axis'], y)]),
    initializers: {
      pads: int64([8], [0, 0, 0, 1, 0, 0, 0, 1]),
      one: int64([1], [1]),
      three: int64([1], [3]),
      axis: int64([1], [3]),
    },
  }),
  ladder: (n: number): Middle => ({
    nodes: chain(n, (x, y, k) => [node('Add', [x, k < 2 ? 'r' : `q${k - 2}`], `${y}a`), node('Tanh', [`${y}a`], y)]),
  }),
  'chain of diamonds': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [
      node('Tanh', [x], `${y}a`),
      node('Sigmoid', [x], `${y}b`),
      node('Add', [`${y}a`, `${y}b`], y),
    ]),
  }),
  'fan into a Sum': (n: number): Middle => ({
    nodes: [
      ...range(n).map((k) => node('Add', ['r', 'r'], `q${k}`)),
      node(
        'Sum',
        range(n).map((k) => `q${k}`),
        'm',
      ),
    ],
  }),
  'fan into a Concat': (n: number): Middle => ({
    nodes: [
      ...range(n).map((k) => node('Tanh', ['r'], `q${k}`)),
      node(
        'Concat',
        range(n).map((k) => `q${k}`),
        'all',
        { axis: { i: 2 } },
      ),
      node('ReduceMean', ['all', 'axis'], 'm'),
    ],
    initializers: { axis: int64([1], [2]) },
  }),
  'fan of Slices': (n: number): Middle => ({
    nodes: [
      node('Expand', ['r', 'long'], 'wide'),
      node('Reshape', ['wide', 'row'], 'line'),
      ...range(n).map((k) => node('Slice', ['line', `b${k}`, `b${k + 1}`, 'axis'], `q${k}`)),
      node(
        'Sum',
        range(n).map((k) => `q${k}`),
        'm',
      ),
    ],
    initializers: {
      long: int64([5], [n, 1, 4, 2, 2]),
      row: int64([4], [1, 4 * n, 2, 2]),
      axis: int64([1], [1]),
      ...Object.fromEntries(range(n + 1).map((k) => [`b${k}`, int64([1], [4 * k])])),
    },
  }),
  'Split into many': (n: number): Middle => ({
    nodes: [
      node(
        'Concat',
        range(n).map(() => 'r'),
        'line',
        { axis: { i: 1 } },
      ),
      { op: 'Split', inputs: ['line', 'sizes'], outputs: range(n).map((k) => `q${k}`), attributes: { axis: { i: 1 } } },
      node(
        'Sum',
        range(n).map((k) => `q${k}`),
        'm',
      ),
    ],
    initializers: {
      sizes: int64(
        [n],
        range(n).map(() => 4),
      ),
    },
  }),
  'If after If': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [
      node('If', ['yes'], y, { then_branch: { g: branch(x) }, else_branch: { g: branch(x, 'Tanh') } }),
    ]),
    initializers: { yes: truth },
  }),
  'Ifs in Ifs': (n: number): Middle => ({
    nodes: chain(Math.ceil(n / 50), (x, y) => [
      node('If', ['yes'], y, { then_branch: { g: nestedIfs(50, x) }, else_branch: { g: branch(x) } }),
    ]),
    initializers: { yes: truth },
  }),
  'Loop after Loop': (n: number): Middle => ({
    nodes: chain(Math.ceil(n / 100), (x, y) => [node('Loop', ['turns', 'yes', x], y, { body: { g: loopBody } })]),
    initializers: { yes: truth, turns: position(100) },
  }),
  'calls of functions': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [{ ...node('twice', [x], y), domain: 'own' }]),
    functions: [
      {
        domain: 'own',
        name: 'twice',
        inputs: ['a'],
        outputs: ['c'],
        nodes: [node('Tanh', ['a'], 'b'), node('Add', ['b', 'b'], 'c')],
        opsets: { '': 20 },
      },
    ],
  }),
  'a sequence that grows': (n: number): Middle => ({
    nodes: [
      { op: 'SequenceEmpty', inputs: [], outputs: ['s0'] },
      ...range(n).map((k) => node('SequenceInsert', [`s${k}`, 'r'], `s${k + 1}`)),
      node('ConcatFromSequence', [`s${n}`], 'all', { axis: { i: 2 } }),
      node('ReduceMean', ['all', 'axis'], 'm'),
    ],
    initializers: { axis: int64([1], [2]) },
  }),
  'a sequence from the front': (n: number): Middle => ({
    nodes: [
      { op: 'SequenceConstruct', inputs: range(n).map(() => 'r'), outputs: ['s0'] },
      ...range(n - 1).flatMap((k) => [
        node('SequenceErase', [`s${k}`, 'first'], `e${k}`),
        node('SequenceErase', [`e${k}`], `f${k}`),
        node('SequenceInsert', [`f${k}`, 'r', 'first'], `s${k + 1}`),
      ]),
      node('SequenceAt', [`s${n - 1}`, 'first'], 'm'),
    ],
    initializers: { first: position(0) },
  }),
  'many outputs': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [node('Relu', [x], y)]),
    outputs: Object.fromEntries(range(n).map((k) => [`q${k}`, feature])),
  }),
  'many outputs behind plumbing': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [node('Identity', [x], y)]),
    outputs: Object.fromEntries(range(n).map((k) => [`q${k}`, feature])),
  }),
  'many outputs that are not supported': (n: number): Middle => ({
    nodes: [
      ...chain(n, (x, y) => [node('Relu', [x], y)]),
      ...range(n).map((k) => ({ ...node('Unknown', [`q${k}`], `u${k}`), domain: 'far' })),
    ],
    outputs: Object.fromEntries(range(n).map((k) => [`u${k}`, feature])),
  }),
  'many constants': (n: number): Middle => ({
    nodes: [node('Identity', ['r'], 'm')],
    initializers: Object.fromEntries(range(n).map((k) => [`c${k}`, scalar(k)])),
  }),
  'one name for all nodes': (n: number): Middle => ({
    nodes: chain(n, (x, y) => [{ ...node('Relu', [x], y), name: 'relu' }]),
  }),
  'an image that is handed on': (n: number): Middle => ({
    front: [
      ...range(n).map((k) => node('Identity', [k === 0 ? 'x' : `i${k - 1}`], `i${k}`)),
      node('Identity', [`i${n - 1}`], 'image'),
    ],
    nodes: [node('Identity', ['r'], 'm')],
  }),
  'an answer that is handed on': (n: number): Middle => ({
    nodes: [node('Identity', ['r'], 'm')],
    back: [
      ...range(n).map((k) => node('Flatten', [k === 0 ? 'answer' : `a${k - 1}`], `a${k}`)),
      node('Identity', [`a${n - 1}`], 'logits'),
    ],
  }),
  'many answers that are handed on': (n: number): Middle => ({
    nodes: [node('Identity', ['r'], 'm')],
    back: [
      ...range(n).map((k) => node('Flatten', [k === 0 ? 'answer' : `a${k - 1}`], `a${k}`)),
      node('Identity', [`a${n - 1}`], 'logits'),
    ],
    outputs: Object.fromEntries(range(n).map((k) => [`a${k}`, { dims: [1, 5] }])),
  }),
} satisfies Readonly<Record<string, (n: number) => Middle>>;

/** Of the 1×1 convolution in front of the steps, [4, 3]; tanh follows it. */
export const convWeights = values(12, (i) => Math.sin(i + 1));
/** Of the product behind the steps and the mean over all positions, [4, 5]. */
export const answerWeights = values(20, (i) => Math.cos(i + 1));

/** The logits of what the steps give, by channel, its mean taken. */
export function answerOf(pooled: readonly number[]): number[] {
  return range(5).map((j) => pooled.reduce((sum, value, c) => sum + value * (answerWeights[5 * c + j] as number), 0));
}

export type Family = keyof typeof families;

/** A small classifier with n steps of the family in it; its image is [1, 3, 2, 2], its answer 5 logits. */
export function growing(family: Family, n: number): Model {
  const { nodes, initializers, outputs, functions, front, back }: Middle = families[family](n);
  return {
    opset: 20,
    domains: { own: 1, far: 1 },
    functions,
    inputs: { x: { dims: [1, 3, 2, 2] } },
    outputs: { logits: { dims: [1, 5] }, ...outputs },
    initializers: {
      w: float32(
        [4, 3, 1, 1],
        values(12, (i) => Math.sin(i + 1)),
      ),
      d: float32(
        [4, 5],
        values(20, (i) => Math.cos(i + 1)),
      ),
      ...initializers,
    },
    nodes: [
      ...(front ?? []),
      node('Conv', [front ? 'image' : 'x', 'w'], 'c'),
      node('Tanh', ['c'], 'r'),
      ...nodes,
      node('GlobalAveragePool', ['m'], 'p'),
      node('Flatten', ['p'], 'f'),
      node('Gemm', ['f', 'd'], back ? 'answer' : 'logits'),
      ...(back ?? []),
    ],
  };
}
