import { intAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { broadcastIndices, fromNumbers, toNumbers, withDims } from '../ir/numbers';
import type { DType, Tensor } from '../ir/tensor';
import { gate } from './activation';
import type { BackwardContext, InferContext, Operators } from './definition';
import { elementTypes, typeCode } from './elementTypes';

/** Smallest and largest number of each quantised type. */
const ranges: Partial<Record<DType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int4: [-8, 7],
  uint4: [0, 15],
};

/** The smallest and largest number that a QuantizeLinear can stand for; undefined unless one scale is known for all elements. */
export function quantisedRange(
  node: Node,
  constant: (name: string) => Tensor | undefined,
): [number, number] | undefined {
  const [scale, zero] = [1, 2].map((index) => constant(node.inputs[index] ?? ''));
  const limits = ranges[zero?.dtype ?? elementTypes[intAttribute(node, 'output_dtype', 0)] ?? 'uint8'];
  if (scale?.data.length !== 1 || !limits || (node.inputs[2] && !zero)) return undefined;
  const [step, shift] = [toNumbers(scale)[0] as number, zero ? (toNumbers(zero)[0] as number) : 0];
  return [(limits[0] - shift) * step, (limits[1] - shift) * step];
}

/** Operators that quantising tools put the activation behind them together with. */
const beforeActivations = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Add', 'BatchNormalization']);

/** True for a QuantizeLinear that does the work of a ReLU: sums below 0 lie below its range. */
export function rectifies(
  node: Node,
  constant: (name: string) => Tensor | undefined,
  producer: (name: string) => Node | undefined,
): boolean {
  if (node.op !== 'QuantizeLinear') return false;
  const sum = producer(node.inputs[0] ?? '');
  return sum !== undefined && beforeActivations.has(sum.op) && quantisedRange(node, constant)?.[0] === 0;
}

/** How scale and zero point lie against x: one for all, one per place of an axis, or one per block along an axis. */
function layout(node: InferContext['node'], x: readonly number[], scale: readonly number[]) {
  const axis = (intAttribute(node, 'axis', 1) + x.length) % Math.max(x.length, 1);
  if (scale.length === x.length && x.length > 1) {
    const length = x[axis] as number;
    return { axis, block: intAttribute(node, 'block_size', 0) || Math.ceil(length / (scale[axis] as number)), length };
  }
  return { axis, block: 0, length: scale.length === 1 && scale[0] !== 1 ? (scale[0] as number) : 1 };
}

/** Scale or zero point as floats that broadcast against x. */
function spread(b: BackwardContext, parameter: string): string {
  const [x, dims] = [b.dims(b.x()), b.dims(parameter)];
  const { axis, block, length } = layout(b.node, x, dims);
  const float = b.dtype(parameter) === 'float32' ? parameter : b.emit('Cast', [parameter], { to: typeCode('float32') });
  if (block === 0)
    return dims.length === 0 ? float : b.emit('Reshape', [float, b.ints(x.map((_, i) => (i === axis ? length : 1)))]);
  const column = b.emit('Unsqueeze', [float, b.ints([axis + 1])]);
  const blocks = b.emit('Expand', [column, b.ints([...x.map(() => 1), 1].with(axis + 1, block))]);
  const flat = b.emit('Reshape', [
    blocks,
    b.ints(dims.map((own, i) => (i === axis ? own * block : i < axis ? 0 : own))),
  ]);
  return b.emit('Slice', [flat, b.ints([0]), b.ints([length]), b.ints([axis])]);
}

/**
 * Straight-through with saturation: rounding counts as the identity (Bengio et al. 2013, arXiv:1308.3432), and what lies beyond the
 * representable range by more than half a step passes nothing. Scale and zero point count as constants.
 */
function quantizeBackward(b: BackwardContext): string[] {
  const [low, high] = ranges[b.dtype(b.y())] ?? b.unsupported('quantises to a type that has no gradient');
  const scale = spread(b, b.x(1));
  const zero = b.has(2) ? spread(b, b.x(2)) : b.scalar(0);
  const bound = (limit: number) => b.emit('Mul', [b.emit('Sub', [b.scalar(limit), zero]), scale]);
  const above = b.emit('Greater', [b.x(), bound(low - 0.5)]);
  const below = b.emit('Less', [b.x(), bound(high + 0.5)]);
  return [gate(b, b.emit('And', [above, below]), b.emit('Div', [b.g(), scale]))];
}

/** (q − zero point) · scale. */
function dequantize(q: Tensor, scale: Tensor, zero: Tensor | undefined, node: InferContext['node']): Tensor | null {
  const { axis, block, length } = layout(node, q.dims, scale.dims);
  if (block > 0) return null;
  const dims = q.dims.map((_, i) => (i === axis ? length : 1));
  const at = broadcastIndices(scale.dims.length === 0 ? [] : dims, q.dims);
  const [scales, zeros] = [toNumbers(scale), zero && toNumbers(zero)];
  const values = toNumbers(q).map(
    (value, i) => (value - (zeros?.[at[i] as number] ?? 0)) * (scales[at[i] as number] as number),
  );
  return fromNumbers(scale.dtype, q.dims, values);
}

const constants = { 1: 'scale', 2: 'zero point' };

/** Quantised values and back. Between the two, integers carry the gradient of the number they stand for. */
export const quantisation: Operators = {
  QuantizeLinear: {
    infer: (c) => {
      const given = elementTypes[intAttribute(c.node, 'output_dtype', 0)];
      return [{ dtype: c.has(2) ? c.dtype(2) : (given ?? 'uint8'), dims: c.dims(0) }];
    },
    backward: quantizeBackward,
    quantised: 'made',
    constants,
  },
  DequantizeLinear: {
    infer: (c) => [{ dtype: c.dtype(1), dims: c.dims(0) }],
    fold: ([q, scale, zero], node) => {
      const y = dequantize(q as Tensor, scale as Tensor, zero, node);
      return y && [withDims(y, (q as Tensor).dims)];
    },
    backward: (b) => [b.emit('Mul', [b.g(), spread(b, b.x(1))])],
    constants,
  },
};
