import { createHash } from 'node:crypto';
import type { PreprocessingAlternative } from '../../shared/explanation/events';
import type { OutputSelection } from '../../shared/question/output';
import type { ImageRegion } from '../../shared/results/attribution';
import { elementCount, type FloatTensor } from '../graph/ir/tensor';
import type { Kind, Memo } from '../memo/memo';
import { alternatives } from './alternatives';
import type { OpenCheckpoint } from './checkpoints';
import { chooseOutput, type ModelWithOutput } from './chooseOutput';
import type { Picture } from './picture';
import { prepareInput } from './prepareInput';

/** An image as a checkpoint gets it, and what the checkpoint says of it. Neither class nor layer nor methods change that. */
export interface Subject extends ModelWithOutput {
  /** Equal for equal inputs and answers of one open checkpoint. */
  readonly key: string;
  /** The model's input, [1, …]. */
  readonly tensor: FloatTensor;
  /** The part of the image that it shows. */
  readonly region: ImageRegion;
  /** [1, classes]. */
  readonly logits: FloatTensor;
  /** [1, classes]. */
  readonly probabilities: FloatTensor;
}

export interface SubjectOptions {
  readonly memo: Memo;
  /** The answer that is wanted, of a model that gives several for an image. */
  readonly output: OutputSelection | undefined;
  /** The exact model input, in place of preprocessing the image. */
  readonly input: FloatTensor | undefined;
  readonly signal: AbortSignal;
}

const subjects: Kind<Subject> = {
  name: 'subject',
  bytes: ({ tensor, logits, probabilities, output }) =>
    tensor.data.byteLength +
    logits.data.byteLength +
    probabilities.data.byteLength +
    4 * elementCount(output?.answers.dims ?? []),
};

function hashOf({ dims, data }: FloatTensor): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return `${dims.join('×')} ${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Asks an open checkpoint about an image, unless it was asked before. What is kept goes with the checkpoint.
 *
 * @throws PreprocessingError when no image fits the model; UsageError when the given input or the wanted answer does not.
 */
export async function subjectOf(
  open: OpenCheckpoint,
  picture: Picture,
  { memo, output: wanted, input, signal }: SubjectOptions,
): Promise<Subject> {
  const key = JSON.stringify([picture.identity, input ? hashOf(input) : null, wanted ?? null]);
  const known = memo.find(open, subjects, key);
  if (known) return known;
  const { tensor, region } = prepareInput(open, await picture.pixels(), input);
  const { model, output } = await chooseOutput(open, tensor, wanted, signal);
  const evaluation = await model.evaluate(tensor, {}, signal);
  const logits = copied(evaluation.logits);
  const probabilities = copied(evaluation.probabilities);
  const subject = { key, model, output, tensor, region, logits, probabilities };
  memo.keep(open, subjects, key, subject);
  return subject;
}

/** Without the rest of the batch that it may have been part of. */
const copied = (tensor: FloatTensor): FloatTensor => ({ ...tensor, data: tensor.data.slice() });

/** A preprocessing is a few numbers, and five classes a few more. */
const alternativeBytes = 2048;
const asked: Kind<readonly PreprocessingAlternative[]> = {
  name: 'alternatives',
  bytes: (list) => list.length * alternativeBytes,
};

/** What the model says under each preprocessing that it may have been trained with, unless it was asked before. */
export async function alternativesFor(
  open: OpenCheckpoint,
  picture: Picture,
  { key, model }: Subject,
  memo: Memo,
  signal: AbortSignal,
): Promise<readonly PreprocessingAlternative[]> {
  const known = memo.find(open, asked, key);
  if (known) return known;
  const list = await alternatives({ model, labels: open.labels }, await picture.pixels(), signal);
  memo.keep(open, asked, key, list);
  return list;
}
