import { floatAttribute, intAttribute } from '../ir/attributes';
import { type FloatTensor, float32 } from '../ir/tensor';
import type { BackwardContext, Operators } from './definition';
import { times } from './elementwise';

/** How far a window of `size` channels reaches to either side of its own. */
export const reach = (size: number) => [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)] as const;

/** Kernel (C, C, 1, …) of the convolution that sums channels from `before` in front of each to `after` behind it. */
function band([, channels = 1, ...spatial]: readonly number[], before: number, after: number): FloatTensor {
  const data = Float32Array.from({ length: channels ** 2 }, (_, i) => {
    const step = (i % channels) - Math.floor(i / channels);
    return step >= -before && step <= after ? 1 : 0;
  });
  return float32([channels, channels, ...spatial.map(() => 1)], data);
}

/** y = x · S^−β with S = k + (α/n)·Σ x² over neighbouring channels: gx = g·S^−β − (2αβ/n)·x·Σᵀ(g·x·S^(−β−1)). */
function lrnBackward(b: BackwardContext): string[] {
  const [x, size] = [b.x(), intAttribute(b.node, 'size', 1)];
  const [alpha, beta] = [floatAttribute(b.node, 'alpha', 1e-4), floatAttribute(b.node, 'beta', 0.75)];
  const [before, after] = reach(size);
  const neighbours = b.emit('Conv', [b.emit('Mul', [x, x]), b.tensor(band(b.dims(x), before, after))]);
  const scaled = b.emit('Mul', [neighbours, b.scalar(alpha / size)]);
  const s = b.emit('Add', [scaled, b.scalar(floatAttribute(b.node, 'bias', 1))]);
  const power = (exponent: number) => b.emit('Pow', [s, b.scalar(exponent)]);
  const reached = b.tensor(band(b.dims(x), after, before));
  const spread = b.emit('Conv', [times(b, b.emit('Mul', [x, power(-beta - 1)])), reached]);
  const second = b.emit('Mul', [b.emit('Mul', [x, spread]), b.scalar((2 * alpha * beta) / size)]);
  return [b.emit('Sub', [times(b, power(-beta)), second])];
}

/** Local response normalisation across channels (Krizhevsky et al. 2012). */
export const localResponse: Operators = {
  LRN: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    backward: lrnBackward,
  },
};
