/**
 * Quantised operators as floating-point ones between DequantizeLinear and QuantizeLinear, whose gradient passes straight through. See
 * realValues.ts for what becomes of the integers in between.
 */
import type { Node } from '../../../../graph/ir/graph';
import { toNumbers } from '../../../../graph/ir/numbers';
import type { NodeRecord } from '../../proto/graphProto';
import type { Quantisation } from '../../values/realValues';
import { Emitter } from '../writing/emitter';
import { attributesOf, floatOf, inputOf, intOf, nodeWith, type Rewrite, type RewriteContext } from '../writing/rewrite';

const explanation =
  'Quantised operators are computed as floating-point ones with the same steps of quantisation; a number on the border of two steps may be rounded the other way.';

/** The numbers that the quantised operand at `index` stands for; its scale and zero point are the inputs after it. */
export function real(e: Emitter, node: NodeRecord, index: number, axis?: number, at = [index + 1, index + 2]): string {
  const value = inputOf(node, index, e.c);
  const [scale, zeroPoint] = at.map((place) => node.inputs[place] ?? '') as [string, string];
  return dequantised(e, value, { scale, zeroPoint }, axis);
}

/** The numbers that a quantised value stands for in these steps. */
export function dequantised(e: Emitter, value: string, as: Quantisation, axis?: number): string {
  const carried = e.c.quantisation(value);
  if (carried && same(carried, as, e.c)) return value;
  const integers = carried ? e.emit('QuantizeLinear', [value, carried.scale, carried.zeroPoint]) : value;
  return e.emit('DequantizeLinear', [integers, as.scale, as.zeroPoint], axis === undefined ? {} : { axis });
}

function same(a: Quantisation, b: Quantisation, c: RewriteContext): boolean {
  const equal = (one: string, other: string) => {
    if (one === other) return true;
    const [first, second] = [c.constant(one), c.constant(other)];
    if (!first && !second) return false;
    const numbers = [first, second].map((tensor) => (tensor ? toNumbers(tensor) : [0]));
    return String(numbers[0]) === String(numbers[1]);
  };
  return equal(a.scale, b.scale) && equal(a.zeroPoint, b.zeroPoint);
}

/** Ends a quantised node: what it computed, in steps of its output's scale, as integers only where somebody needs them. */
function quantise(e: Emitter, node: NodeRecord, value: string, as: Quantisation, attributes: Node['attributes'] = {}) {
  const { c } = e;
  const output = node.outputs[0] as string;
  const inputs = [value, as.scale, as.zeroPoint];
  const perTensor = (c.constant(as.scale)?.data.length ?? 0) === 1;
  if (!perTensor || !c.mayBeReal(output)) return give(e, node, 'QuantizeLinear', inputs, attributes);
  c.carry(output, as);
  return give(e, node, 'DequantizeLinear', [e.emit('QuantizeLinear', inputs, attributes), as.scale, as.zeroPoint]);
}

const isChannelsLast = (node: NodeRecord) => intOf(node, 'channels_last', 0) === 1;

/** The real numbers of the first operand, channels first. */
function pixels(e: Emitter, node: NodeRecord): string {
  const x = real(e, node, 0);
  return isChannelsLast(node) ? e.emit('Transpose', [x], { perm: [0, 3, 1, 2] }) : x;
}

/** The output as the result of one more node, with its channels where the checkpoint has them. */
function give(
  e: Emitter,
  node: NodeRecord,
  op: string,
  inputs: readonly string[],
  attributes: Node['attributes'] = {},
) {
  if (!isChannelsLast(node)) return e.give(0, op, inputs, attributes);
  return e.give(0, 'Transpose', [e.emit(op, inputs, attributes)], { perm: [0, 2, 3, 1] });
}

/** All attributes but for the one that says where the channels are. */
function attributesWithoutLayout(node: NodeRecord, c: RewriteContext): Node['attributes'] {
  const { channels_last: _, ...attributes } = attributesOf(node, c);
  return attributes;
}

/** The last two inputs of most quantised operators, or those at `at`. */
function stepsOf(node: NodeRecord, c: RewriteContext, at: number): Quantisation {
  return { scale: inputOf(node, at, c), zeroPoint: node.inputs[at + 1] ?? '' };
}

const quantizeLinear: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const { precision: _, ...attributes } = attributesOf(node, c);
  return quantise(e, node, inputOf(node, 0, c), stepsOf(node, c, 1), attributes);
};

