import type { Parameters, RawMap } from '../../shared/results/attribution';
import { elementCount } from '../graph/ir/tensor';
import { INPUT } from '../model/evaluation/model';
import { type ClassesScore, classScore } from '../model/evaluation/score';
import { forEachBatch } from './batches';
import type { Method, MethodContext } from './method';
import { choiceOf, flagOf, numberOf } from './parameters';
import {
  absoluteParameter,
  channelsParameter,
  epsilonParameter,
  largestMagnitude,
  type Normalisation,
  normalise,
  normaliseParameter,
  rangeOf,
  toMap,
} from './pixels';
import { type Scalar, scalarParameter } from './score';

type Explained = Scalar | 'cross-entropy';
type Summary = 'mean' | 'squared' | 'variance';

/** Standard deviation of the noise in the model's input space. */
function deviationOf(context: MethodContext, parameters: Parameters): number {
  const noise = numberOf(parameters, 'noise');
  if (choiceOf(parameters, 'noiseUnit') === 'absolute') return noise;
  const { min, max } = rangeOf(context.image.data);
  return noise * (max - min);
}

/** Sums of the gradients of noisy copies, and of their squares. */
class Sums {
  private readonly sum: Float64Array;
  private readonly squares: Float64Array | null;
  private count = 0;

  constructor(
    length: number,
    private readonly summary: Summary,
    private readonly absolute: boolean,
  ) {
    this.sum = new Float64Array(length);
    this.squares = summary === 'mean' ? null : new Float64Array(length);
  }

  add(gradient: Float32Array): void {
    const { sum, squares, absolute } = this;
    this.count++;
    for (let i = 0; i < gradient.length; i++) {
      const value = absolute ? Math.abs(gradient[i]!) : gradient[i]!;
      sum[i]! += value;
      if (squares) squares[i]! += value * value;
    }
  }

  values(): Float64Array {
    const { squares, count } = this;
    if (!squares) return this.sum.map((sum) => sum / count);
    if (this.summary === 'squared') return squares.map((square) => square / count);
    return squares.map((square, i) => Math.max(0, square / count - (this.sum[i]! / count) ** 2));
  }
}

/** The cross-entropy is −log p. */
function explainedScore({ target }: MethodContext, explained: Explained): ClassesScore {
  if (explained !== 'cross-entropy') return classScore(target, explained);
  return { kind: 'classes', of: 'log-probability', weights: { [target]: -1 } };
}

