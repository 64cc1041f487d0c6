/** What is known of values before the graph is bound: shapes as far as they follow, and small integers as far as they are constant. */
import { intAttribute, intsAttribute } from '../../../graph/ir/attributes';
import type { Node } from '../../../graph/ir/graph';
import { toNumbers } from '../../../graph/ir/numbers';
import { type Dim, elementCount, mostDimensions, type Tensor } from '../../../graph/ir/tensor';
import { typeCode } from '../../../graph/ops/elementTypes';

type Dims = readonly Dim[];

/** Integers of a scalar or a vector, null where they are computed from the data or its size. */
export interface KnownInts {
  readonly scalar: boolean;
  readonly values: readonly (number | null)[];
}

/** Vectors of shapes and axes are not longer. */
const longest = mostDimensions;

/** Follows nodes as they are written, each after those that it reads. */
export class Known {
  /** Constants under other names. */
  private readonly passed = new Map<string, Tensor>();
  private readonly shapes = new Map<string, Dims>();
  private readonly integers = new Map<string, KnownInts>();

  /** @param stored the graph's constants. */
  constructor(private readonly stored: (value: string) => Tensor | undefined) {}

  constant(value: string): Tensor | undefined {
    return this.stored(value) ?? this.passed.get(value);
  }

  dims(value: string): Dims | undefined {
    return this.constant(value)?.dims ?? this.shapes.get(value);
  }

  /** A small vector or scalar of integers. */
  ints(value: string): KnownInts | undefined {
    const tensor = this.constant(value);
    if (!tensor) return this.integers.get(value);
    if (tensor.dims.length > 1 || elementCount(tensor.dims) > longest || tensor.dtype !== 'int64') return undefined;
    return { scalar: tensor.dims.length === 0, values: toNumbers(tensor) };
  }

  setDims(value: string, dims: Dims): void {
    if (dims.length <= mostDimensions && !this.shapes.has(value)) this.shapes.set(value, dims);
  }

  follow(node: Node): void {
    const { op, inputs, outputs } = node;
    const [output = ''] = outputs;
    if (op === 'Identity') {
      const constant = this.constant(inputs[0] ?? '');
      if (constant) this.passed.set(output, constant);
    }
    const dims = shapeRules[op]?.(node, this);
    if (dims) for (const each of outputs) if (each !== '') this.setDims(each, dims);
    const values = integerRules[op]?.(node, this);
    if (values && values.values.length <= longest) this.integers.set(output, values);
  }
}

type ShapeRule = (node: Node, known: Known) => Dims | undefined;

const unknown = (rank: number): Dims => new Array<Dim>(rank).fill(null);

function input(node: Node, known: Known, index: number): Dims | undefined {
  return known.dims(node.inputs[index] ?? '');
}

const asFirst: ShapeRule = (node, known) => input(node, known, 0);

/** Lengths in common, from the last axis on; 1 gives way, and an unknown one to a longer than 1. */
function broadcast(shapes: readonly (Dims | undefined)[]): Dims | undefined {
  let result: Dim[] = [];
  for (const dims of shapes) {
    if (!dims) return undefined;
    const rank = Math.max(result.length, dims.length);
    const at = (of: Dims, axis: number) => (axis < rank - of.length ? 1 : (of[axis - rank + of.length] as Dim));
    result = Array.from({ length: rank }, (_, axis) => {
      const [a, b] = [at(result, axis), at(dims, axis)];
      if (a === 1 || a === b) return b;
      return b === 1 || b === null ? a : a === null ? b : null;
    });
  }
  return result;
}

const broadcasting: ShapeRule = (node, known) => broadcast(node.inputs.map((each) => known.dims(each)));

/** [N, channels of the weights, …]. */
const convolved =
  (axis: number): ShapeRule =>
  (node, known) => {
    const weights = input(node, known, 1);
    const first = input(node, known, 0);
    const channels = axis === 0 ? (weights?.[0] ?? null) : times(weights?.[1], intAttribute(node, 'group', 1));
    const rank = weights?.length ?? first?.length;
    return rank === undefined || rank < 2 ? undefined : [first?.[0] ?? null, channels, ...unknown(rank - 2)];
  };

function times(length: Dim | undefined, factor: number): Dim {
  return length === null || length === undefined ? null : length * factor;
}

