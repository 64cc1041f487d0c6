import { floatAttribute, intAttribute, intsAttribute } from '../ir/attributes';
import { elementCount, float32, type Tensor } from '../ir/tensor';
import type { BackwardContext, Operators } from './definition';
import { times, toInput } from './elementwise';
import { toChannels } from './weightGradients';

/** (C, 1, …): broadcasts a value per channel against (N, C, …). */
function channelDims(channels: number, rank: number): number[] {
  return [channels, ...new Array<number>(Math.max(rank - 2, 0)).fill(1)];
}

/** A per-channel value (C) in a shape that broadcasts against (N, C, …). */
export function perChannel(b: BackwardContext, value: string, rank: number): string {
  const constant = b.constant(value);
  if (!constant) return b.emit('Reshape', [value, b.ints(channelDims(-1, rank))]);
  return b.tensor({ ...constant, dims: channelDims(constant.dims[0] as number, rank) });
}

/** γ / √(var + ε) per channel: BatchNormalization's slope in inference. */
export function batchNormalizationSlope(scale: Tensor, variance: Tensor, epsilon: number): Float32Array {
  const gamma = scale.data as Float32Array;
  return Float32Array.from(variance.data as Float32Array, (v, c) => (gamma[c] as number) / Math.sqrt(v + epsilon));
}

const epsilonOf = (b: BackwardContext) => floatAttribute(b.node, 'epsilon', 1e-5);

/** The slope of a BatchNormalization whose γ and variance are constants, against (N, C, …). */
function constantSlope(b: BackwardContext): string | undefined {
  const [scale, variance] = [b.constant(b.x(1)), b.constant(b.x(4))];
  if (scale?.dtype !== 'float32' || variance?.dtype !== 'float32') return undefined;
  const slope = batchNormalizationSlope(scale, variance, epsilonOf(b));
  return b.tensor(float32(channelDims(slope.length, b.dims(b.x()).length), slope));
}

/** y = γ·(x − μ) / √(var + ε) + β, where γ, β, μ and var are constants in all but a few networks. */
function batchNormalizationBackward(b: BackwardContext): (string | null)[] {
  if (intAttribute(b.node, 'training_mode', 0) === 1) b.unsupported('is in training mode');
  const shaped = (index: number) => perChannel(b, b.x(index), b.dims(b.x()).length);
  const deviation = () => b.emit('Sqrt', [b.emit('Add', [shaped(4), b.scalar(epsilonOf(b))])]);
  const slope = constantSlope(b) ?? b.emit('Div', [shaped(1), deviation()]);
  const standard = () => b.emit('Div', [b.emit('Sub', [b.x(), shaped(3)]), deviation()]);
  const byVariance = () => b.emit('Mul', [b.emit('Div', [standard(), deviation()]), b.scalar(-0.5)]);
  return [
    b.wanted(0) ? times(b, slope) : null,
    toChannels(b, 1, () => times(b, standard())),
    toChannels(b, 2, () => b.g()),
    toChannels(b, 3, () => b.emit('Neg', [times(b, slope)])),
    toChannels(b, 4, () => b.emit('Mul', [times(b, slope), byVariance()])),
  ];
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

/** What Mean (output 1) and InvStdDev (output 2) add to x's gradient: g/n and −g·x̂/(n·σ²). */
function byStatistics(b: BackwardContext, axes: readonly number[], epsilon: number): string[] {
  const share = 1 / elementCount(axes.map((axis) => b.dims(b.x())[axis] as number));
  const shared = (index: number, factor: number) => b.emit('Mul', [b.g(index), b.scalar(factor)]);
  const byMean = () => b.emit('Expand', [shared(1, share), b.emit('Shape', [b.x()])]);
  const byDeviation = () => {
    const { standard, deviation } = standardise(b, b.x(), b.ints(axes), epsilon);
    return b.emit('Mul', [standard, b.emit('Div', [shared(2, -share), b.emit('Mul', [deviation, deviation])])]);
  };
  return [...(b.hasGradient(1) ? [byMean()] : []), ...(b.hasGradient(2) ? [byDeviation()] : [])];
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index);
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
      const [axes, epsilon] = [range(2, rank), epsilonOf(b)];
      const scaled = () => times(b, perChannel(b, b.x(1), rank));
      const standard = () => standardise(b, b.x(), b.ints(axes), epsilon).standard;
      return [
        b.wanted(0) ? normalisedBackward(b, b.x(), scaled(), axes, epsilon) : null,
        toChannels(b, 1, () => times(b, standard())),
        toChannels(b, 2, () => b.g()),
      ];
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
      const [epsilon, read] = [epsilonOf(b), b.hasGradient(0)];
      const byOutput = () => (read ? [normalisedBackward(b, b.x(), times(b, b.x(1)), axes, epsilon)] : []);
      const parts = b.wanted(0) ? [...byOutput(), ...byStatistics(b, axes, epsilon)] : [];
      return [
        parts.length > 0 ? parts.reduce((sum, part) => b.emit('Add', [sum, part])) : null,
        read ? toInput(b, 1, () => times(b, standardise(b, b.x(), b.ints(axes), epsilon).standard)) : null,
        read ? toInput(b, 2, () => b.g()) : null,
      ];
    },
  },

  // Each group as one row: (N, G, C/G·H·W) normalised over its last axis.
  GroupNormalization: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    backward: (b) => {
      const [rows, shape] = [b.ints([0, intAttribute(b.node, 'num_groups', 1), -1]), b.emit('Shape', [b.x()])];
      const epsilon = epsilonOf(b);
      const x = b.emit('Reshape', [b.x(), rows]);
      const scaled = () => b.emit('Reshape', [times(b, perChannel(b, b.x(1), b.dims(b.x()).length)), rows]);
      const back = (value: string) => b.emit('Reshape', [value, shape]);
      return [
        b.wanted(0) ? back(normalisedBackward(b, x, scaled(), [2], epsilon)) : null,
        toChannels(b, 1, () => times(b, back(standardise(b, x, b.ints([2]), epsilon).standard))),
        toChannels(b, 2, () => b.g()),
      ];
    },
  },

  // (x − mean) / (deviation + 1e-9), by default over the batch too.
  MeanVarianceNormalization: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    backward: (b) => [normalisedBackward(b, b.x(), b.g(), intsAttribute(b.node, 'axes') ?? [0, 2, 3], 1e-18)],
  },
};
