/** Random graphs of operators that the engine differentiates, for tests of what happens between operators. */
import { elementCount, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { ints, randomNumbers, randomTensor, type SmallGraph, type SmallNode, scalar } from './smallGraph';

/** A value and its shape without the batch. */
interface Value {
  readonly name: string;
  readonly dims: readonly number[];
}

interface Draft {
  /** A whole number below `count`. */
  readonly below: (count: number) => number;
  /** One of the values so far that the condition holds for; undefined when there is none. */
  readonly pick: (condition?: (value: Value) => boolean) => Value | undefined;
  readonly constant: (tensor: Tensor) => string;
  readonly add: (
    op: string,
    inputs: readonly string[],
    dims: readonly number[],
    attributes?: SmallNode['attributes'],
  ) => Value;
  /** A value to go on from. */
  readonly keep: (...values: Value[]) => void;
}

const isImage = ({ dims }: Value) => dims.length === 3;
const same = (a: Value) => (b: Value) => a.dims.join() === b.dims.join();

/** Operators of one operand that keep the shape, for operands between about −2 and 2. */
const keeping = [
  ...['Relu', 'LeakyRelu', 'Sigmoid', 'Tanh', 'Softplus', 'Gelu', 'Mish', 'Erf', 'HardSwish', 'Elu', 'Abs', 'Neg'],
  ...['Sin', 'Cos', 'Softsign', 'Softmax', 'LogSoftmax', 'Identity', 'HardSigmoid'],
];

/** Every step appends one operator, or a few that belong together, when there is a value that fits. */
const steps: readonly ((d: Draft) => void)[] = [
  (d) => unary(d, keeping[d.below(keeping.length)] as string),
  (d) => unary(d, keeping[d.below(keeping.length)] as string),
  (d) => binary(d, ['Add', 'Sub', 'Mul', 'Max', 'Min', 'Mean', 'Sum'][d.below(7)] as string),
  (d) => binary(d, ['Add', 'Sub', 'Mul', 'Max', 'Min', 'Mean', 'Sum'][d.below(7)] as string),
  quotient,
  root,
  convolve,
  depthwise,
  pool,
  reduce,
  centre,
  concatenate,
  split,
  slice,
  gather,
  pad,
  turn,
  flatten,
  product,
  choose,
];

function unary(d: Draft, op: string): void {
  const x = d.pick(({ dims }) => dims.length > 0);
  if (x) d.keep(d.add(op, [x.name], x.dims));
}

/** With an operand of the same shape, which may be the same value, or of its mean over one axis. */
function binary(d: Draft, op: string): void {
  const a = d.pick();
  if (!a) return;
  if (a.dims.length < 2 || d.below(2) === 0) {
    const b = d.pick(same(a)) as Value;
    d.keep(d.add(op, [a.name, b.name], a.dims));
    return;
  }
  const axis = d.below(a.dims.length);
  const dims = a.dims.map((length, index) => (index === axis ? 1 : length));
  const mean = d.add('ReduceMean', [a.name, d.constant(ints(axis + 1))], dims, { keepdims: 1 });
  d.keep(d.add(op, d.below(2) === 0 ? [a.name, mean.name] : [mean.name, a.name], a.dims));
}

function quotient(d: Draft): void {
  const a = d.pick();
  const b = a && d.pick(same(a));
  if (!a || !b) return;
  const positive = d.add('Exp', [d.add('Tanh', [b.name], b.dims).name], b.dims);
  d.keep(d.add('Div', [a.name, positive.name], a.dims));
}

function root(d: Draft): void {
  const x = d.pick();
  if (!x) return;
  const positive = d.add('Add', [d.add('Mul', [x.name, x.name], x.dims).name, d.constant(scalar(0.5))], x.dims);
  const op = ['Sqrt', 'Log', 'Reciprocal'][d.below(3)] as string;
  d.keep(d.add(op, [positive.name], x.dims));
}

function convolve(d: Draft): void {
  const x = d.pick(isImage);
  if (!x) return;
  const [channels = 1, height = 1, width = 1] = x.dims;
  const [outputs, stride] = [1 + d.below(3), 1 + d.below(2)];
  const w = d.constant(randomTensor([outputs, channels, 3, 3], d.below(1000), -0.4, 0.4));
  const dims = [outputs, Math.ceil(height / stride), Math.ceil(width / stride)];
  d.keep(d.add('Conv', [x.name, w], dims, { strides: [stride, stride], pads: [1, 1, 1, 1] }));
}

function depthwise(d: Draft): void {
  const x = d.pick(isImage);
  if (!x) return;
  const [channels = 1, height = 1, width = 1] = x.dims;
  const w = d.constant(randomTensor([channels, 1, 2, 2], d.below(1000), -0.6, 0.6));
  const up = d.below(2) === 0;
  const dims = up ? [channels, height + 1, width + 1] : x.dims;
  d.keep(
    d.add(up ? 'ConvTranspose' : 'Conv', [x.name, w], dims, {
      group: channels,
      pads: up ? [0, 0, 0, 0] : [1, 0, 0, 1],
    }),
  );
}

function pool(d: Draft): void {
  const x = d.pick((value) => isImage(value) && value.dims.slice(1).every((length) => length > 1));
  if (!x) return;
  const [channels = 1, height = 1, width = 1] = x.dims;
  const op = ['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'][d.below(4)] as string;
  if (op.startsWith('Global')) d.keep(d.add(op, [x.name], [channels, 1, 1]));
  else d.keep(d.add(op, [x.name], [channels, height - 1, width - 1], { kernel_shape: [2, 2] }));
}

function reduce(d: Draft): void {
  const x = d.pick(({ dims }) => dims.length > 1);
  if (!x) return;
  const axis = d.below(x.dims.length);
  const ops = ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL1', 'ReduceSumSquare', 'ReduceLogSumExp'];
  const keepdims = d.below(2);
  const dims = x.dims.flatMap((length, index) => (index === axis ? (keepdims ? [1] : []) : [length]));
  d.keep(d.add(ops[d.below(ops.length)] as string, [x.name, d.constant(ints(axis + 1))], dims, { keepdims }));
}

function centre(d: Draft): void {
  const x = d.pick(isImage);
  if (!x) return;
  const [channels = 1] = x.dims;
  const [scale, shift] = [1, 2].map((salt) => d.constant(randomTensor([channels], d.below(1000) + salt, 0.5, 1)));
  const operands = [x.name, scale as string, shift as string];
  if (d.below(2) === 0) d.keep(d.add('InstanceNormalization', operands, x.dims, { epsilon: 0.1 }));
  else d.keep(d.add('GroupNormalization', operands, x.dims, { num_groups: 1, epsilon: 0.1 }));
}

function concatenate(d: Draft): void {
  const a = d.pick(({ dims }) => dims.length > 0);
  const b = a && d.pick(({ dims }) => dims.length === a.dims.length && dims.slice(1).join() === a.dims.slice(1).join());
  if (a && b)
    d.keep(
      d.add('Concat', [a.name, b.name], [(a.dims[0] as number) + (b.dims[0] as number), ...a.dims.slice(1)], {
        axis: 1,
      }),
    );
}

/** Two parts, of which one may be left unread. */
function split(d: Draft): void {
  const x = d.pick(({ dims }) => (dims[0] ?? 0) > 1);
  if (!x) return;
  const [length = 2, ...rest] = x.dims;
  const first = 1 + d.below(length - 1);
  const a = d.add('Split', [x.name, d.constant(ints(first, length - first))], [first, ...rest], { axis: 1 });
  const b = { name: `${a.name}:1`, dims: [length - first, ...rest] };
  d.keep(...[[a], [b], [a, b]][d.below(3)]!);
}

function slice(d: Draft): void {
  const x = d.pick(({ dims }) => (dims.at(-1) ?? 0) > 1);
  if (!x) return;
  const length = x.dims.at(-1) as number;
  const step = 1 + d.below(2);
  const operands = [ints(0), ints(length), ints(-1), ints(step)].map(d.constant);
  d.keep(d.add('Slice', [x.name, ...operands], [...x.dims.slice(0, -1), Math.ceil(length / step)]));
}

function gather(d: Draft): void {
  const x = d.pick(({ dims }) => dims.length > 0);
  if (!x) return;
  const [length = 1, ...rest] = x.dims;
  const positions = ints(d.below(length), d.below(length), -1);
  d.keep(d.add('Gather', [x.name, d.constant(positions)], [3, ...rest], { axis: 1 }));
}

function pad(d: Draft): void {
  const x = d.pick(isImage);
  if (!x) return;
  const [channels = 1, height = 1, width = 1] = x.dims;
  const mode = ['constant', 'edge', height > 1 ? 'reflect' : 'edge'][d.below(3)] as string;
  d.keep(d.add('Pad', [x.name, d.constant(ints(0, 0, 1, 0, 0, 0, 0, 0))], [channels, height + 1, width], { mode }));
}

function turn(d: Draft): void {
  const x = d.pick(isImage);
  if (!x) return;
  const [a = 1, b = 1, c = 1] = x.dims;
  d.keep(d.add('Transpose', [x.name], [b, c, a], { perm: [0, 2, 3, 1] }));
}

function flatten(d: Draft): void {
  const x = d.pick(({ dims }) => dims.length > 1);
  if (x) d.keep(d.add('Reshape', [x.name, d.constant(ints(0, -1))], [elementCount(x.dims)]));
}

/** x·xᵀ. */
function product(d: Draft): void {
  const x = d.pick(isImage);
  if (!x) return;
  const [channels = 1, height = 1, width = 1] = x.dims;
  const transposed = d.add('Transpose', [x.name], [channels, width, height], { perm: [0, 1, 3, 2] });
  const scaled = d.add('Mul', [x.name, d.constant(scalar(0.3))], x.dims);
  d.keep(d.add('MatMul', [scaled.name, transposed.name], [channels, height, height]));
}

function choose(d: Draft): void {
  const a = d.pick();
  const b = a && d.pick(same(a));
  if (!a || !b) return;
  const condition = d.add('Greater', [a.name, d.constant(scalar(0.1))], a.dims);
  d.keep(d.add('Where', [condition.name, b.name, a.name], a.dims));
}

/** A graph of two inputs and `size` random steps; its output holds every value that nothing else reads. */
export function randomGraph(seed: number, size: number): SmallGraph {
  const random = randomNumbers(seed);
  const below = (count: number) => Math.floor(random() * count);
  const inputs = { x: [2, 4, 3], y: [2, 4, 3] };
  const values: Value[] = Object.entries(inputs).map(([name, dims]) => ({ name, dims }));
  const constants: Record<string, Tensor> = {};
  const nodes: SmallNode[] = [];
  const draft: Draft = {
    below,
    pick: (condition = () => true) => {
      const fitting = values.filter(condition);
      return fitting[below(fitting.length)];
    },
    constant: (tensor) => {
      const name = `c${Object.keys(constants).length}`;
      constants[name] = tensor;
      return name;
    },
    add: (op, operands, dims, attributes) => {
      const name = `${op}${nodes.length}`;
      nodes.push({ op, inputs: operands, outputs: op === 'Split' ? [name, `${name}:1`] : [name], attributes });
      return { name, dims };
    },
    keep: (...results) => {
      // What has grown is squashed, so that nothing overflows on the way.
      values.push(...results.map((value) => draft.add('Tanh', [value.name], value.dims)));
    },
  };
  while (nodes.length < size) steps[below(steps.length)]?.(draft);
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const ends = values.filter((value) => !read.has(value.name) && !Object.hasOwn(inputs, value.name));
  const rows = ends.map((end) =>
    draft.add('Reshape', [end.name, draft.constant(ints(0, -1))], [elementCount(end.dims)]),
  );
  draft.add(
    'Concat',
    rows.map((row) => row.name),
    [],
    { axis: 1 },
  );
  return { inputs, constants, nodes };
}
