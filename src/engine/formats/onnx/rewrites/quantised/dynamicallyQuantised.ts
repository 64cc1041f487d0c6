/**
 * Products of values that are quantised while the model runs. What DynamicQuantizeLinear gives is carried as real numbers, so its scale is 1
 * for whoever multiplies by it; and every image of a batch is quantised by itself, so that no result depends on what else is in the batch.
 */
import type { NodeRecord } from '../../proto/graphProto';
import { packedAttention } from '../microsoft/attention';
import { Emitter } from '../writing/emitter';
import { attributesOf, inputOf, type Rewrite } from '../writing/rewrite';
import { dequantised, real } from './quantised';

const explanation =
  'Values that are quantised while the model runs are computed as floating-point numbers with the same steps of quantisation.';

/** The same numbers, without a gradient: those of a step's own size count as constants. Keeps 24 bits of any step above 2⁻¹⁷. */
function detached(e: Emitter, step: string): string {
  const whole = e.emit('Cast', [e.mul(step, e.scalar(2 ** 40))], { to: 7 });
  return e.mul(e.emit('Cast', [whole], { to: 1 }), e.scalar(2 ** -40));
}

/** x in the 256 steps between its own least and greatest number (and 0), for each item of axis 0. */
function inSteps(e: Emitter, x: string): string {
  const rank = e.c.dims(x)?.length ?? e.c.unsupported('quantises a value whose rank the checkpoint does not tell');
  const axes = rank < 2 ? '' : e.ints(...Array.from({ length: rank - 1 }, (_, axis) => axis + 1));
  const keep = { keepdims: 1 };
  const low = e.emit('Min', [e.emit('ReduceMin', [x, axes], keep), e.scalar(0)]);
  const high = e.emit('Max', [e.emit('ReduceMax', [x, axes], keep), e.scalar(0)]);
  const spread = e.emit('Div', [e.emit('Sub', [high, low]), e.scalar(255)]);
  const step = detached(e, e.emit('Where', [e.emit('Greater', [spread, e.scalar(0)]), spread, e.scalar(1)]));
  const zero = e.emit('Round', [e.emit('Div', [e.emit('Neg', [low]), step])]);
  const unit = [e.scalar(1), e.c.add(`${x}/zero`, { dtype: 'uint8', dims: [], data: Uint8Array.of(0) })];
  // Not an Add: in front of a quantisation that is the sum of a layer, whose ReLU the quantisation may have taken over.
  const count = e.emit('Sum', [e.emit('Div', [x, step]), zero]);
  const rounded = e.emit('DequantizeLinear', [e.emit('QuantizeLinear', [count, ...unit]), ...unit]);
  return e.mul(e.emit('Sub', [rounded, zero]), step);
}

const dynamicQuantizeLinear: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  if (!c.mayBeReal(node.outputs[0] ?? '')) c.unsupported('gives integers to an operator that is not a product');
  c.note(explanation);
  const one = e.scalar(1);
  const zero = c.add(`${node.outputs[0]}/zero`, { dtype: 'uint8', dims: [], data: Uint8Array.of(0) });
  c.carry(node.outputs[0] as string, { scale: node.outputs[1] ?? '', zeroPoint: node.outputs[2] ?? '' });
  e.give(0, 'Identity', [inSteps(e, inputOf(node, 0, c))]);
  e.give(1, 'Identity', [one]);
  return e.give(2, 'Identity', [zero]);
};

/** Integers less their zero point, as real numbers. A zero point for every row or channel stands on `axis`. */
function centred(e: Emitter, node: NodeRecord, index: number, zeroAt: number, axes: readonly number[] = []): string {
  const { c } = e;
  const value = inputOf(node, index, c);
  const carried = c.quantisation(value);
  if (carried && c.constant(carried.scale)) {
    const numbers = dequantised(e, value, { scale: carried.scale, zeroPoint: node.inputs[zeroAt] ?? '' });
    return e.emit('Div', [numbers, carried.scale]);
  }
  if (carried && !c.onlyScaled(node.outputs[0] ?? '')) {
    c.unsupported('multiplies values that are quantised while the model runs, and its result is not scaled at once');
  }
  if (carried) return value;
  const numbers = e.emit('Cast', [value], { to: 1 });
  const zero = node.inputs[zeroAt] ?? '';
  if (zero === '') return numbers;
  const shift = e.emit('Cast', [zero], { to: 1 });
  const vector = c.dims(zero)?.length === 1 && axes.length > 0;
  return e.emit('Sub', [numbers, vector ? e.emit('Unsqueeze', [shift, e.ints(...axes)]) : shift]);
}

const matMulInteger: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  return e.give(0, 'MatMul', [centred(e, node, 0, 2, [-1]), centred(e, node, 1, 3)]);
};

const convInteger: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  const rank =
    c.dims(inputOf(node, 1, c))?.length ?? c.unsupported('has a kernel whose rank the checkpoint does not tell');
  const behind = Array.from({ length: rank - 1 }, (_, axis) => axis + 1);
  return e.give(0, 'Conv', [centred(e, node, 0, 2), centred(e, node, 1, 3, behind)], attributesOf(node, c));
};

const plusBias = (e: Emitter, product: readonly [string, string], bias: string) =>
  bias === '' ? e.give(0, 'MatMul', product) : e.give(0, 'Add', [e.emit('MatMul', product), bias]);

const matMulIntegerToFloat: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  return plusBias(e, [real(e, node, 0, -2, [2, 4]), real(e, node, 1, -1, [3, 5])], node.inputs[6] ?? '');
};

const dynamicQuantizeMatMul: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  c.note(explanation);
  return plusBias(e, [inSteps(e, inputOf(node, 0, c)), real(e, node, 1, -1, [2, 3])], node.inputs[4] ?? '');
};

const qAttention: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  if (node.inputs[8]) c.unsupported('reads a cache of earlier keys');
  const product = e.emit('MatMul', [real(e, node, 0, undefined, [3, 6]), real(e, node, 1, -1, [4, 7])]);
  return packedAttention(e, node, e.add(product, inputOf(node, 2, c)), { mask: node.inputs[5] ?? '', bias: '' });
};

export const dynamicallyQuantised: Readonly<Record<string, Rewrite>> = {
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: matMulInteger,
  ConvInteger: convInteger,
};

/** Those of `com.microsoft`. */
export const dynamicallyQuantisedNamed: Readonly<Record<string, Rewrite>> = {
  MatMulIntegerToFloat: matMulIntegerToFloat,
  DynamicQuantizeMatMul: dynamicQuantizeMatMul,
  QAttention: qAttention,
};
