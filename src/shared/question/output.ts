/** Which of several answers for an image is explained. */
import type { AnswerRecord, Answers } from '../results/answers';

/**
 * Which answer is explained: one, by its index along each axis, from 0; or the sum of the logits of several, from `start` up to but
 * without `end` along each axis, or of all.
 */
export type OutputSelection =
  | { readonly kind: 'index'; readonly indices: readonly number[] }
  | { readonly kind: 'region'; readonly start: readonly number[]; readonly end: readonly number[] }
  | { readonly kind: 'all' };

/** The answer that is explained, as it was settled for one image. */
export interface ChosenOutput {
  readonly answers: Answers;
  readonly selection: OutputSelection;
  /** How many answers are summed. */
  readonly count: number;
  /** One sentence: how many answers there are, which was taken and why, and how to choose another. */
  readonly why: string;
}

/** For result.json and the health check's JSON. */
export function outputRecord({ answers, selection, count, why }: ChosenOutput): AnswerRecord {
  return { selection: outputText(selection), count, answers: answers.dims, kind: answers.kind, why };
}

/** How a selection is written, on the command line, in whylight.json and in the panel. */
export const outputNotation = 'an index (12; 3,5 for row 3, column 5), ranges without their ends (10:20,30:40), or all';

/** The selection that a text means; null when it means none. */
export function parseOutput(text: string): OutputSelection | null {
  const trimmed = text.trim();
  if (trimmed === 'all') return { kind: 'all' };
  const parts = trimmed.split(',').map((part) => /^\s*(\d{1,15})\s*(?::\s*(\d{1,15})\s*)?$/.exec(part));
  if (parts.some((part) => part === null)) return null;
  const start = parts.map((part) => Number(part?.[1]));
  if (parts.every((part) => part?.[2] === undefined)) return { kind: 'index', indices: start };
  const end = parts.map((part, axis) => Number(part?.[2] ?? (start[axis] as number) + 1));
  return { kind: 'region', start, end };
}

/** The text that {@link parseOutput} reads as this selection. */
export function outputText(selection: OutputSelection): string {
  switch (selection.kind) {
    case 'all':
      return 'all';
    case 'index':
      return selection.indices.join(',');
    case 'region':
      return selection.start.map((from, axis) => `${from}:${selection.end[axis]}`).join(',');
  }
}
