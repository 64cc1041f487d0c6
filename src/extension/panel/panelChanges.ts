import { randomUUID } from 'node:crypto';
import { UsageError } from '../../shared/errors';
import { answerTo, type Explanation, shownMap } from '../../shared/explanation/explanation';
import type { PanelState } from '../../shared/protocol/panel';
import { type CardRequest, cardFor } from '../../shared/question/card';
import {
  type Change,
  type Comparison,
  changedQuestion,
  comparisonCards,
  type PinnedCard,
} from '../../shared/question/comparison';
import { type Question, sameQuestion } from '../../shared/question/question';
import { type TargetRequest, targetOf } from '../../shared/question/target';
import type { ClassScore } from '../../shared/results/attribution';

/** All cards of a panel: its own, those of its comparisons in their order, and the pinned ones. */
export function allCards(
  { question, cards, comparisons, pinned }: PanelState,
  needsLayer: (method: string) => boolean,
): CardRequest<string>[] {
  return [
    ...cards,
    ...comparisons.flatMap((comparison) => comparisonCards(question, cards, comparison, needsLayer)),
    ...pinned,
  ];
}

/**
 * The state with exactly the methods `ids`: cards of other methods go, those that stay keep their parameters, and methods that had no card
 * get one. `added` are the keys of the new cards.
 */
export function withMethods(state: PanelState, ids: readonly string[]): { state: PanelState; added: string[] } {
  const added: string[] = [];
  const cards = ids.flatMap((id) => {
    const known = state.cards.filter(({ method }) => method === id);
    if (known.length > 0) return known;
    const card = cardFor(id);
    const taken = new Set(state.cards.map(({ key }) => key));
    const key = taken.has(card.key) ? `${id}-${randomUUID()}` : card.key;
    added.push(key);
    return [{ ...card, key }];
  });
  return { state: { ...state, cards }, added };
}

/** The methods that have a card, in the order of their first cards. */
export function methodsOf({ cards }: Pick<PanelState, 'cards'>): string[] {
  return [...new Set(cards.map(({ method }) => method))];
}

/**
 * The state for another checkpoint. A class that was chosen is asked for by its name; layers of the old checkpoint and what was chosen for its
 * input mean nothing in another one.
 *
 * @param target the class that was explained with the old checkpoint, when it is known.
 */
export function withCheckpoint(state: PanelState, checkpoint: string, target?: ClassScore): PanelState {
  const { question, cards, comparisons } = state;
  const { image, runtime } = question;
  return {
    ...state,
    question: { checkpoint, image, target: sameClass(question.target, target), ...(runtime && { runtime }) },
    cards: cards.map(({ layer: _, ...card }) => card),
    comparisons: swapped(comparisons, { kind: 'checkpoint', checkpoint }, question),
  };
}

function sameClass(asked: TargetRequest, known: ClassScore | undefined): TargetRequest {
  if (asked.kind === 'top1') return asked;
  if (known?.label) return { kind: 'class', index: known.index, label: known.label, otherwise: 'top1' };
  return asked.kind === 'label' ? asked : { kind: 'top1' };
}

/**
 * The state with another question of the same image and checkpoint, and with cards as they are asked for now. Beside another checkpoint, a class
 * is asked for by its name.
 *
 * @param labels of the classes, where they are known.
 */
export function withQuestion(
  state: PanelState,
  asked: Question<string>,
  cards: PanelState['cards'],
  labels: readonly string[] | null,
): PanelState {
  const before = state.question;
  let { comparisons } = state;
  const { target } = asked;
  const label = target.kind === 'index' ? labels?.[target.index] : undefined;
  const named =
    target.kind === 'index' && label !== undefined && comparisons.some(({ change }) => change.kind === 'checkpoint');
  const question = named ? { ...asked, target: { kind: 'class', index: target.index, label } as const } : asked;
  comparisons = swapped(comparisons, { kind: 'target', target: question.target }, before);
  if (question.layer !== undefined)
    comparisons = swapped(comparisons, { kind: 'layer', layer: question.layer }, before);
  return { ...state, question, cards, comparisons };
}

