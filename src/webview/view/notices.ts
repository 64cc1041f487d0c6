import { type Answer, answerTo, type Explanation, shownAnswer } from '../../shared/explanation/explanation';
import { type Severity, severities } from '../../shared/results/health';
import { percent } from '../../shared/words/summary';
import { className } from './describe';
import type { Words } from './words';

export type NoticeKind = 'error' | 'warning' | 'info';

/** One thing to say above the cards, in one sentence. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly about: 'guessed' | 'finding' | 'card' | 'model' | 'labels';
  readonly sentence: string;
}

const kinds: Readonly<Record<Severity, NoticeKind>> = { problem: 'error', warning: 'warning', note: 'info' };
const gravity: readonly NoticeKind[] = ['error', 'warning', 'info'];

/** What there is to say of the answer that is shown and of its maps, the gravest first, each sentence once. */
export function noticesOf(explanation: Explanation, words: Words): Notice[] {
  const answer = shownAnswer(explanation);
  if (answer === null) return [];
  const findings = answerTo(explanation, explanation.question)?.findings ?? [];
  const notices: Notice[] = [
    ...guessed(answer, words),
    ...severities.flatMap((severity) =>
      findings
        .filter((finding) => finding.severity === severity)
        .map(({ sentence }): Notice => ({ kind: kinds[severity], about: 'finding', sentence })),
    ),
    ...sharedNotes(explanation).map((sentence): Notice => ({ kind: 'warning', about: 'card', sentence })),
    ...answer.prediction.notes.map((sentence): Notice => ({ kind: 'info', about: 'model', sentence })),
    ...unlabelled(answer, words),
  ];
  const once = notices.filter((each, i) => notices.findIndex(({ sentence }) => sentence === each.sentence) === i);
  return gravity.flatMap((kind) => once.filter((each) => each.kind === kind));
}

/** Findings that several cards have in common; said once above them. */
export function sharedNotes({ cards }: Explanation): string[] {
  const counts = new Map<string, number>();
  for (const { attribution } of cards) {
    for (const note of new Set(attribution?.notes)) counts.set(note, (counts.get(note) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([note]) => note);
}

function guessed({ prediction }: Answer, words: Words): Notice[] {
  if (!prediction.input.guessed) return [];
  const { alternatives, preprocessing } = prediction.input;
  const inUse = preprocessing?.preset;
  const surest = [...alternatives].sort((a, b) => (b.top5[0]?.probability ?? 0) - (a.top5[0]?.probability ?? 0))[0];
  const said = surest?.top5[0];
  const other = surest !== undefined && said !== undefined && surest.preprocessing.preset !== inUse;
  const sentence = other
    ? words(
        'notice.guessedSurer',
        inUse ?? '',
        surest.preprocessing.preset,
        className(said, words),
        percent(said.probability),
      )
    : words('notice.guessed', inUse ?? words('model.preprocessingNone'));
  return [{ kind: 'warning', about: 'guessed', sentence }];
}

function unlabelled({ prediction }: Answer, words: Words): Notice[] {
  const { labelsHow, labelsGuessed, classes } = prediction;
  if (labelsHow !== null && labelsGuessed) {
    return [{ kind: 'info', about: 'labels', sentence: words('notice.guessedLabels', classes.count, labelsHow) }];
  }
  if (labelsHow !== null || classes.count < 2) return [];
  return [{ kind: 'info', about: 'labels', sentence: words('notice.noLabels', classes.count) }];
}