/** SmoothGrad: the mean gradient over noisy copies of the image (Smilkov et al. 2017). Map: H×W×C, or H×W with `channels=max`. */
export const smoothgrad: Method = {
  info: {
    id: 'smoothgrad',
    title: 'SmoothGrad',
    family: 'gradient',
    description:
      'The gradient averaged over noisy copies of the image: what stays when the fine ripples of the gradient cancel out. More samples make it calmer; more noise makes it coarser and may take the image out of what the model knows.',
    formula: 'M = 1/n Σᵢ ∂S/∂x at x + N(0, σ²), with σ = noise · (max x − min x)',
    source: {
      paper: 'Smilkov, Thorat, Kim, Viégas and Wattenberg: SmoothGrad (2017)',
      url: 'https://arxiv.org/abs/1706.03825',
    },
    cost: 'samples × gradient',
    needsLayer: false,
    parameters: [
      {
        name: 'samples',
        title: 'Samples',
        description: 'How many noisy copies of the image are explained; nt_samples in captum.',
        type: 'integer',
        default: 25,
        minimum: 1,
        maximum: 10000,
      },
      {
        name: 'noise',
        title: 'Noise',
        description: 'Standard deviation of the noise, in the unit chosen below.',
        type: 'number',
        default: 0.15,
        minimum: 0,
      },
      {
        name: 'noiseUnit',
        title: 'Unit of the noise',
        description: 'What a noise of 1 means.',
        type: 'choice',
        default: 'range',
        choices: [
          { value: 'range', description: 'the range of this image’s values: max − min over all channels' },
          { value: 'absolute', description: 'one unit of the model’s input' },
        ],
      },
      {
        name: 'summary',
        title: 'Summary',
        description: 'How the gradients of the noisy copies become one map.',
        type: 'choice',
        default: 'mean',
        choices: [
          { value: 'mean', description: 'their mean: SmoothGrad' },
          { value: 'squared', description: 'the mean of their squares: SmoothGrad², without sign' },
          { value: 'variance', description: 'their variance: VarGrad' },
        ],
      },
      {
        ...scalarParameter,
        choices: [
          ...(scalarParameter.choices ?? []),
          { value: 'cross-entropy', description: 'the loss −log p: the sign is turned round' },
        ],
      },
      absoluteParameter,
      {
        name: 'clamp',
        title: 'Clamp noisy images',
        description: 'Keep the noisy copies between the smallest and the largest value of the image.',
        type: 'boolean',
        default: false,
      },
      channelsParameter,
      normaliseParameter,
      epsilonParameter,
    ],
    presets: [
      {
        name: 'pair',
        title: 'PAIR saliency GetSmoothedMask',
        description: 'Averages the squares of the gradients by default (SmoothGrad²).',
        parameters: { samples: 25, noise: 0.15, noiseUnit: 'range', summary: 'squared' },
      },
      {
        name: 'captum',
        title: 'captum NoiseTunnel over Saliency',
        description: 'Five samples with the noise 1.0 in units of the input, absolute values before averaging.',
        parameters: { samples: 5, noise: 1, noiseUnit: 'absolute', summary: 'mean', absolute: true },
      },
      {
        name: 'tf-explain',
        title: 'tf-explain SmoothGrad',
        description: 'Five samples with the noise 1.0 in units of the input; explains the cross-entropy loss.',
        parameters: { samples: 5, noise: 1, noiseUnit: 'absolute', summary: 'mean', scalar: 'cross-entropy' },
      },
      {
        name: 'tf-keras-vis',
        title: 'tf-keras-vis Saliency with smooth_samples',
        description:
          'Mean of absolute gradients, largest channel, scaled from 0 to 1; 20 samples as its documentation has it.',
        parameters: {
          samples: 20,
          noise: 0.2,
          noiseUnit: 'range',
          summary: 'mean',
          absolute: true,
          channels: 'max',
          normalise: 'min-max',
          epsilon: 1e-7,
        },
      },
    ],
  },
  singlePass: false,
  async run(context, parameters) {
    const { input, image } = context;
    const explained = choiceOf<Explained>(parameters, 'scalar');
    const probe = { wrt: INPUT };
    const length = elementCount(input.dims);
    const deviation = deviationOf(context, parameters);
    const bounds = flagOf(parameters, 'clamp') ? rangeOf(image.data) : null;
    const sums = new Sums(length, choiceOf<Summary>(parameters, 'summary'), flagOf(parameters, 'absolute'));
    const map = (): RawMap => {
      const values = toMap(sums.values(), input);
      const reduced = choiceOf(parameters, 'channels') === 'max' ? largestMagnitude(values) : values;
      return normalise(reduced, choiceOf<Normalisation>(parameters, 'normalise'), numberOf(parameters, 'epsilon'));
    };
    await forEachBatch(context, {
      count: numberOf(parameters, 'samples'),
      probes: { score: explainedScore(context, explained), gradients: [probe] },
      fill(_, into) {
        const noise = context.random.normal(length, deviation);
        const { data } = image;
        for (let i = 0; i < length; i++) {
          const value = data[i]! + noise[i]!;
          into[i] = bounds ? Math.min(Math.max(value, bounds.min), bounds.max) : value;
        }
      },
      take(evaluation, _, size) {
        const gradients = evaluation.gradient(probe).data;
        for (let i = 0; i < size; i++) sums.add(gradients.subarray(i * length, (i + 1) * length));
      },
      partial: map,
    });
    return {
      map: map(),
      notes: deviation === 0 ? ['The noise is 0: every sample was the image itself.'] : [],
    };
  },
};
