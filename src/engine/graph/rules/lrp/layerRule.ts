/** The rules of layer-wise relevance propagation for layers with weights, as data. */
import type { BackwardContext } from '../../ops/definition';

/** What a rule makes of a weight or bias, as nodes that the runtime evaluates once, before the first run. */
export type WeightPart = (b: BackwardContext, weight: string) => string;

/** What a rule puts in place of the layer's input x; `ones` is the input 1, which also leaves the relevance unweighted by x. */
export type InputPart = 'x' | 'x⁺' | 'x⁻' | 'ones' | '−low' | '−high';

/** f(input; weight, bias): f is the layer. A null weight or bias is the layer's own, the bias `none` is left out. */
export interface Term {
  readonly input: InputPart;
  readonly weight: WeightPart | null;
  readonly bias: WeightPart | null | 'none';
}

/** Terms with one denominator: each input i gets factor · R · (its part of the terms) / (the sum of the terms). */
export interface Share {
  readonly terms: readonly Term[];
  readonly factor?: number;
  /** Counts only where the layer's own output has this sign. */
  readonly where?: 'positive' | 'negative';
}

/** A pixel bound: one number, or one for each channel of the model's input. In the units that the model is fed. */
export type Bound = number | readonly number[];

export interface LayerRule {
  readonly shares: readonly Share[];
  /** Added to every denominator with its sign, 0 counting as positive. With 0, a denominator of exactly 0 counts as 1. */
  readonly epsilon: number;
  /** For terms with −low and −high. */
  readonly bounds?: { readonly low: Bound; readonly high: Bound };
}

const positive: WeightPart = (b, weight) => b.emit('Max', [weight, b.scalar(0)]);
const negative: WeightPart = (b, weight) => b.emit('Min', [weight, b.scalar(0)]);
const squared: WeightPart = (b, weight) => b.emit('Mul', [weight, weight]);
const one: WeightPart = (b, weight) => b.emit('Expand', [b.scalar(1), b.emit('Shape', [weight])]);

/** w + γ·w⁺ or w + γ·w⁻. */
function boosted(gamma: number, part: WeightPart): WeightPart {
  return (b, weight) => b.emit('Add', [weight, b.emit('Mul', [part(b, weight), b.scalar(gamma)])]);
}

/** The stabiliser that zennit takes where nothing else is said. */
export const defaultEpsilon = 1e-6;

/**
 * LRP-ε: R_i = Σ_j x_i·w_ij / (z_j + ε·sign z_j) · R_j (Bach et al. 2015, doi:10.1371/journal.pone.0130140); LRP-0 with ε = 0.
 * The bias is part of z and keeps its share.
 */
export function epsilonRule(epsilon = defaultEpsilon): LayerRule {
  return { shares: [{ terms: [{ input: 'x', weight: null, bias: null }] }], epsilon };
}

/** The contributions that are positive with the weight part `plus` on positive inputs: x⁺·plus + x⁻·minus. */
function bySign(plus: WeightPart, minus: WeightPart): readonly Term[] {
  return [
    { input: 'x⁺', weight: plus, bias: plus },
    { input: 'x⁻', weight: minus, bias: 'none' },
  ];
}

/**
 * LRP-γ for inputs of either sign (Andéol et al. 2021, arXiv:2112.04226, as in zennit): where z > 0 the positive contributions are
 * favoured by the factor 1 + γ, where z < 0 the negative ones. On inputs ≥ 0 with z > 0 it is the rule of Montavon et al. 2019.
 */
export function gammaRule(gamma = 0.25, epsilon = defaultEpsilon): LayerRule {
  const [plus, minus] = [boosted(gamma, positive), boosted(gamma, negative)];
  return {
    shares: [
      { terms: bySign(plus, minus), where: 'positive' },
      { terms: bySign(minus, plus), where: 'negative' },
    ],
    epsilon,
  };
}

/**
 * LRP-αβ: α times the positive contributions over their sum, minus β times the negative ones over theirs; α − β = 1 (Bach et al. 2015).
 *
 * @throws RangeError when α − β is not 1 or one of them is negative.
 */
export function alphaBetaRule(alpha = 2, beta = 1, epsilon = defaultEpsilon): LayerRule {
  if (alpha < 0 || beta < 0 || Math.abs(alpha - beta - 1) > 1e-9) {
    throw new RangeError(`LRP-αβ wants α − β = 1 and neither negative, not α = ${alpha} and β = ${beta}.`);
  }
  const rising = { terms: bySign(positive, negative), factor: alpha };
  const falling = { terms: bySign(negative, positive), factor: -beta };
  return { shares: beta === 0 ? [rising] : [rising, falling], epsilon };
}

/** LRP-z⁺ (Montavon et al. 2017, doi:10.1016/j.patcog.2016.11.008): α = 1, β = 0; inputs may be negative. */
export function zPlusRule(epsilon = defaultEpsilon): LayerRule {
  return alphaBetaRule(1, 0, epsilon);
}

/**
 * LRP-zᴮ for inputs between `low` and `high` (Montavon et al. 2017): x·w − low·w⁺ − high·w⁻ over its sum. The biases cancel.
 */
export function zBoxRule(low: Bound, high: Bound, epsilon = defaultEpsilon): LayerRule {
  const terms: readonly Term[] = [
    { input: 'x', weight: null, bias: 'none' },
    { input: '−low', weight: positive, bias: 'none' },
    { input: '−high', weight: negative, bias: 'none' },
  ];
  return { shares: [{ terms }], epsilon, bounds: { low, high } };
}

/** LRP-w²: in proportion to w², whatever the input (Montavon et al. 2017); the bias's square keeps its share, as in zennit. */
export function wSquareRule(epsilon = defaultEpsilon): LayerRule {
  return { shares: [{ terms: [{ input: 'ones', weight: squared, bias: squared }] }], epsilon };
}

/** LRP-♭: evenly over the inputs that an output sees (Lapuschkin et al. 2019, doi:10.1038/s41467-019-08987-4). */
export function flatRule(epsilon = defaultEpsilon): LayerRule {
  return { shares: [{ terms: [{ input: 'ones', weight: one, bias: 'none' }] }], epsilon };
}
