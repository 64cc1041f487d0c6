import type { AnswerRecord } from './answers';
import type { ClassScore } from './attribution';

/** `problem`: what is computed is wrong or empty; `warning`: it may mislead; `note`: good to know. */
export type Severity = 'problem' | 'warning' | 'note';

/** Severities, the gravest first. */
export const severities: readonly Severity[] = ['problem', 'warning', 'note'];

/** What a health check found: what it is, where, and what to do, in one or two sentences. */
export interface Finding {
  readonly severity: Severity;
  readonly sentence: string;
  /** Name of the layer it is about; absent when it is about the model as a whole. */
  readonly layer?: string;
}

/** The numbers of one array. Minimum, maximum, mean and norm are those of its finite elements, NaN when there are none. */
export interface ArrayHealth {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Euclidean (L2) norm. */
  readonly norm: number;
  /** Share of elements that are exactly 0, 0..1. */
  readonly zero: number;
  /** Counts of elements. */
  readonly nan: number;
  readonly infinite: number;
}

/**
 * Units of an activation: the channels of a feature map, the elements of a vector, the last axis of tokens. A unit is dead when the
 * activation has it at its floor at every position of the image (0 for rectifiers, the lower end of a sigmoid …), and stuck when it has it
 * at its ceiling everywhere: either way its slope is 0, or below 1 % of its steepest, and no gradient comes through.
 */
export interface UnitHealth {
  /** Which activation decides, as users know it: `ReLU`, `ReLU6`, `SiLU`, `Sigmoid` … */
  readonly activation: string;
  readonly count: number;
  readonly dead: number;
  readonly stuck: number;
}

export interface LayerHealth {
  readonly name: string;
  readonly operator: string;
  /** Without the batch. */
  readonly shape: readonly number[];
  readonly activation: ArrayHealth;
  /** null for layers without a floor or ceiling (a convolution, an addition …). */
  readonly units: UnitHealth | null;
  /** Of the explained class's logit with respect to the layer's output; null where no gradient can be computed. */
  readonly gradient: ArrayHealth | null;
  /** Norm of the gradient as a share of the largest norm of all layers, 0..1; null without a gradient. */
  readonly relativeGradient: number | null;
}

export interface OutputHealth {
  /** Of all logits. */
  readonly logits: ArrayHealth;
  readonly classes: number;
  /** The explained class. */
  readonly target: ClassScore;
  /** The most probable class and the next one. */
  readonly top: ClassScore;
  readonly second: ClassScore | null;
  /** Difference of the two largest logits; null for a model with one logit. */
  readonly margin: number | null;
  /** Slope of the explained class's probability by its own logit, p(1 − p), 0..0.25. */
  readonly probabilitySlope: number;
  /** Entropy of the probabilities as a share of its largest value, log(classes), 0..1; null where probabilities do not add up to 1. */
  readonly entropy: number | null;
}

/** The place in the graph where numbers stop being finite. */
export interface NonFiniteOrigin {
  readonly kind: 'NaN' | 'infinity';
  /** A value, a weight, or the gradient of a value. */
  readonly of: 'activation' | 'weight' | 'gradient';
  /** Name of that value, weight, or value with that gradient. */
  readonly value: string;
  /** Name and operator of the node that computes it, reads the weight, or gives the gradient; null for the model's input. */
  readonly node: string | null;
  readonly operator: string | null;
}

export interface WeightHealth {
  /** Number of floating-point weights. */
  readonly count: number;
  readonly nan: number;
  readonly infinite: number;
}

/** Activations and gradients of every layer for one image, and what is to be said about them. */
export interface HealthReport {
  readonly checkpoint: string;
  readonly image: string;
  /** The layer of the class activation maps; null when the model has none with spatial extent. */
  readonly camLayer: string | null;
  /** Which answer is explained, of a model that gives several for an image. */
  readonly answer?: AnswerRecord;
  readonly output: OutputHealth;
  /** The model's input: its `name`, values and gradient. */
  readonly input: LayerHealth;
  /** In the order of computation. */
  readonly layers: readonly LayerHealth[];
  readonly weights: WeightHealth;
  /** Where numbers stop being finite; null when all are finite. */
  readonly firstNonFinite: NonFiniteOrigin | null;
  /** The gravest first. */
  readonly findings: readonly Finding[];
  /** Passes through the model, and the most bytes of activations and gradients that one of them gave. */
  readonly cost: { readonly passes: number; readonly peakBytes: number; readonly seconds: number };
}

/** The gravest first; among equals the order in which they were found. */
export function ranked(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** Findings of two runs about the same question, each sentence once. */
export function mergedFindings(earlier: readonly Finding[], later: readonly Finding[]): Finding[] {
  const sentences = new Set(later.map(({ sentence }) => sentence));
  return ranked([...earlier.filter(({ sentence }) => !sentences.has(sentence)), ...later]);
}
