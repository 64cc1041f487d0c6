import { floatAttribute, intAttribute } from '../attributes';
import { float32, type Tensor } from '../tensor';
import type { BackwardContext, Operators } from './definition';
import { times } from './elementwise';

/** A per-channel value (C) in a shape that broadcasts against (N, C, …). */
export function perChannel(b: BackwardContext, value: string, rank: number): string {
  const shape = [-1, ...new Array<number>(rank - 2).fill(1)];
  const constant = b.constant(value);
  if (!constant) return b.emit('Reshape', [value, b.ints(shape)]);
  return b.tensor({ ...constant, dims: [constant.dims[0] as number, ...shape.slice(1)] });
}

/** γ / √(var + ε) per channel: BatchNormalization's slope in inference. */
export function batchNormalizationSlope(scale: Tensor, variance: Tensor, epsilon: number): Float32Array {
  const gamma = scale.data as Float32Array;
  return Float32Array.from(variance.data as Float32Array, (v, c) => (gamma[c] as number) / Math.sqrt(v + epsilon));
}

function batchNormalizationBackward(b: BackwardContext): string[] {
  const [scale, variance] = [b.constant(b.x(1)), b.constant(b.x(4))];
  if (intAttribute(b.node, 'training_mode', 0) === 1) b.unsupported('is in training mode');
  if (scale?.dtype !== 'float32' || variance?.dtype !== 'float32') {
    return b.unsupported('has statistics that are no float32 constants');
  }
  const slope = batchNormalizationSlope(scale, variance, floatAttribute(b.node, 'epsilon', 1e-5));
  const rank = b.dims(b.x()).length;
  const dims = [slope.length, ...new Array<number>(Math.max(rank - 2, 0)).fill(1)];
  return [times(b, b.tensor(float32(dims, slope)))];
}

/** x̂ and 1/√(var + ε) of x over the given axes. */
export function standardise(b: BackwardContext, x: string, axes: string, epsilon: number) {
  const centred = b.emit('Sub', [x, b.emit('ReduceMean', [x, axes], { keepdims: 1 })]);
  const variance = b.emit('ReduceMean', [b.emit('Mul', [centred, centred]), axes], { keepdims: 1 });
  const deviation = b.emit('Sqrt', [b.emit('Add', [variance, b.scalar(epsilon)])]);
  return { standard: b.emit('Div', [centred, deviation]), deviation };
}

/** (ĝ − mean(ĝ) − x̂·mean(ĝ·x̂)) / √(var + ε), the means over the normalised axes. */
function normalisedBackward(
  b: BackwardContext,
  x: string,
  scaled: string,
  axes: readonly number[],
  epsilon: number,
): string {
  const over = b.ints(axes);
  const mean = (value: string) => b.emit('ReduceMean', [value, over], { keepdims: 1 });
  const { standard, deviation } = standardise(b, x, over, epsilon);
  const projection = b.emit('Mul', [standard, mean(b.emit('Mul', [scaled, standard]))]);
  const centred = b.emit('Sub', [b.emit('Sub', [scaled, mean(scaled)]), projection]);
  return b.emit('Div', [centred, deviation]);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index);
}

/** y = x · S^−β with S = k + (α/n)·Σ x² over neighbouring channels: gx = g·S^−β − (2αβ/n)·x·Σᵀ(g·x·S^(−β−1)). */
function lrnBackward(b: BackwardContext): string[] {
  const [x, size] = [b.x(), intAttribute(b.node, 'size', 1)];
  const [alpha, beta] = [floatAttribute(b.node, 'alpha', 1e-4), floatAttribute(b.node, 'beta', 0.75)];
  const channels = b.dims(x)[1] as number;
  const band = (transposed: boolean) => {
    const data = new Float32Array(channels * channels);
    for (let c = 0; c < channels; c++) {
      for (let d = c - Math.floor((size - 1) / 2); d <= c + Math.ceil((size - 1) / 2); d++) {
        if (d >= 0 && d < channels) data[transposed ? d * channels + c : c * channels + d] = 1;
      }
    }
    return b.tensor(float32([channels, channels, ...new Array<number>(b.dims(x).length - 2).fill(1)], data));
  };
  const neighbours = b.emit('Conv', [b.emit('Mul', [x, x]), band(false)]);
  const scaled = b.emit('Mul', [neighbours, b.scalar(alpha / size)]);
  const s = b.emit('Add', [scaled, b.scalar(floatAttribute(b.node, 'bias', 1))]);
  const power = (exponent: number) => b.emit('Pow', [s, b.scalar(exponent)]);
  const spread = b.emit('Conv', [times(b, b.emit('Mul', [x, power(-beta - 1)])), band(true)]);
  const second = b.emit('Mul', [b.emit('Mul', [x, spread]), b.scalar((2 * alpha * beta) / size)]);
  return [b.emit('Sub', [times(b, power(-beta)), second])];
}

export const normalisation: Operators = {
  BatchNormalization: {
    infer: (c) => {
      const statistics = { dtype: c.dtype(3), dims: c.dims(3) };
      return [{ dtype: c.dtype(0), dims: c.dims(0) }, statistics, statistics];
    },
    backward: batchNormalizationBackward,
  },

  InstanceNormalization: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    backward: (b) => {
      const rank = b.dims(b.x()).length;
      const scaled = times(b, perChannel(b, b.x(1), rank));
      return [normalisedBackward(b, b.x(), scaled, range(2, rank), floatAttribute(b.node, 'epsilon', 1e-5))];
    },
  },

  LayerNormalization: {
    infer: (c) => {
      const dims = c.dims(0);
      const axis = c.axis(intAttribute(c.node, 'axis', -1), dims.length);
      const statistics = { dtype: 'float32' as const, dims: dims.map((length, i) => (i < axis ? length : 1)) };
      return [{ dtype: c.dtype(0), dims }, statistics, statistics];
    },
    backward: (b) => {
      const rank = b.dims(b.x()).length;
      const axes = range((intAttribute(b.node, 'axis', -1) + rank) % rank, rank);
      return [normalisedBackward(b, b.x(), times(b, b.x(1)), axes, floatAttribute(b.node, 'epsilon', 1e-5))];
    },
  },

  // Each group as one row: (N, G, C/G·H·W) normalised over its last axis.
  GroupNormalization: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    backward: (b) => {
      const rows = b.ints([0, intAttribute(b.node, 'num_groups', 1), -1]);
      const scaled = b.emit('Reshape', [times(b, perChannel(b, b.x(1), b.dims(b.x()).length)), rows]);
      const x = b.emit('Reshape', [b.x(), rows]);
      const gradient = normalisedBackward(b, x, scaled, [2], floatAttribute(b.node, 'epsilon', 1e-5));
      return [b.emit('Reshape', [gradient, b.emit('Shape', [b.x()])])];
    },
  },

  LRN: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    backward: lrnBackward,
  },
};
