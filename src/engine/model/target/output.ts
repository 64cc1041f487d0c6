/** Which of several answers for an image is explained. */
import { UsageError } from '../../../shared/errors';
import { type ChosenOutput, type OutputSelection, outputText } from '../../../shared/question/output';
import { type Answers, answersText } from '../../../shared/results/answers';
import { elementCount, type FloatTensor } from '../../graph/ir/tensor';

/** 1 for the selected answers and 0 for all others, row by row. @throws UsageError when the selection is none of these answers. */
export function selectedAnswers(answers: Answers, selection: OutputSelection): Float32Array {
  const [start, end] = boundsOf(answers, selection);
  const selected = new Float32Array(elementCount(answers.dims));
  selected.forEach((_, at) => {
    const inside = placeOf(answers, at).every((index, axis) => index >= start[axis]! && index < end[axis]!);
    if (inside) selected[at] = 1;
  });
  return selected;
}

/** The first answer along each axis, and the one behind the last. */
function boundsOf(answers: Answers, selection: OutputSelection): readonly [readonly number[], readonly number[]] {
  const { dims } = answers;
  if (selection.kind === 'all') return [dims.map(() => 0), dims];
  const start = selection.kind === 'index' ? selection.indices : selection.start;
  const end = selection.kind === 'index' ? start.map((index) => index + 1) : selection.end;
  const text = outputText(selection);
  const there = `the model gives ${answersText(answers)} for one image, ${dims.map(() => 0).join()} to ${dims.map((length) => length - 1).join()}`;
  if (start.length !== dims.length) {
    throw new UsageError(
      `The output “${text}” names ${start.length} of ${dims.length} axes: ${there}; give ${dims.length === 1 ? 'one number or range' : `${dims.length} numbers or ranges, with a comma between them`}.`,
    );
  }
  const empty = start.some((from, axis) => from >= (end[axis] as number));
  if (empty) throw new UsageError(`The output “${text}” holds no answer: a range starts before its end, as in 10:20.`);
  const fits = start.every((from, axis) => from >= 0 && (end[axis] as number) <= (dims[axis] as number));
  if (!fits) throw new UsageError(`There is no output “${text}”: ${there}.`);
  return [start, end];
}

/** The index along each axis of an answer that is counted row by row. */
function placeOf({ dims }: Answers, at: number): number[] {
  const place: number[] = [];
  let rest = at;
  for (const length of [...dims].reverse()) {
    place.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return place;
}

/** The answer that is taken where none is chosen, and why. */
export interface DefaultOutput {
  readonly selection: OutputSelection;
  /** Completes “… is explained, ”. */
  readonly why: string;
}

/** Of pixels, the one in the middle. */
export function middleAnswer({ dims }: Answers): DefaultOutput {
  const indices = dims.map((length) => Math.floor(length / 2));
  return { selection: { kind: 'index', indices }, why: 'the one in the middle' };
}

/**
 * The answer with the highest probability of a class. A class that most answers have, as a detector's background, does not count.
 *
 * @param all logits of all answers, [1, answers before, classes, answers behind].
 */
export function surestAnswer(answers: Answers, all: FloatTensor, activation: 'softmax' | 'sigmoid'): DefaultOutput {
  const [, before = 1, classes = 1, behind = 1] = all.dims;
  const probabilities = Array.from({ length: before * behind }, (_, at) => {
    const first = Math.floor(at / behind) * classes * behind + (at % behind);
    const logits = Array.from({ length: classes }, (_, index) => all.data[first + index * behind] as number);
    return activation === 'sigmoid' ? logits.map(sigmoid) : softmax(logits);
  });
  const common = activation === 'softmax' && classes > 1 ? mostCommonTop(probabilities, classes) : null;
  let [best, most] = [0, -1];
  for (const [at, each] of probabilities.entries()) {
    for (const [index, probability] of each.entries()) {
      if (index !== common && probability > most) [best, most] = [at, probability];
    }
  }
  const but = common === null ? 'a class' : `another class than ${common}, which most of them have`;
  return {
    selection: { kind: 'index', indices: placeOf(answers, best) },
    why: `the one that is surest of ${but}`,
  };
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

function softmax(logits: readonly number[]): number[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The class that is the most probable one of more than half of the answers; null where there is none. */
function mostCommonTop(probabilities: readonly (readonly number[])[], classes: number): number | null {
  const counts = new Array<number>(classes).fill(0);
  for (const each of probabilities) {
    const top = each.reduce((best, probability, index) => (probability > (each[best] as number) ? index : best), 0);
    counts[top] = (counts[top] as number) + 1;
  }
  const common = counts.findIndex((count) => 2 * count > probabilities.length);
  return common < 0 ? null : common;
}

const howToChoose = 'choose another, or the sum over several, with --output or the panel’s field “Answer”';

/** What was settled, in a sentence. @param why of the answer that was taken where none was chosen. */
export function chosenOutput(answers: Answers, selection: OutputSelection, why: string): ChosenOutput {
  const count = selectedAnswers(answers, selection).reduce((sum, weight) => sum + weight, 0);
  const what =
    count === 1 ? `number ${outputText(selection)}` : `the sum of ${count} of them (${outputText(selection)})`;
  const sentence = `The model gives ${answersText(answers)} for one image; ${what} is explained, ${why}; ${howToChoose}.`;
  return { answers, selection, count, why: sentence };
}

/** The same before there is an image, for a person who looks at the checkpoint. */
export function answersNote(answers: Answers): string {
  const taken = answers.kind === 'pixels' ? 'the one in the middle' : 'the one that is surest of a class';
  return `The model gives ${answersText(answers)} for one image; ${taken} is explained; ${howToChoose}.`;
}