/** What was compared with becomes the question: the question from before takes its place, so that no row stands there twice. */
function swapped(comparisons: readonly Comparison[], now: Change, before: Question<string>): readonly Comparison[] {
  return comparisons.map((comparison) => {
    const { key, change } = comparison;
    if (change.kind !== now.kind || !sameChange(change, now)) return comparison;
    if (change.kind === 'target') return { key, change: { kind: 'target', target: before.target } };
    if (change.kind === 'checkpoint') return { key, change: { kind: 'checkpoint', checkpoint: before.checkpoint } };
    if (change.kind === 'layer' && before.layer !== undefined)
      return { key, change: { kind: 'layer', layer: before.layer } };
    return comparison;
  });
}

function sameChange(a: Change, b: Change): boolean {
  if (a.kind === 'target' && b.kind === 'target' && 'index' in a.target && 'index' in b.target) {
    return a.target.index === b.target.index;
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The state with more comparisons; a change that is there already, or that changes nothing, adds none. From the first one on, cards have a
 * shared scale. A comparison of checkpoints or images is one of the same class: the most probable one is asked for by its name from then on.
 *
 * @param known what is known of the panel's question.
 */
export function withComparisons(state: PanelState, changes: readonly Change[], known: Explanation): PanelState {
  const answer = answerTo(known, state.question);
  const target = answer?.prediction.target;
  let { question } = state;
  if (target !== undefined && changes.some(({ kind }) => kind === 'checkpoint' || kind === 'image')) {
    question = { ...question, target: targetOf(target) };
  }
  const comparisons = [...state.comparisons];
  for (const change of changes) {
    const isAsked = sameQuestion(changedQuestion(question, change), question) && change.kind !== 'parameters';
    const isTarget = change.kind === 'target' && 'index' in change.target && change.target.index === target?.index;
    const isLayer = change.kind === 'layer' && change.layer === answer?.prediction.layer?.name;
    if (isAsked || isTarget || isLayer || comparisons.some((each) => sameChange(each.change, change))) continue;
    comparisons.push({ key: freeKey('row', comparisons), change });
  }
  const first = state.comparisons.length === 0 && comparisons.length > 0;
  return { ...state, question, comparisons, display: first ? { ...state.display, scale: 'shared' } : state.display };
}

/** The state without one comparison, or without any; with the last one, the shared scale goes that came with the first. */
export function withoutComparison(state: PanelState, key?: string): PanelState {
  const comparisons = key === undefined ? [] : state.comparisons.filter((each) => each.key !== key);
  const display = comparisons.length === 0 ? { ...state.display, scale: 'own' as const } : state.display;
  return { ...state, comparisons, display };
}

/** The state with a card kept as it shows now. Throws UsageError when it shows nothing. */
export function withPinned(state: PanelState, key: string, known: Explanation): PanelState {
  const card = known.cards.find(({ request }) => request.key === key);
  const shown = card && shownMap(known, card);
  if (!card || !shown) throw new UsageError('Only a card with a finished map can be pinned.');
  const { attribution, answer } = shown;
  const question: Question<string> = {
    ...answer.question,
    target: targetOf(answer.prediction.target),
  };
  const { method, preset, parameters, layer } = attribution;
  const pinned: PinnedCard = {
    method,
    ...(preset !== null && { preset }),
    parameters,
    ...(layer !== null && { layer }),
    key: freeKey('pin', state.pinned),
    question,
  };
  return { ...state, pinned: [...state.pinned, pinned] };
}

export function withoutPinned(state: PanelState, key: string): PanelState {
  return { ...state, pinned: state.pinned.filter((each) => each.key !== key) };
}

/** The first of `word-1`, `word-2` … that is not taken. */
function freeKey(word: string, taken: readonly { readonly key: string }[]): string {
  for (let number = 1; ; number++) {
    const key = `${word}-${number}`;
    if (!taken.some((each) => each.key === key)) return key;
  }
}
