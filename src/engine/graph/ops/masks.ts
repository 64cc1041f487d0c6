/** Masks and ramps in the fewest passes over the data. */
import type { BackwardContext } from './definition';
import { typeCode } from './elementTypes';

/**
 * min(max(slope·value + offset, 0), 1). For float32 that is HardSigmoid: one pass, one that onnxruntime does in its blocked layout, where
 * comparisons make it convert the data back and forth.
 */
export function ramp(b: BackwardContext, value: string, slope: number, offset: number): string {
  if (b.dtype(value) === 'float32') return b.emit('HardSigmoid', [value], { alpha: slope, beta: offset });
  const line = b.emit('Add', [b.emit('Mul', [value, b.scalar(slope)]), b.scalar(offset)]);
  return b.emit('Min', [b.emit('Max', [line, b.scalar(0)]), b.scalar(1)]);
}

/**
 * 1 where value > bound, 0 elsewhere, as numbers: a ramp so steep that it is a step. Its slope is a power of two, so that the product with
 * the bound is exact and the step exact for all numbers but denormal ones.
 */
export function above(b: BackwardContext, value: string, bound: number): string {
  if (b.dtype(value) !== 'float32') return asNumbers(b, 'Greater', value, bound);
  const slope = steepness(bound);
  return ramp(b, value, slope, -slope * bound);
}

/** 1 where value < bound, 0 elsewhere; see {@link above}. */
export function below(b: BackwardContext, value: string, bound: number): string {
  if (b.dtype(value) !== 'float32') return asNumbers(b, 'Less', value, bound);
  const slope = steepness(bound);
  return ramp(b, value, -slope, slope * bound);
}

/** The largest power of two whose product with the bound is finite; at least 1 in a distance that normal numbers have. */
function steepness(bound: number): number {
  return 2 ** (126 - Math.max(0, Math.ceil(Math.log2(Math.abs(bound)))));
}

function asNumbers(b: BackwardContext, comparison: 'Greater' | 'Less', value: string, bound: number): string {
  return b.emit('Cast', [b.emit(comparison, [value, b.scalar(bound)])], { to: typeCode(b.dtype(value)) });
}
