/** The combinations of rules that are used in practice, as functions of their parameters. Defaults are zennit's (commit 6204e31). */
import type { RuleTable } from '../table';
import {
  alphaBetaRule,
  type Bound,
  defaultEpsilon,
  epsilonRule,
  flatRule,
  gammaRule,
  type LayerRule,
  wSquareRule,
  zBoxRule,
  zPlusRule,
} from './layerRule';
import { type RelevanceOptions, relevanceTable } from './relevanceTable';

export interface EpsilonOptions {
  /** ε of the dense layers. */
  readonly epsilon?: number;
  /** ε of every other denominator. */
  readonly stabiliser?: number;
}

export interface BoxOptions {
  /** The lowest and highest value of a pixel as the model is fed, after preprocessing: one number, or one for each channel. */
  readonly low: Bound;
  readonly high: Bound;
}

/** One rule in all layers with weights. */
function uniform(rule: LayerRule, stabiliser: number, first?: LayerRule): RuleTable {
  return relevanceTable({ convolution: rule, dense: rule, first, epsilon: stabiliser, attention: 'taylor' });
}

/** LRP-0 everywhere. */
export const lrpZero = (): RuleTable => uniform(epsilonRule(0), 0);

/** LRP-ε everywhere. */
export const lrpEpsilon = ({ epsilon = defaultEpsilon, stabiliser = defaultEpsilon }: EpsilonOptions = {}): RuleTable =>
  uniform(epsilonRule(epsilon), stabiliser);

export interface GammaOptions {
  readonly gamma?: number;
  readonly stabiliser?: number;
}

/** LRP-γ everywhere. */
export const lrpGamma = ({ gamma = 0.25, stabiliser = defaultEpsilon }: GammaOptions = {}): RuleTable =>
  uniform(gammaRule(gamma, stabiliser), stabiliser);

export interface AlphaBetaOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly stabiliser?: number;
}

/** LRP-αβ everywhere. */
export const lrpAlphaBeta = ({ alpha = 2, beta = 1, stabiliser = defaultEpsilon }: AlphaBetaOptions = {}): RuleTable =>
  uniform(alphaBetaRule(alpha, beta, stabiliser), stabiliser);

/** LRP-z⁺ everywhere. */
export const lrpZPlus = ({ stabiliser = defaultEpsilon }: Pick<EpsilonOptions, 'stabiliser'> = {}): RuleTable =>
  uniform(zPlusRule(stabiliser), stabiliser);

/** LRP-zᴮ in the first layer and LRP-z⁺ behind it: deep Taylor decomposition (Montavon et al. 2017). */
export const lrpZBox = ({ low, high, stabiliser = defaultEpsilon }: BoxOptions & Pick<EpsilonOptions, 'stabiliser'>) =>
  uniform(zPlusRule(stabiliser), stabiliser, zBoxRule(low, high, stabiliser));

/** LRP-w² in the first layer and LRP-z⁺ behind it: deep Taylor decomposition for unbounded inputs. */
export const lrpWSquare = ({ stabiliser = defaultEpsilon }: Pick<EpsilonOptions, 'stabiliser'> = {}): RuleTable =>
  uniform(zPlusRule(stabiliser), stabiliser, wSquareRule(stabiliser));

/** LRP-♭ in the first layer and LRP-ε behind it. */
export const lrpFlat = ({ epsilon = defaultEpsilon, stabiliser = defaultEpsilon }: EpsilonOptions = {}): RuleTable =>
  uniform(epsilonRule(epsilon), stabiliser, flatRule(stabiliser));

/** ε in dense layers, another rule in convolutions. */
function overEpsilon(
  { epsilon = defaultEpsilon, stabiliser = defaultEpsilon }: EpsilonOptions,
  convolution: (stabiliser: number) => LayerRule,
  first?: (stabiliser: number) => LayerRule,
): RuleTable {
  return relevanceTable({
    convolution: convolution(stabiliser),
    dense: epsilonRule(epsilon),
    first: first?.(stabiliser),
    epsilon: stabiliser,
    attention: 'taylor',
  });
}

/** εγB: zᴮ first, γ in convolutions, ε in dense layers (Montavon et al. 2019, doi:10.1007/978-3-030-28954-6_10). */
export const epsilonGammaBox = (options: BoxOptions & EpsilonOptions & { readonly gamma?: number }): RuleTable =>
  overEpsilon(
    options,
    (stabiliser) => gammaRule(options.gamma, stabiliser),
    (stabiliser) => zBoxRule(options.low, options.high, stabiliser),
  );

/** ε⁺: z⁺ in convolutions, ε in dense layers. */
export const epsilonPlus = (options: EpsilonOptions = {}): RuleTable => overEpsilon(options, zPlusRule);

/** ε⁺♭: flat first, z⁺ in convolutions, ε in dense layers. */
export const epsilonPlusFlat = (options: EpsilonOptions = {}): RuleTable => overEpsilon(options, zPlusRule, flatRule);

/** εα2β1: α2β1 in convolutions, ε in dense layers. */
export const epsilonAlpha2Beta1 = (options: EpsilonOptions = {}): RuleTable =>
  overEpsilon(options, (stabiliser) => alphaBetaRule(2, 1, stabiliser));

export interface AttentionOptions {
  /** 0 is the ε rule; for vision transformers the paper's code takes 0.1 … 0.25 in convolutions and 0.05 … 1 in dense layers. */
  readonly convolutionGamma?: number;
  readonly denseGamma?: number;
  readonly epsilon?: number;
}

function forAttention(attention: RelevanceOptions['attention']) {
  return ({ convolutionGamma = 0, denseGamma = 0, epsilon = 1e-9 }: AttentionOptions = {}): RuleTable => {
    const rule = (gamma: number) => (gamma === 0 ? epsilonRule(epsilon) : gammaRule(gamma, epsilon));
    return relevanceTable({ convolution: rule(convolutionGamma), dense: rule(denseGamma), epsilon, attention });
  };
}

/** AttnLRP (Achtibat et al. 2024, arXiv:2402.05602): relevance goes through the attention weights too. */
export const attnLrp = forAttention('taylor');

/** CP-LRP (Ali et al. 2022, arXiv:2202.07304): attention weights count as numbers; all relevance goes to the values. */
export const cpLrp = forAttention('none');
