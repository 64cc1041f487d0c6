/** How each operator computes N×C×H×W in place of N×H×W×C. One that has no rule here gets its operands as they were. */
import { intAttribute } from '../../ir/attributes';
import type { Node } from '../../ir/graph';
import { toNumbers, withDims } from '../../ir/numbers';
import { axisInFirst, firstOf, keepsOrder, liesTheSame } from './axes';
import { constantInts, type Mover } from './mover';

/** A node in the new order. */
export interface Moved {
  /** Another operator, where the old one is only the step in front of it. */
  readonly op?: string;
  readonly inputs: readonly string[];
  readonly attributes?: Node['attributes'];
  /** True when its outputs are N×C×H×W; false when they are what they were. */
  readonly outputsMoved: boolean;
}

/** Null where this use of the operator needs its operands as they were. Asked only for nodes with an operand that is moved. */
export type MoveRule = (node: Node, mover: Mover) => Moved | null;

const asWere = (values: readonly string[], mover: Mover): string[] => values.map((value) => mover.asWas(value));

/** The first operand is moved, the others are numbers for all of it. */
const pointwise: MoveRule = (node, mover) =>
  mover.isMoved(node.inputs[0] as string)
    ? { inputs: [mover.asFirst(node.inputs[0] as string), ...asWere(node.inputs.slice(1), mover)], outputsMoved: true }
    : null;

/** Operands of up to four axes that broadcast against each other. */
const broadcasting: MoveRule = (node, mover) => {
  if (mover.dims(node.outputs[0] as string).length !== 4) return null;
  const inputs: string[] = [];
  for (const input of node.inputs) {
    const operand = broadcastOperand(input, mover);
    if (operand === null) return null;
    inputs.push(operand);
  }
  return { inputs, outputsMoved: true };
};

function broadcastOperand(value: string, mover: Mover): string | null {
  if (value === '') return value;
  const dims = mover.dims(value);
  if (dims.length === 4) return mover.asFirst(value);
  if (dims.every((length) => length === 1)) return mover.asWas(value);
  const constant = mover.constant(value);
  const hint = mover.fresh(`${value}/NCHW`);
  if (constant && dims.length < 4) {
    const whole = mover.fresh(`${value}/NHWC`);
    const padded = [...new Array<number>(4 - dims.length).fill(1), ...dims];
    mover.constants.set(whole, withDims(constant, padded));
    return mover.asFirst(whole);
  }
  if (dims.length !== 1) return null;
  const dtype = mover.types.get(value)?.dtype ?? 'float32';
  const type = { dtype, dims: [...dims, 1, 1] };
  return mover.emit('Reshape', [mover.asWas(value), mover.ints(hint, type.dims)], {}, hint, type);
}

/** One axis of an attribute, the same for all operands, which have four. */
const alongAxis =
  (fallback: number): MoveRule =>
  (node, mover) => {
    if (node.inputs.some((input) => mover.dims(input).length !== 4)) return null;
    const axis = axisInFirst(intAttribute(node, 'axis', fallback));
    return {
      inputs: node.inputs.map((x) => mover.asFirst(x)),
      attributes: { ...node.attributes, axis },
      outputsMoved: true,
    };
  };

const split: MoveRule = (node, mover) => {
  const [x = '', ...others] = node.inputs;
  const axis = axisInFirst(intAttribute(node, 'axis', 0));
  return {
    inputs: [mover.asFirst(x), ...asWere(others, mover)],
    attributes: { ...node.attributes, axis },
    outputsMoved: true,
  };
};

const quantising: MoveRule = (node, mover) => {
  const [x = '', ...others] = node.inputs;
  if (!mover.isMoved(x)) return null;
  const axis = axisInFirst(intAttribute(node, 'axis', 1));
  return {
    inputs: [mover.asFirst(x), ...asWere(others, mover)],
    attributes: { ...node.attributes, axis },
    outputsMoved: true,
  };
};

/** Axes in the second operand; all where there is none. */
const reducing: MoveRule = (node, mover) => {
  const [x = '', axesInput = ''] = node.inputs;
  const given = axesInput === '' ? [] : constantInts(mover, axesInput);
  if (!given || (given.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1)) return null;
  const axes = given.length === 0 ? [0, 1, 2, 3] : given.map((axis) => (axis + 4) % 4);
  const keeps = intAttribute(node, 'keepdims', 1) === 1;
  if (!keeps && !keepsOrder(axes)) return null;
  const inFirst = mover.ints(node.outputs[0] as string, axes.map(axisInFirst).sort());
  return { inputs: [mover.asFirst(x), inFirst], outputsMoved: keeps };
};

const choosingAlong: MoveRule = (node, mover) => {
  const axis = (intAttribute(node, 'axis', 0) + 4) % 4;
  const keeps = intAttribute(node, 'keepdims', 1) === 1;
  if (!keeps && !keepsOrder([axis])) return null;
  const attributes = { ...node.attributes, axis: axisInFirst(axis) };
  return { inputs: [mover.asFirst(node.inputs[0] as string)], attributes, outputsMoved: keeps };
};

const squeeze: MoveRule = (node, mover) => {
  const [x = '', axesInput = ''] = node.inputs;
  const dims = mover.dims(x);
  const axes =
    axesInput === ''
      ? [0, 1, 2, 3].filter((axis) => dims[axis] === 1)
      : constantInts(mover, axesInput)?.map((axis) => (axis + 4) % 4);
  if (!axes || !keepsOrder(axes)) return null;
  const inFirst = mover.ints(node.outputs[0] as string, axes.map(axisInFirst).sort());
  return { inputs: [mover.asFirst(x), inFirst], outputsMoved: false };
};

