import { type CardRequest, type QuestionGroup, questionGroups } from '../question/card';
import { type ImageSource, type Question, sameImage, sameQuestion } from '../question/question';
import { mergedFindings } from '../results/health';
import type { ExplainEvent } from './events';
import {
  type Answer,
  answerTo,
  type Card,
  type Explanation,
  type ExplanationEvent,
  emptyCard,
  isPending,
  type Run,
  type RunEnd,
  type RunStart,
  shownAnswer,
} from './explanation';

type Named = string | ImageSource;

/** The explanation after an event. Pure; what comes from another run than the one under way leaves it as it is. */
export function reduceExplanation<Image extends Named>(
  explanation: Explanation<Image>,
  event: ExplanationEvent<Image>,
): Explanation<Image> {
  if (event.kind === 'run') return begin(explanation, event);
  const { run } = explanation;
  if (run === null || run.id !== event.id || run.phase !== 'running') return explanation;
  return event.kind === 'ended' ? end(explanation, run, event) : hear(explanation, run, event);
}

function begin<Image extends Named>(
  explanation: Explanation<Image>,
  { id, question, cards, keys, known }: RunStart<Image>,
): Explanation<Image> {
  const fresh = known?.answers ?? [];
  const answers = [...fresh, ...explanation.answers.filter((each) => !fresh.some((other) => sameAsked(each, other)))];
  const sameSubject = sameImage(explanation.question.image, question.image);
  const next = cards.map((request) => {
    const card = cardAtStart(explanation, question, request, keys);
    const attribution = known?.attributions.find(({ key }) => key === request.key);
    return attribution === undefined ? card : { ...emptyCard(request), phase: 'done' as const, attribution };
  });
  const groups = questionGroups(question, cards);
  const isRun = (group: QuestionGroup<Image>) => group.cards.every(({ key }) => keys.includes(key));
  return {
    question,
    cards: next,
    answers: answers.flatMap((answer) => {
      const group = groups.find((each) => sameAsked(each, answer));
      if (group === undefined) return next.some(({ before }) => before && sameAsked(before, answer)) ? [answer] : [];
      // A run of some cards sees a part of the network only; what others have seen still holds.
      return [isRun(group) && group.cards.length > 0 ? { ...answer, findings: [] } : answer];
    }),
    earlier:
      sameSubject && !answers.some((each) => sameQuestion(each.question, question)) ? shownAnswer(explanation) : null,
    unanswered: explanation.unanswered.filter((each) =>
      groups.some((group) => sameAsked(group, each) && !group.cards.some(({ key }) => keys.includes(key))),
    ),
    run: { id, phase: 'running', stage: null, seconds: 0, error: null, cut: null, keys },
  };
}

function sameAsked<Image extends Named>(
  a: { readonly question: Question<Image> },
  b: { readonly question: Question<Image> },
): boolean {
  return sameQuestion(a.question, b.question);
}

/**
 * A card of the run starts anew and shows what it had until then; any other one keeps its result as long as that answers what is asked now.
 */
function cardAtStart<Image extends Named>(
  explanation: Explanation<Image>,
  question: Question<Image>,
  request: CardRequest<Image>,
  keys: readonly string[],
): Card<Image> {
  const before = explanation.cards.find((card) => card.request.key === request.key);
  if (before === undefined) return emptyCard(request);
  if (before.request.method !== request.method) {
    return keys.includes(request.key) ? emptyCard(request) : { ...emptyCard(request), phase: 'cancelled' };
  }
  const asked = before.request.question ?? explanation.question;
  const shown = before.attribution === null ? before.before : { attribution: before.attribution, question: asked };
  if (keys.includes(request.key)) return { ...emptyCard(request), before: shown };
  // Nobody computes it any more: the run that would have is superseded.
  if (!sameQuestion(asked, request.question ?? question)) {
    return { ...emptyCard(request), before: shown, phase: 'cancelled' };
  }
  return isPending(before) ? { ...before, request, phase: 'cancelled' } : { ...before, request };
}

function hear<Image extends Named>(explanation: Explanation<Image>, run: Run, event: ExplainEvent): Explanation<Image> {
  switch (event.kind) {
    case 'begun':
      return explanation;
    case 'stage':
      return { ...explanation, run: { ...run, stage: event.text } };
    case 'prediction': {
      const { prediction } = event;
      const heard = withAnswer(explanation, event.cards, (known) => ({ prediction, findings: known?.findings ?? [] }));
      return { ...heard, run: { ...run, stage: null } };
    }
    case 'started':
      return withCard(explanation, event.key, () => ({ phase: 'running' }));
    case 'progress':
      return withCard(explanation, event.key, (card) => ({
        phase: 'running',
        progress: { done: event.done, total: event.total },
        partial: event.partial ?? card.partial,
      }));
    case 'result':
      return withCard(explanation, event.attribution.key, () => ({
        phase: 'done',
        progress: null,
        partial: null,
        attribution: event.attribution,
        before: null,
        failure: null,
      }));
    case 'failed':
      return withCard(explanation, event.key, () => ({
        phase: 'failed',
        progress: null,
        attribution: null,
        failure: event.message,
      }));
    case 'unanswered':
      return unanswered(explanation, event.cards, event.message);
    case 'findings':
      return withAnswer(explanation, event.cards, (known) =>
        known === null ? null : { ...known, findings: mergedFindings(known.findings, event.findings) },
      );
  }
}

function unanswered<Image extends Named>(
  explanation: Explanation<Image>,
  keys: readonly string[],
  message: string,
): Explanation<Image> {
  const question = explanation.cards.find(({ request }) => keys.includes(request.key))?.request.question;
  if (question === undefined) return explanation;
  return {
    ...explanation,
    cards: explanation.cards.map((card) =>
      keys.includes(card.request.key) && isPending(card) ? { ...card, phase: 'failed', progress: null } : card,
    ),
    unanswered: [...explanation.unanswered, { question, message }],
  };
}

function withCard<Image>(
  explanation: Explanation<Image>,
  key: string,
  change: (card: Card<Image>) => Partial<Card<Image>>,
): Explanation<Image> {
  return {
    ...explanation,
    cards: explanation.cards.map((card) => (card.request.key === key ? { ...card, ...change(card) } : card)),
  };
}

/** Changes the answer to what these cards ask; no cards mean the explanation's own question. */
function withAnswer<Image extends Named>(
  explanation: Explanation<Image>,
  keys: readonly string[],
  change: (known: Answer<Image> | null) => Omit<Answer<Image>, 'question'> | null,
): Explanation<Image> {
  const { cards, answers } = explanation;
  const card = cards.find(({ request }) => keys.includes(request.key));
  const question = card?.request.question ?? explanation.question;
  const known = answerTo(explanation, question);
  const next = change(known);
  if (next === null) return explanation;
  const own = sameQuestion(question, explanation.question);
  return {
    ...explanation,
    answers: [...answers.filter((each) => each !== known), { ...next, question }],
    earlier: own ? null : explanation.earlier,
  };
}

function end<Image>(explanation: Explanation<Image>, run: Run, ended: RunEnd): Explanation<Image> {
  const failed = ended.error !== undefined && !ended.cancelled;
  return {
    ...explanation,
    run: {
      ...run,
      phase: ended.cancelled ? 'cancelled' : failed ? 'failed' : 'done',
      stage: null,
      seconds: ended.seconds,
      error: failed ? (ended.error ?? null) : null,
      cut: ended.cut ?? null,
    },
    cards: explanation.cards.map((card) =>
      isPending(card) ? { ...card, phase: ended.cancelled ? 'cancelled' : 'failed', progress: null } : card,
    ),
  };
}
