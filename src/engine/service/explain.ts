import type { ExplainEvent } from '../../shared/explanation/events';
import type { ExplainParams, ExplainResult } from '../../shared/protocol/protocol';
import { questionGroups } from '../../shared/question/card';
import { type ImageSource, sameImage } from '../../shared/question/question';
import type { FloatTensor } from '../graph/ir/tensor';
import type { Memo } from '../memo/memo';
import type { Method } from '../methods/method';
import { type AnswerContext, answer, answerBeside } from './answer';
import type { CheckpointCache } from './checkpoints';
import { openPicture } from './picture';

export interface ExplainContext {
  readonly emit: (event: ExplainEvent) => void;
  readonly signal: AbortSignal;
  /** The exact model input, in place of preprocessing the question's image. */
  readonly input: FloatTensor | undefined;
  /** Keeps what the next class, layer or row asks for again. */
  readonly memo: Memo;
  readonly log: (level: 'debug' | 'error', message: string) => void;
  /** The methods that requests name. */
  readonly methods: readonly Method[];
}

/**
 * Explains: answers the run's question first, then those that cards brought with them, one after the other.
 * Throws what stands in the way of the run's own question; any other failure is told as an event.
 */
export async function explain(
  checkpoints: CheckpointCache,
  { id, question, cards, seed = 0 }: ExplainParams,
  { emit, signal, input, memo, log, methods }: ExplainContext,
): Promise<ExplainResult> {
  const started = performance.now();
  const outcome = { finished: [] as string[], failed: [] as string[] };
  const context: AnswerContext = {
    id,
    seed,
    checkpoints,
    memo,
    picture: openOnce(memo),
    inputFor: (image) => (sameImage(image, question.image) ? input : undefined),
    emit,
    signal,
    log,
    methods,
    told: (key, how) => outcome[how].push(key),
  };
  const [own, ...others] = questionGroups(question, cards);
  if (own) await answer(own, context);
  for (const group of others) await answerBeside(group, context);
  const seconds = (performance.now() - started) / 1000;
  log(
    'debug',
    `Explained ${'path' in question.image ? question.image.path : question.image.name} in ${seconds.toFixed(2)} s.`,
  );
  return { seconds, ...outcome };
}

/** Reads the image that was asked for last only once: the questions of a comparison mostly share theirs. */
function openOnce(memo: Memo): AnswerContext['picture'] {
  let last: { readonly image: ImageSource; readonly picture: ReturnType<typeof openPicture> } | undefined;
  return (image) => {
    if (!last || !sameImage(last.image, image)) last = { image, picture: openPicture(image, memo) };
    return last.picture;
  };
}
