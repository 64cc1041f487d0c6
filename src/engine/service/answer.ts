import { CancelledError, throwIfCancelled, WhylightError } from '../../shared/errors';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import type { QuestionGroup } from '../../shared/question/card';
import type { Preprocessing } from '../../shared/question/preprocessing';
import type { ImageSource } from '../../shared/question/question';
import { plainMessage } from '../../shared/words/plainText';
import type { FloatTensor } from '../graph/ir/tensor';
import { Observer } from '../health/observe';
import type { Memo } from '../memo/memo';
import type { Method } from '../methods/method';
import { runMethods } from '../methods/run';
import { chooseTarget, classScores, listClasses, standInNote, topClasses } from '../model/target/target';
import type { CheckpointCache } from './checkpoints';
import { chooseLayer } from './chooseLayer';
import { filesBehind } from './describeCheckpoint';
import type { Picture } from './picture';
import { alternativesFor, subjectOf } from './subject';

/** What the answers of one run share. */
export interface AnswerContext {
  /** The run's id. */
  readonly id: string;
  readonly seed: number;
  readonly checkpoints: CheckpointCache;
  readonly memo: Memo;
  picture(image: ImageSource): Promise<Picture>;
  /** The exact model input, in place of preprocessing this image. */
  inputFor(image: ImageSource): FloatTensor | undefined;
  readonly emit: (event: ExplainEvent) => void;
  readonly signal: AbortSignal;
  readonly log: (level: 'debug' | 'error', message: string) => void;
  /** The methods that cards name. */
  readonly methods: readonly Method[];
  /** A card's result was told, or its failure. */
  readonly told: (key: string, how: 'finished' | 'failed') => void;
}

/** What a black pixel becomes in the model's input, one value a channel. */
function blackPixel({ mean, std }: Preprocessing): number[] {
  return mean.map((value, channel) => -value / (std[channel] ?? 1));
}

/**
 * Answers one question: tells the prediction first, then the result of each card that asks it.
 * Throws what stands in the way of all of them; a method that fails alone is told as an event.
 */
export async function answer(
  { question, cards }: QuestionGroup<ImageSource>,
  { id, seed, checkpoints, memo, picture, inputFor, emit, signal, log, methods, told }: AnswerContext,
): Promise<void> {
  const keys = cards.map(({ key }) => key);
  emit({ id, kind: 'stage', text: 'Opening the checkpoint' });
  const input = inputFor(question.image);
  const [open, image] = await Promise.all([
    checkpoints.get(question.checkpoint, question, input?.dims),
    picture(question.image),
  ]);
  throwIfCancelled(signal);

  emit({ id, kind: 'stage', text: 'Asking the model' });
  const { preprocessing } = open;
  const layer = chooseLayer(open, question.layer);
  const subject = await subjectOf(open, image, { memo, output: question.output, input, signal });
  const { model, output, tensor, region, logits, probabilities } = subject;
  const scores = classScores(logits, probabilities, open.labels);
  const target = chooseTarget(scores, question.target);
  const standIn = standInNote(question.target, target);
  const prediction: Prediction = {
    model: { path: open.path, format: open.checkpoint.format, sha256: await open.sha256, layers: model.layers },
    runtime: { id: model.runtime.id, why: model.runtime.why },
    input: {
      size: model.input.dims,
      ...(input || !preprocessing
        ? { preprocessing: null, how: 'fed as given', guessed: false, alternatives: [] }
        : {
            ...preprocessing,
            alternatives: preprocessing.guessed ? await alternativesFor(open, image, subject, memo, signal) : [],
          }),
    },
    top5: topClasses(scores, 5),
    classes: listClasses(scores, open.labels),
    labelsHow: open.labelsHow,
    ...(open.labelsGuessed && { labelsGuessed: true }),
    target,
    ...(output && { output }),
    layer,
    pixels: image.display,
    region,
    imageSize: image.size,
    notes: [...(standIn === null ? [] : [standIn]), ...image.notes, ...(output ? [output.why] : []), ...open.notes].map(
      plainMessage,
    ),
    dependsOn: await filesBehind(open),
  };
  emit({ id, kind: 'prediction', cards: keys, prediction });

  const observer = new Observer(model, tensor);
  await runMethods(observer.model, tensor, {
    requests: cards,
    methods,
    target: target.index,
    defaultLayer: layer?.name ?? null,
    seed,
    signal,
    kept: { memo, owner: open, about: subject.key },
    black: input || !preprocessing ? null : blackPixel(preprocessing.preprocessing),
    listener: {
      started: (key) => emit({ id, kind: 'started', key }),
      progress: (key, done, total, partial) => emit({ id, kind: 'progress', key, done, total, partial }),
      result: (attribution) => {
        told(attribution.key, 'finished');
        emit({ id, kind: 'result', attribution });
      },
      failed: (key, message, error) => {
        told(key, 'failed');
        log('error', error instanceof Error && error.stack ? error.stack : message);
        emit({ id, kind: 'failed', key, message });
      },
    },
  });
  const findings = await observer.findings(scores, target, layer?.name ?? null, signal);
  if (findings.length > 0) emit({ id, kind: 'findings', cards: keys, findings });
}

/** Answers a question that cards brought with them: what stands in its way is told once for all of them, and the run goes on. */
export async function answerBeside(group: QuestionGroup<ImageSource>, context: AnswerContext): Promise<void> {
  const waiting = new Set(group.cards.map(({ key }) => key));
  const told: AnswerContext['told'] = (key, how) => {
    waiting.delete(key);
    context.told(key, how);
  };
  try {
    await answer(group, { ...context, told });
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    context.log('error', error instanceof Error && error.stack ? error.stack : message);
    for (const key of waiting) context.told(key, 'failed');
    const sentence = error instanceof WhylightError ? message : `This stopped with an unexpected error: ${message}`;
    context.emit({ id: context.id, kind: 'unanswered', cards: [...waiting], message: sentence });
  }
}
