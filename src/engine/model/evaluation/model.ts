import type { ChosenLayer, LayerInfo } from '../../../shared/results/layers';
import type { FloatTensor } from '../../graph/ir/tensor';
import type { RuleChoice } from '../../graph/rules';
import type { Score } from './score';

/** Probe name that stands for the model's input. */
export const INPUT = 'input';

/** One wanted gradient: of the score, with respect to the input or to a layer's output. */
export interface GradientProbe {
  /** {@link INPUT} or a layer's name. */
  readonly wrt: string;
  /**
   * The backward rules; `standard`, the true gradient, when left out. With a relevance table the “gradient” is the relevance, which is
   * linear in the score's weights: that of a weight of 1, times the score, is that of the score itself. With `deep-lift` it holds the
   * multipliers: times the difference from the reference they are the attribution.
   */
  readonly rules?: RuleChoice;
}

/** A Hessian–vector product: ∂/∂wrt ⟨∂score/∂of, direction⟩, each of `of` and `wrt` the input or a layer, `wrt` not behind `of`. */
export interface ProductProbe {
  readonly of: string;
  readonly wrt: string;
  /** [n or 1, … the shape of `of`]; 'value': the value of `of` itself. */
  readonly direction: FloatTensor | 'value';
}

/** What is wanted of images beside their logits. */
export interface Probes {
  /** The number that is explained: one for all images or, for values of the same kind, one for each. Gradients need it. */
  readonly score?: Score | readonly Score[];
  /** Names of layers whose outputs are wanted. */
  readonly activations?: readonly string[];
  readonly gradients?: readonly GradientProbe[];
  readonly products?: readonly ProductProbe[];
  /** Layer → the value that takes the place of its output, [n or 1, … its shape]. */
  readonly replace?: ReadonlyMap<string, FloatTensor>;
  /** The inputs that the images are compared with, [n or 1, …input.dims]. */
  readonly reference?: FloatTensor;
}

/** What was computed for the images of one evaluation. */
export interface Outcome {
  /** [n, classes]. */
  readonly logits: FloatTensor;
  /** [n, classes]: softmax of the logits; sigmoid for a model with one logit or a final Sigmoid. */
  readonly probabilities: FloatTensor;
  /** The score of one image. Throws when none was asked for. */
  score(item?: number): number;
  /** The layer's output, [n, …]. Throws when it was not asked for. */
  activation(layer: string): FloatTensor;
}

export interface Evaluation extends Outcome {
  /** d score / d value for each image, [n, … the value's shape]. Throws when it was not asked for. */
  gradient(probe: GradientProbe): FloatTensor;
  /** In the shape of `wrt`, [n, …]. Throws when it was not asked for. */
  product(probe: ProductProbe): FloatTensor;
  /** The same for the reference inputs. Throws when there were none. */
  reference(): Outcome;
}

export interface ModelInput {
  /** Shape without the batch: [3, 224, 224] or [224, 224, 3]. */
  readonly dims: readonly number[];
  readonly layout: 'NCHW' | 'NHWC';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A checkpoint that is ready to answer. Calls to `evaluate` that are made in the same tick are merged: the same input tensor is
 * evaluated once with the union of the probes, different inputs with the same probes go as one batch.
 */
export interface Model {
  readonly input: ModelInput;
  readonly classes: number;
  readonly layers: readonly LayerInfo[];
  readonly defaultLayer: ChosenLayer | null;
  /** How many images one run holds at most, so that a run stays short; larger evaluations are cut. */
  readonly batchSize: number;
  /**
   * Evaluates n images: `input`, replaced values, references and directions are [n, …] or, the same for all, [1, …]; scores are n or one.
   *
   * @throws UsageError when probes name what the model does not have, or shapes do not fit.
   */
  evaluate(input: FloatTensor, probes: Probes, signal?: AbortSignal): Promise<Evaluation>;
}
