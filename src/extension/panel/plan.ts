import type { Prediction } from '../../shared/explanation/events';
import { type Answer, answerTo, type Card, type Explanation, type Known } from '../../shared/explanation/explanation';
import { type CardRequest, questionGroups } from '../../shared/question/card';
import { canonical, type Question, sameQuestion } from '../../shared/question/question';
import type { Finding } from '../../shared/results/health';
import type { FinishedMap, FinishedMaps } from './finishedMaps';

/** What decides which cards have to be computed. */
export interface PlanContext {
  /** What is known of the panel so far. */
  readonly explanation: Explanation;
  readonly maps: Pick<FinishedMaps, 'find' | 'predictionFor'>;
  /** Whether the files behind an answer are still the same. */
  isFresh(question: Question<string>, prediction: Prediction): Promise<boolean>;
  /** What the passes for an answer told of the model's health. */
  findings(prediction: Prediction): readonly Finding[];
  needsLayer(method: string): boolean;
  /** Cards that keep their map whatever happens to the files behind it. */
  isPinned(key: string): boolean;
}

/**
 * `undefined`: whatever is not known, also what failed or was cancelled before. Keys: these, and whatever is not known, but nothing else that
 * failed or was cancelled and is asked for unchanged. `all`: every card but those that are pinned.
 */
export type Again = readonly string[] | 'all' | undefined;

export interface Plan {
  /** Keys of the cards that have to be computed. */
  readonly keys: readonly string[];
  /** What is known from earlier runs and not shown now. */
  readonly known: Known;
  /** The model has to be asked, even where no card has to be computed. */
  readonly asksModel: boolean;
}

/** What a run about `question` with these cards has to compute. */
export async function planRun(
  question: Question<string>,
  cards: readonly CardRequest<string>[],
  again: Again,
  context: PlanContext,
): Promise<Plan> {
  const keys = new Set<string>();
  const answers: Answer[] = [];
  const attributions: Known['attributions'][number][] = [];
  let asksModel = false;
  const checkFresh = freshOnce(context);
  for (const group of questionGroups(question, cards)) {
    const isOwn = sameQuestion(group.question, question);
    const onlyPinned = !isOwn && group.cards.every(({ key }) => context.isPinned(key));
    const fresh: typeof checkFresh = onlyPinned ? async () => true : checkFresh;
    const shown = answerTo(context.explanation, group.question)?.prediction;
    const shownIsFresh = shown !== undefined && (await fresh(group.question, shown));
    const kept = shownIsFresh ? undefined : context.maps.predictionFor(group.question);
    const isKnown = shownIsFresh || (kept !== undefined && (await fresh(group.question, kept)));
    let found = false;
    for (const card of group.cards) {
      const before = context.explanation.cards.find(({ request }) => request.key === card.key);
      const isSame = before !== undefined && asksTheSame(before, card, group.question, context.explanation);
      const isHeld = isSame && before.phase === 'done' && (shownIsFresh || context.isPinned(card.key));
      const isForced = again === 'all' ? !context.isPinned(card.key) || !isHeld : again?.includes(card.key) === true;
      if (isForced) keys.add(card.key);
      else if (!isHeld) {
        const hit = isKnown || isOwn ? await find(group.question, card, context, fresh) : undefined;
        if (hit !== undefined) {
          attributions.push({ ...hit.attribution, key: card.key });
          found = true;
        } else if (!(isSame && again !== undefined && (before.phase === 'failed' || before.phase === 'cancelled'))) {
          keys.add(card.key);
        }
      }
    }
    if (kept !== undefined && isKnown && (found || isOwn)) {
      answers.push({ question: group.question, prediction: kept, findings: context.findings(kept) });
    }
    if (isOwn && !isKnown) asksModel = true;
  }
  const inOrder = cards.map(({ key }) => key).filter((key) => keys.has(key));
  return { keys: inOrder, known: { answers, attributions }, asksModel };
}

async function find(
  question: Question<string>,
  card: CardRequest<string>,
  { maps, needsLayer }: PlanContext,
  fresh: PlanContext['isFresh'],
): Promise<FinishedMap | undefined> {
  const { question: _, ...request } = card;
  const found = maps.find(question, request, needsLayer(card.method));
  return found && (await fresh(question, found.prediction)) ? found : undefined;
}

/** Whether a card is asked for what it was asked for before, in the same words. */
function asksTheSame(
  before: Card,
  card: CardRequest<string>,
  asked: Question<string>,
  explanation: Explanation,
): boolean {
  const { question: own, ...request } = before.request;
  const { question: _, ...now } = card;
  return canonical(request) === canonical(now) && sameQuestion(own ?? explanation.question, asked);
}

/** Many cards share an answer, and asking for the state of files takes time. */
function freshOnce({ isFresh }: PlanContext): PlanContext['isFresh'] {
  const asked = new Map<Prediction, Promise<boolean>>();
  return (question, prediction) => {
    const known = asked.get(prediction) ?? isFresh(question, prediction);
    asked.set(prediction, known);
    return known;
  };
}
