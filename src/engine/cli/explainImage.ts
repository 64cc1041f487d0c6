import { WhylightError } from '../../shared/errors';
import {
  answerTo,
  attributionsOf,
  type Explanation,
  type ExplanationEvent,
  emptyExplanation,
} from '../../shared/explanation/explanation';
import { reduceExplanation } from '../../shared/explanation/reduce';
import type { Explained } from '../../shared/protocol/protocol';
import type { CardRequest } from '../../shared/question/card';
import { comparisonCardKey } from '../../shared/question/comparison';
import { type ImageSource, sameQuestion } from '../../shared/question/question';
import type { TargetRequest } from '../../shared/question/target';
import type { FloatTensor } from '../graph/ir/tensor';
import type { Engine } from '../service/engine';
import type { ExplainArguments } from './arguments';
import { sentenceFor } from './failure';
import { Progress } from './progress';
import { type Row, rowsOf } from './rows';

/** What one image is asked. */
export interface ImageRun {
  readonly engine: Engine;
  readonly args: ExplainArguments;
  readonly checkpoints: readonly string[];
  readonly image: ImageSource;
  /** The exact model input, in place of the image. */
  readonly input: FloatTensor | undefined;
  /** The image's name in messages. */
  readonly title: string;
  /** Tells one failure; what is left is still explained. */
  readonly fail: (sentence: string) => void;
}

/** A row that was answered. */
export interface AnsweredRow {
  readonly row: Row;
  readonly explained: Explained;
}

/** One sentence on how the rows were chosen; null where that needs no word. */
export interface ExplainedImage {
  readonly rows: readonly AnsweredRow[];
  readonly note: string | null;
}

/**
 * Explains one image: the answered rows, in their order. A row that cannot be answered is told, the others go on.
 *
 * @throws WhylightError where none can be.
 */
export async function explainImage(run: ImageRun): Promise<ExplainedImage> {
  const { args, image } = run;
  const { checkpoints, targets, note } = await chooseTargets(run);
  const rows = rowsOf(checkpoints, targets, args.question, image);
  const [explanation, asked] = await firstThatRuns(run, rows, (left) => runRows(run, left));
  const answered = asked.flatMap((row, i): AnsweredRow[] => {
    const keys = cardsOf(row, i, args).map(({ key }) => key);
    for (const { request, failure } of explanation.cards) {
      if (failure !== null && keys.includes(request.key)) run.fail(`${run.title}: ${request.key}: ${failure}`);
    }
    const unanswered = explanation.unanswered.find((each) => sameQuestion(each.question, row.question));
    if (unanswered) run.fail(`${run.title}: ${row.title}: ${unanswered.message}`);
    const answer = answerTo(explanation, row.question);
    if (unanswered || answer === null) return [];
    const { pixels: _, ...prediction } = answer.prediction;
    const { findings } = answer;
    return [{ row, explained: { image, prediction, attributions: attributionsOf(explanation, keys), findings } }];
  });
  if (answered.length === 0) throw new Error('The explanation ended without a prediction.');
  return { rows: answered, note };
}

interface Targets {
  readonly checkpoints: readonly string[];
  readonly targets: readonly TargetRequest[];
  readonly note: string | null;
}

/** The classes of the rows: those named, else the most probable one; of several checkpoints, that of the first one that answers. */
async function chooseTargets(run: ImageRun): Promise<Targets> {
  const { args, checkpoints } = run;
  if (args.targets !== null) return { checkpoints, targets: args.targets, note: null };
  if (checkpoints.length === 1) return { checkpoints, targets: [{ kind: 'top1' }], note: null };
  const rows = rowsOf(checkpoints, [{ kind: 'top1' }], args.question, run.image);
  const [explanation, left] = await firstThatRuns(run, rows, ([first]) => play(run, first!, []));
  const first = answerTo(explanation, left[0]!.question)!.prediction.target;
  const name = first.label ?? `class ${first.index}`;
  return {
    checkpoints: left.map(({ question }) => question.checkpoint),
    targets: [
      first.label === null
        ? { kind: 'index', index: first.index }
        : { kind: 'class', index: first.index, label: first.label },
    ],
    note: `${name} is explained in all rows: ${left[0]!.title} finds it most probable; --target chooses another class, or top1 for each one's own.`,
  };
}

/** Failures of one row, which say nothing of the others. */
const ofOneRow: readonly string[] = ['usage', 'checkpoint', 'unsupported-operator', 'preprocessing', 'runtime'];

/** Tries with all rows, then without those in front that fail, as long as there is one behind them. Answers the rows it came to work with. */
async function firstThatRuns<T>(
  { title, fail }: ImageRun,
  rows: readonly Row[],
  attempt: (rows: readonly Row[]) => Promise<T>,
): Promise<[T, readonly Row[]]> {
  for (let left = rows; ; left = left.slice(1)) {
    try {
      return [await attempt(left), left];
    } catch (error) {
      if (left.length === 1 || !(error instanceof WhylightError) || !ofOneRow.includes(error.kind)) throw error;
      fail(`${title}: ${left[0]!.title}: ${sentenceFor(error)}`);
    }
  }
}

/** The cards of a row: those of the first are named by their methods, those of the others after their row. */
function cardsOf(row: Row, index: number, { cards }: ExplainArguments): CardRequest<ImageSource>[] {
  if (index === 0) return [...cards];
  const { name, question } = row;
  return cards.map((card) => ({ ...card, key: comparisonCardKey({ key: name }, card.key), question }));
}

function runRows(run: ImageRun, rows: readonly Row[]): Promise<Explanation<ImageSource>> {
  return play(
    run,
    rows[0]!,
    rows.flatMap((row, i) => cardsOf(row, i, run.args)),
  );
}

/** Runs one explanation to its end. */
async function play(
  { engine, args, input, title }: ImageRun,
  { question }: Row,
  cards: readonly CardRequest<ImageSource>[],
): Promise<Explanation<ImageSource>> {
  const progress = new Progress();
  let explanation = emptyExplanation<ImageSource>(question, cards);
  const hear = (event: ExplanationEvent<ImageSource>): void => {
    explanation = reduceExplanation(explanation, event);
    if (event.kind === 'stage') progress.show(`${title}: ${event.text}`);
    if (event.kind === 'started') progress.show(`${title}: ${event.key}`);
    if (event.kind === 'progress') progress.show(`${title}: ${event.key} ${event.done}/${event.total}`);
  };
  hear({ kind: 'run', id: title, question, cards, keys: cards.map(({ key }) => key) });
  try {
    const { seed } = args;
    await engine.explain({ id: title, question, cards, seed }, hear, new AbortController().signal, input);
  } finally {
    progress.clear();
  }
  return explanation;
}
