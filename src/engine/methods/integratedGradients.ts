import type { RawMap } from '../../shared/results/attribution';
import { elementCount, float32 } from '../graph/ir/tensor';
import { INPUT } from '../model/evaluation/model';
import { type Baseline, baselineColour, baselineImage, baselineParameter, baselineValueParameter } from './baselines';
import { forEachBatch } from './batches';
import type { Method, MethodContext } from './method';
import { choiceOf, flagOf, numberOf } from './parameters';
import { short, toMap } from './pixels';
import { type QuadratureRule, quadrature } from './quadrature';
import { type Scalar, scalarParameter, scoreOf, scoresOfAll } from './score';

/** Relative completeness error above which more steps are advised. */
const poorConvergence = 0.05;

/** S(x) − S(x'). */
async function scoreDifference(
  context: MethodContext,
  baseline: Float32Array,
  colour: Float64Array,
  scalar: Scalar,
): Promise<number> {
  const { image, classes, target } = context;
  const score = scoreOf(context, scalar);
  const scores = await context.once(JSON.stringify(['ends of a path', [...colour], scalar]), async () => {
    // Asked for together, so that the model may answer both with one run.
    const [whole, empty] = await Promise.all([
      context.evaluate(image, { score }),
      context.evaluate(float32(image.dims, baseline), { score }),
    ]);
    const both = new Float32Array(2 * classes);
    both.set(scoresOfAll(whole, scalar, 0));
    both.set(scoresOfAll(empty, scalar, 0), classes);
    return both;
  });
  return scores[target]! - scores[classes + target]!;
}

function completenessNotes(delta: number, difference: number, steps: number): string[] {
  const relative = Math.abs(delta) / Math.abs(difference);
  // Between two equal scores a relative error means nothing.
  if (Math.abs(difference) < 1e-6 || !(relative > poorConvergence)) return [];
  return [
    `The values sum to ${short(difference + delta)}, which misses the score’s difference between baseline and image (${short(difference)}) by ${(100 * relative).toFixed(0)} % of it: ${steps} steps are too few for this path; try ${steps * 4}.`,
  ];
}

/** Integrated gradients: the gradient summed along a straight path from a baseline (Sundararajan et al. 2017). Map: H×W×C. */
export const integratedGradients: Method = {
  info: {
    id: 'integrated-gradients',
    title: 'Integrated Gradients',
    family: 'path',
    description:
      'The gradient averaged on the straight line from a baseline to the image, times the difference of the two. The values add up to the score’s difference between image and baseline (the convergence delta tells how exactly). What equals the baseline gets no credit: choose a baseline that stands for “nothing there”.',
    formula: 'M = (x − x′) ⊙ Σᵢ wᵢ ∂S/∂x at x′ + αᵢ (x − x′)',
    source: {
      paper: 'Sundararajan, Taly and Yan: Axiomatic Attribution for Deep Networks (2017)',
      url: 'https://arxiv.org/abs/1703.01365',
    },
    cost: 'steps × gradient',
    needsLayer: false,
    parameters: [
      {
        name: 'steps',
        title: 'Steps',
        description: 'How many points of the path are looked at; n_steps in captum.',
        type: 'integer',
        default: 32,
        minimum: 1,
        maximum: 10000,
      },
      {
        name: 'rule',
        title: 'Rule of the sum',
        description: 'Where the path is looked at, and with what weight.',
        type: 'choice',
        default: 'gauss-legendre',
        choices: [
          {
            value: 'gauss-legendre',
            description: 'Gauss–Legendre points and weights: the most exact for smooth paths',
          },
          { value: 'midpoint', description: 'the middle of equal steps' },
          { value: 'left', description: 'the beginning of equal steps' },
          { value: 'right', description: 'the end of equal steps' },
          { value: 'trapezoid', description: 'equal distances with both ends, which count half' },
          { value: 'both-ends', description: 'equal distances with both ends, all alike: error of order 1/steps' },
          {
            value: 'trapezoid-unscaled',
            description: 'as captum’s riemann_trapezoid: the weights sum to (steps − 1)/steps',
          },
        ],
      },
      baselineParameter('baseline', 'Baseline', 'The image without anything in it, where the path begins.', 'zero'),
      baselineValueParameter('baselineValue', 'Baseline value', 'the baseline'),
      {
        name: 'multiplyByInput',
        title: 'Times the difference',
        description:
          'Multiply the averaged gradient by image − baseline. Without it, the map is a sensitivity and does not add up to the score.',
        type: 'boolean',
        default: true,
      },
      scalarParameter,
    ],
    presets: [
      {
        name: 'pair',
        title: 'PAIR saliency IntegratedGradients',
        description: '25 points with both ends, all with the same weight, so that the values add up only roughly.',
        parameters: { steps: 25, rule: 'both-ends', baseline: 'zero' },
      },
      {
        name: 'captum',
        title: 'captum IntegratedGradients',
        description: '50 Gauss–Legendre points from an all-zero input.',
        parameters: { steps: 50, rule: 'gauss-legendre', baseline: 'zero' },
      },
      {
        name: 'tf-explain',
        title: 'tf-explain IntegratedGradients',
        description: 'Ten points with both ends; the mean gradient of the probability, not multiplied by the input.',
        parameters: { steps: 10, rule: 'both-ends', baseline: 'zero', multiplyByInput: false, scalar: 'probability' },
      },
    ],
  },
  singlePass: false,
  async run(context, parameters) {
    const { input, image } = context;
    const scalar = choiceOf<Scalar>(parameters, 'scalar');
    const multiply = flagOf(parameters, 'multiplyByInput');
    const steps = numberOf(parameters, 'steps');
    const colour = baselineColour(
      context,
      choiceOf<Baseline>(parameters, 'baseline'),
      numberOf(parameters, 'baselineValue'),
    );
    const baseline = baselineImage(context, colour);
    const { points, weights } = quadrature(choiceOf<QuadratureRule>(parameters, 'rule'), steps);
    const length = elementCount(input.dims);
    const average = new Float64Array(length);
    const probe = { wrt: INPUT };
    const values = (): Float64Array =>
      multiply ? average.map((value, i) => value * (image.data[i]! - baseline[i]!)) : average;
    const map = (): RawMap => toMap(values(), input);
    await forEachBatch(context, {
      count: steps,
      probes: { score: scoreOf(context, scalar), gradients: [probe] },
      fill(index, into) {
        const alpha = points[index]!;
        const { data } = image;
        for (let i = 0; i < length; i++) into[i] = baseline[i]! + alpha * (data[i]! - baseline[i]!);
      },
      take(evaluation, first, size) {
        const gradients = evaluation.gradient(probe).data;
        for (let item = 0, at = 0; item < size; item++) {
          const weight = weights[first + item]!;
          for (let i = 0; i < length; i++, at++) average[i]! += weight * gradients[at]!;
        }
      },
      partial: map,
    });
    if (!multiply) return { map: map() };
    const difference = await scoreDifference(context, baseline, colour, scalar);
    const delta = values().reduce((sum, value) => sum + value, 0) - difference;
    return {
      map: map(),
      convergenceDelta: delta,
      scoreDifference: difference,
      notes: completenessNotes(delta, difference, steps),
    };
  },
};