const pooled: ShapeRule = (node, known) => input(node, known, 0)?.map((length, axis) => (axis < 2 ? length : null));

const multiplied: ShapeRule = (node, known) => {
  const [a, b] = [input(node, known, 0), input(node, known, 1)];
  if (!a || !b || a.length < 2 || b.length < 2) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  return batch && [...batch, a.at(-2) as Dim, b.at(-1) as Dim];
};

const reduced: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  const axes = node.inputs[1] === undefined ? undefined : known.ints(node.inputs[1])?.values;
  if (!dims || !axes || axes.includes(null)) return undefined;
  const gone = new Set(axes.map((axis) => ((axis as number) + dims.length) % dims.length));
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  return dims.flatMap((length, axis) => (gone.has(axis) ? (keep ? [1] : []) : [length]));
};

const joined: ShapeRule = (node, known) => {
  const shapes = node.inputs.map((each) => known.dims(each));
  const [first] = shapes;
  if (!first || shapes.some((dims) => dims?.length !== first.length)) return undefined;
  const axis = (intAttribute(node, 'axis', 0) + first.length) % first.length;
  const length = shapes.reduce<Dim>((sum, dims) => {
    const own = dims?.[axis] ?? null;
    return sum === null || own === null ? null : sum + own;
  }, 0);
  return first.map((own, at) => (at === axis ? length : own));
};

const split: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  if (!dims || dims.length === 0) return undefined;
  const axis = (intAttribute(node, 'axis', 0) + dims.length) % dims.length;
  const length = dims[axis];
  const each = node.inputs[1] === undefined && typeof length === 'number' ? length / node.outputs.length : null;
  return dims.map((own, at) => (at === axis ? each : own));
};

const reshaped: ShapeRule = (node, known) =>
  known.ints(node.inputs[1] ?? '')?.values.map((length) => (length !== null && length > 0 ? length : null));

const transposed: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  return dims && intsAttribute(node, 'perm')?.map((axis) => dims[axis] ?? null);
};

const unsqueezed: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  const axes = known.ints(node.inputs[1] ?? '')?.values;
  if (!dims || !axes) return undefined;
  const rank = dims.length + axes.length;
  if (axes.includes(null)) return unknown(rank);
  const added = new Set(axes.map((axis) => ((axis as number) + rank) % rank));
  const rest = [...dims];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? null)));
};

const squeezed: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  const axes = known.ints(node.inputs[1] ?? '')?.values;
  if (!dims || !axes || axes.includes(null)) return undefined;
  const gone = new Set(axes.map((axis) => ((axis as number) + dims.length) % dims.length));
  return dims.filter((_, axis) => !gone.has(axis));
};

const padded: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  const pads = known.ints(node.inputs[1] ?? '')?.values;
  return dims?.map((length, axis) => {
    const [before, after] = [pads?.[axis] ?? null, pads?.[axis + dims.length] ?? null];
    return length === null || before === null || after === null ? null : length + before + after;
  });
};

const sameRank: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  return dims && unknown(dims.length);
};

const sliced: ShapeRule = (node, known) => {
  const dims = input(node, known, 0);
  const axes = known.ints(node.inputs[3] ?? '')?.values;
  if (!dims || !axes || axes.includes(null)) return dims && unknown(dims.length);
  const cut = new Set(axes.map((axis) => ((axis as number) + dims.length) % dims.length));
  return dims.map((length, axis) => (cut.has(axis) ? null : length));
};

const gathered: ShapeRule = (node, known) => {
  const [dims, indices] = [input(node, known, 0), input(node, known, 1)];
  if (!dims || !indices || dims.length === 0) return undefined;
  const axis = (intAttribute(node, 'axis', 0) + dims.length) % dims.length;
  return [...dims.slice(0, axis), ...indices, ...dims.slice(axis + 1)];
};

const each = (names: string, rule: ShapeRule) => Object.fromEntries(names.split(' ').map((name) => [name, rule]));

