import { UsageError } from '../../shared/errors';
import type { ChosenOutput, OutputSelection } from '../../shared/question/output';
import type { FloatTensor } from '../graph/ir/tensor';
import type { LoadedModel } from '../model/loaded/loadedModel';
import { chosenOutput, type DefaultOutput, middleAnswer, selectedAnswers, surestAnswer } from '../model/target/output';
import type { OpenCheckpoint } from './checkpoints';

/** A model that gives the chosen answer as its logits, and which one that is; null for a model with one answer for an image. */
export interface ModelWithOutput {
  readonly model: LoadedModel;
  readonly output: ChosenOutput | null;
}

/**
 * The answer that is explained: the wanted one, else that of whylight.json, else the middle one of pixels, or the one that is surest of a
 * class for this image.
 *
 * @param image the model's input, [1, …].
 * @throws UsageError when the wanted answer does not exist, or there is only one.
 */
export async function chooseOutput(
  { model, output: noted }: Pick<OpenCheckpoint, 'model' | 'output'>,
  image: FloatTensor,
  wanted: OutputSelection | undefined,
  signal?: AbortSignal,
): Promise<ModelWithOutput> {
  const { answers } = model;
  if (!answers) {
    if (!wanted) return { model, output: null };
    throw new UsageError('The model gives one answer for an image, so there is no output to choose; leave it out.');
  }
  const { selection, why }: DefaultOutput = wanted
    ? { selection: wanted, why: 'as you chose' }
    : noted
      ? { selection: noted, why: 'as whylight.json says' }
      : answers.kind === 'pixels'
        ? middleAnswer(answers)
        : surestAnswer(answers, await model.allLogits(image, signal), model.activation);
  const chosen = model.choosing(selectedAnswers(answers, selection));
  return { model: chosen, output: chosenOutput(answers, selection, why) };
}
