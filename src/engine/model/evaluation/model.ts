import type { ChosenLayer, LayerInfo } from '../../../shared/results/layers';
import type { FloatTensor } from '../../graph/ir/tensor';
import type { RuleChoice } from '../../graph/rules';

/** Probe name that stands for the model's input. */
export const INPUT = 'input';

/** One wanted gradient: of the target's logit or probability, with respect to the input or to a layer's output. */
export interface GradientProbe {
  readonly of: 'logit' | 'probability';
  /** The backward rules: with a relevance table the "gradient" is the relevance for a score of 1, to be multiplied by the score. */
  readonly rules: RuleChoice;
  /** {@link INPUT} or a layer's name. */
  readonly wrt: string;
}

export interface Probes {
  /** Names of layers whose outputs are wanted. */
  readonly activations?: readonly string[];
  readonly gradients?: readonly GradientProbe[];
}

/** What one batch gave. Logits and probabilities are always there. */
export interface Evaluation {
  /** [batch, classes]. */
  readonly logits: FloatTensor;
  /** [batch, classes]: softmax of the logits; sigmoid for a model with one logit or a final Sigmoid. */
  readonly probabilities: FloatTensor;
  /** The layer's output, [batch, …]. Throws when it was not asked for. */
  activation(layer: string): FloatTensor;
  /** d score[target] / d value for each item of the batch, in the value's shape. Throws when it was not asked for. */
  gradient(probe: GradientProbe): FloatTensor;
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
  /** How many images one run should hold at most, so that a run stays short. */
  readonly batchSize: number;
  /** `input` is [n, …input.dims] with n ≤ batchSize. */
  evaluate(input: FloatTensor, target: number, probes: Probes, signal?: AbortSignal): Promise<Evaluation>;
}