const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...each(
    'Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization Cast Ceil Clip Cos Cosh CumSum DequantizeLinear Elu Erf Exp Floor ' +
      'Gelu HardSigmoid HardSwish Identity IsInf IsNaN LRN LayerNormalization LeakyRelu Log LogSoftmax Neg Not PRelu QuantizeLinear ' +
      'Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Tan Tanh',
    asFirst,
  ),
  ...each(
    'Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Min Mod Mul Or Pow Sub Sum Where Xor',
    broadcasting,
  ),
  ...each('AveragePool MaxPool', pooled),
  ...each('ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum', reduced),
  ...each('Tile', sameRank),
  Resize: pooled,
  Conv: convolved(0),
  ConvTranspose: convolved(1),
  MatMul: multiplied,
  Concat: joined,
  Split: split,
  Reshape: reshaped,
  Transpose: transposed,
  Unsqueeze: unsqueezed,
  Squeeze: squeezed,
  Pad: padded,
  Slice: sliced,
  Gather: gathered,
  Expand: reshaped,
  Shape: (node, known) => [input(node, known, 0)?.length ?? null],
  Size: () => [],
};

type IntegerRule = (node: Node, known: Known) => KnownInts | undefined;

const elementwise =
  (apply: (a: number, b: number) => number): IntegerRule =>
  (node, known) => {
    const [a, b] = node.inputs.map((each) => known.ints(each));
    if (!a || !b) return undefined;
    const length = a.values.length === 1 ? b.values.length : a.values.length;
    if (b.values.length !== 1 && b.values.length !== length) return undefined;
    const values = Array.from({ length }, (_, i) => {
      const [x, y] = [a, b].map(({ values }) => values[values.length === 1 ? 0 : i] as number | null);
      const value = x === null || y === null ? null : apply(x as number, y as number);
      return Number.isSafeInteger(value) ? value : null;
    });
    return { scalar: a.scalar && b.scalar, values };
  };

/** The elements at positions that are all known. */
const pickedInts: IntegerRule = (node, known) => {
  const [from, at] = node.inputs.map((each) => known.ints(each));
  if (!from || !at || from.scalar) return undefined;
  const { length } = from.values;
  const values = at.values.map((place) =>
    place === null ? null : (from.values[place < 0 ? place + length : place] ?? null),
  );
  return { scalar: at.scalar, values };
};

const slicedInts: IntegerRule = (node, known) => {
  const [from, starts, ends, , steps] = node.inputs.map((each) => known.ints(each));
  const [start, end, step] = [starts?.values[0], ends?.values[0], steps ? steps.values[0] : 1];
  if (!from || from.scalar || typeof start !== 'number' || typeof end !== 'number' || step !== 1) return undefined;
  return { scalar: false, values: from.values.slice(start, end) };
};

const range: IntegerRule = (node, known) => {
  const [start, end, step] = node.inputs.map((each) => known.ints(each)?.values[0]);
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number' || step === 0) return undefined;
  const length = Math.max(Math.ceil((end - start) / step), 0);
  return length > longest ? undefined : { scalar: false, values: Array.from({ length }, (_, i) => start + i * step) };
};

const product: IntegerRule = (node, known) => {
  const from = known.ints(node.inputs[0] ?? '');
  if (!from) return undefined;
  const value = from.values.includes(null) ? null : from.values.reduce<number>((all, one) => all * (one as number), 1);
  return { scalar: intAttribute(node, 'keepdims', 1) === 0, values: [Number.isSafeInteger(value) ? value : null] };
};

const asGiven: IntegerRule = (node, known) => known.ints(node.inputs[0] ?? '');

/** Scalars and vectors of one element become each other. */
const single =
  (scalar: boolean): IntegerRule =>
  (node, known) => {
    const from = known.ints(node.inputs[0] ?? '');
    return from?.values.length === 1 && from.scalar !== scalar ? { scalar, values: from.values } : undefined;
  };

const integerRules: Readonly<Record<string, IntegerRule>> = {
  Identity: asGiven,
  Cast: (node, known) => (node.attributes['to'] === typeCode('int64') ? asGiven(node, known) : undefined),
  Shape: (node, known) => {
    const dims = input(node, known, 0);
    if (!dims) return undefined;
    const values = dims.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', dims.length));
    return { scalar: false, values };
  },
  Concat: (node, known) => {
    const parts = node.inputs.map((each) => known.ints(each));
    if (parts.some((part) => !part || part.scalar)) return undefined;
    return { scalar: false, values: parts.flatMap((part) => part?.values ?? []) };
  },
  Unsqueeze: single(false),
  Squeeze: single(true),
  Gather: pickedInts,
  Slice: slicedInts,
  Range: range,
  ReduceProd: product,
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b))),
};
