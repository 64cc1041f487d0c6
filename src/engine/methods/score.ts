/** The scalar that a method explains. */
import type { ParameterInfo } from '../../shared/results/attribution';
import { itemsIn } from '../model/evaluation/evaluation';
import type { Evaluation } from '../model/evaluation/model';
import { type ClassesScore, classScore } from '../model/evaluation/score';
import type { MethodContext } from './method';

export type Scalar = 'logit' | 'probability';

export const scalarParameter: ParameterInfo = {
  name: 'scalar',
  title: 'Explained number',
  description: 'The class score before the final softmax (or sigmoid), or the probability after it.',
  type: 'choice',
  default: 'logit',
  choices: [
    { value: 'logit', description: 'the class score itself: what speaks for this class' },
    {
      value: 'probability',
      description: 'what speaks for this class rather than the others; fades where the model is certain',
    },
  ],
};

/** The score of the class that the context explains. */
export function scoreOf({ target }: Pick<MethodContext, 'target'>, scalar: ClassesScore['of']): ClassesScore {
  return classScore(target, scalar);
}

/** The score of every class for one image, of an evaluation of several. */
export function scoresOfAll(evaluation: Evaluation, scalar: Scalar, item: number): Float32Array {
  return itemsIn(scalar === 'logit' ? evaluation.logits : evaluation.probabilities, item, 1).data;
}

/** Says when a probability is so near 0 or 1 that its gradient fades. */
export function saturationNotes(evaluation: Evaluation, scalar: Scalar): string[] {
  if (scalar !== 'probability') return [];
  const probability = evaluation.score();
  if (probability > 0.001 && probability < 0.999) return [];
  return [
    `The probability is ${probability.toPrecision(4)}, where its curve is flat and gradients fade; scalar=logit shows more.`,
  ];
}