/** Where both orders lie the same way in memory, a reshape does not see which it gets. */
const reshape: MoveRule = (node, mover) => {
  const [x = '', shape = ''] = node.inputs;
  const target = constantInts(mover, shape);
  // A 0 copies the length at its own place.
  if (!liesTheSame(mover.dims(x)) || !target || target.slice(1).includes(0)) return null;
  return { inputs: [mover.asFirst(x), shape], outputsMoved: false };
};

const flatten: MoveRule = (node, mover) => {
  const x = node.inputs[0] as string;
  const splitsInside = ![0, 1].includes(intAttribute(node, 'axis', 1));
  return splitsInside || !liesTheSame(mover.dims(x)) ? null : { inputs: [mover.asFirst(x)], outputsMoved: false };
};

const pad: MoveRule = (node, mover) => {
  const [x = '', pads = '', value = '', axes = ''] = node.inputs;
  const widths = constantInts(mover, pads);
  if (!widths || axes !== '' || !mover.isMoved(x)) return null;
  const inFirst = [...firstOf(widths.slice(0, 4)), ...firstOf(widths.slice(4))];
  return { inputs: [mover.asFirst(x), mover.ints(node.outputs[0] as string, inFirst), value], outputsMoved: true };
};

const slice: MoveRule = (node, mover) => {
  const [x = '', starts = '', ends = '', axesInput = '', ...steps] = node.inputs;
  if (!mover.isMoved(x)) return null;
  const count = mover.dims(starts)[0] as number;
  const axes = axesInput === '' ? [...new Array<number>(count).keys()] : constantInts(mover, axesInput);
  if (!axes) return null;
  const inFirst = mover.ints(node.outputs[0] as string, axes.map(axisInFirst));
  return { inputs: [mover.asFirst(x), starts, ends, inFirst, ...steps], outputsMoved: true };
};

const gather: MoveRule = (node, mover) => {
  const [x = '', indices = ''] = node.inputs;
  const rank = mover.dims(indices).length;
  const axis = (intAttribute(node, 'axis', 0) + 4) % 4;
  if (!mover.isMoved(x) || rank > 1 || (rank === 0 && !keepsOrder([axis]))) return null;
  const attributes = { ...node.attributes, axis: axisInFirst(axis) };
  return { inputs: [mover.asFirst(x), mover.asWas(indices)], attributes, outputsMoved: rank === 1 };
};

/** Expand and Tile: one number for each axis. */
const perAxis: MoveRule = (node, mover) => {
  const [x = '', numbers = ''] = node.inputs;
  const values = constantInts(mover, numbers);
  if (values?.length !== 4) return null;
  return { inputs: [mover.asFirst(x), mover.ints(node.outputs[0] as string, firstOf(values))], outputsMoved: true };
};

/** The lengths, picked in the old order. */
const shape: MoveRule = (node, mover) => {
  const x = mover.asFirst(node.inputs[0] as string);
  const [start, end] = [intAttribute(node, 'start', 0), intAttribute(node, 'end', 4)];
  if (start === 0 && end === 1) return { inputs: [x], outputsMoved: false };
  const [output = ''] = node.outputs;
  const lengths = mover.emit('Shape', [x], {}, mover.fresh(`${output}/NCHW`), { dtype: 'int64', dims: [4] });
  const places = [0, 1, 2, 3].slice(start, end).map(axisInFirst);
  return { op: 'Gather', inputs: [lengths, mover.ints(output, places)], attributes: { axis: 0 }, outputsMoved: false };
};

const cumulative: MoveRule = (node, mover) => {
  const [x = '', axis = ''] = node.inputs;
  const tensor = mover.constant(axis);
  if (!tensor || !mover.isMoved(x)) return null;
  const name = mover.fresh(`${node.outputs[0]}/axis`);
  const inFirst = axisInFirst(toNumbers(tensor)[0] as number);
  mover.constants.set(name, { dtype: 'int64', dims: tensor.dims, data: BigInt64Array.of(BigInt(inFirst)) });
  return { inputs: [mover.asFirst(x), name], outputsMoved: true };
};

const each = (names: string, rule: MoveRule): [string, MoveRule][] => names.split(' ').map((name) => [name, rule]);

export const moveRules: ReadonlyMap<string, MoveRule> = new Map([
  ...each(
    'Relu LeakyRelu ThresholdedRelu Shrink HardSigmoid Elu Selu Celu HardSwish Sigmoid Tanh Erf Gelu Mish',
    pointwise,
  ),
  ...each(
    'Softplus Softsign Swish Abs Neg Exp Log Sqrt Reciprocal Floor Ceil Round Sign Not IsNaN IsInf Cast',
    pointwise,
  ),
  ...each('Sin Cos Tan Sinh Cosh Asin Acos Atan Asinh Acosh Atanh Clip Identity Dropout', pointwise),
  ...each('Add Sub Mul Div Pow Min Max Sum Mean Mod Where PRelu And Or Xor', broadcasting),
  ...each('Equal Less Greater LessOrEqual GreaterOrEqual', broadcasting),
  ...each('Softmax LogSoftmax Hardmax', alongAxis(-1)),
  ['Concat', alongAxis(0)],
  ['Split', split],
  ...each('QuantizeLinear DequantizeLinear', quantising),
  ...each('ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum', reducing),
  ...each('ReduceLogSumExp ReduceSumSquare', reducing),
  ...each('ArgMax ArgMin', choosingAlong),
  ['Squeeze', squeeze],
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Pad', pad],
  ['Slice', slice],
  ['Gather', gather],
  ...each('Expand Tile', perAxis),
  ['Shape', shape],
  ['CumSum', cumulative],
]);