const dequantizeLinear: Rewrite = (node, c) => {
  const x = inputOf(node, 0, c);
  if (!c.quantisation(x)) return [nodeWith({ ...node, domain: '' }, c, { without: ['output_dtype'] })];
  const e = new Emitter(node, c);
  return e.give(0, 'Identity', [dequantised(e, x, stepsOf(node, c, 1))]);
};

/** A quantised operator with one operand, whose output's steps stand behind the operand's. */
function unary(
  op: string,
  attributes: (node: NodeRecord, c: RewriteContext) => Node['attributes'] = () => ({}),
): Rewrite {
  return (node, c) => {
    const e = new Emitter(node, c);
    c.note(explanation);
    return quantise(e, node, e.emit(op, [pixels(e, node)], attributes(node, c)), stepsOf(node, c, 3));
  };
}

/** A quantised operator with two operands. */
function binary(op: string): Rewrite {
  return (node, c) => {
    const e = new Emitter(node, c);
    c.note(explanation);
    return quantise(e, node, e.emit(op, [real(e, node, 0), real(e, node, 3, -1)]), stepsOf(node, c, 6));
  };
}

/** An int32 bias counts in products of the operands' steps. */
function biasOf(e: Emitter, node: NodeRecord, index: number, factor = 1): string {
  const bias = node.inputs[index] ?? '';
  if (bias === '') return '';
  const product = e.mul(inputOf(node, 1, e.c), inputOf(node, 4, e.c));
  const steps = factor === 1 ? product : e.mul(product, e.scalar(factor));
  return e.emit('DequantizeLinear', [bias, steps], { axis: 0 });
}

const qLinearConv: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  const inputs = [pixels(e, node), real(e, node, 3, 0), biasOf(e, node, 8)];
  return quantise(e, node, e.emit('Conv', inputs, attributesWithoutLayout(node, c)), stepsOf(node, c, 6));
};

/** α·op(A)·op(B) + C; without a scale of its own the result is a real number. */
const qGemm: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  const columns = intOf(node, 'transB', 0) === 1 ? 0 : 1;
  const alpha = floatOf(node, 'alpha') ?? 1;
  const inputs = [real(e, node, 0), real(e, node, 3, columns), biasOf(e, node, 6, alpha)];
  const product = e.emit('Gemm', inputs, attributesOf(node, c));
  return node.inputs[7] ? quantise(e, node, product, stepsOf(node, c, 7)) : e.give(0, 'Identity', [product]);
};

const qLinearConcat: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  const operands = Array.from({ length: Math.floor((node.inputs.length - 2) / 3) }, (_, i) => real(e, node, 2 + 3 * i));
  return quantise(e, node, e.emit('Concat', operands, { axis: intOf(node, 'axis', 0) }), stepsOf(node, c, 0));
};

const qLinearWhere: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  const chosen = e.emit('Where', [inputOf(node, 0, c), real(e, node, 1), real(e, node, 4)]);
  return quantise(e, node, chosen, stepsOf(node, c, 7));
};

const qLinearReduceMean: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  const axes = node.attributes.get('axes');
  const inputs = [real(e, node, 0), axes?.kind === 'ints' ? e.ints(...axes.value.map(Number)) : ''];
  const mean = e.emit('ReduceMean', inputs, { keepdims: intOf(node, 'keepdims', 1) });
  return quantise(e, node, mean, stepsOf(node, c, 3));
};

export const quantised: Readonly<Record<string, Rewrite>> = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  QLinearConv: qLinearConv,
  QLinearMatMul: binary('MatMul'),
};

/** Those of `com.microsoft`. */
export const quantisedNamed: Readonly<Record<string, Rewrite>> = {
  ...quantised,
  QLinearAdd: binary('Add'),
  QLinearMul: binary('Mul'),
  QLinearConcat: qLinearConcat,
  QLinearWhere: qLinearWhere,
  QLinearReduceMean: qLinearReduceMean,
  QLinearSigmoid: unary('Sigmoid'),
  QLinearLeakyRelu: unary('LeakyRelu', (node) => ({ alpha: floatOf(node, 'alpha') ?? 0.01 })),
  QLinearSoftmax: unary('Softmax', (node) => ({ axis: intOf(node, 'axis', -1) })),
  QLinearGlobalAveragePool: unary('GlobalAveragePool'),
  QLinearAveragePool: unary('AveragePool', attributesWithoutLayout),
  QGemm: qGemm,
};
