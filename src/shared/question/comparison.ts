import type { Parameters } from '../results/attribution';
import type { CardRequest, MethodRequest } from './card';
import type { Question } from './question';
import type { TargetRequest } from './target';

/** In what a comparison differs from the question beside it. */
export type Change =
  | { readonly kind: 'target'; readonly target: TargetRequest }
  | { readonly kind: 'checkpoint'; readonly checkpoint: string }
  | { readonly kind: 'layer'; readonly layer: string }
  /** `image` is a Uri. */
  | { readonly kind: 'image'; readonly image: string }
  /** One card with other parameters: `card` is its key. */
  | { readonly kind: 'parameters'; readonly card: string; readonly preset?: string; readonly parameters: Parameters };

/** A second question beside a panel's own, which changes with it in everything but one thing. */
export interface Comparison {
  /** Unique among the comparisons of a panel. */
  readonly key: string;
  readonly change: Change;
}

/** A card that keeps its question whatever the panel asks. */
export type PinnedCard = CardRequest<string> & { readonly question: Question<string> };

/** Key of the card that a comparison has beside one of the panel's own. */
export function comparisonCardKey(comparison: Pick<Comparison, 'key'>, card: string): string {
  return `${comparison.key}/${card}`;
}

/** What a comparison asks. */
export function changedQuestion(question: Question<string>, change: Change): Question<string> {
  switch (change.kind) {
    case 'target':
      return { ...question, target: change.target };
    case 'checkpoint': {
      // What was chosen for one checkpoint's input and values says nothing of another's.
      const { preprocessing: _, logits: _logits, ...rest } = question;
      return { ...rest, checkpoint: change.checkpoint };
    }
    case 'layer':
      return { ...question, layer: change.layer };
    case 'image':
      return { ...question, image: change.image };
    case 'parameters':
      return question;
  }
}

/**
 * The cards of a comparison, in the order of the panel's own that they stand beside. Where only the layer differs, methods without one have
 * none; where only the parameters differ, the one card that they are for.
 *
 * @param needsLayer of a method by its id.
 */
export function comparisonCards(
  question: Question<string>,
  cards: readonly MethodRequest[],
  comparison: Comparison,
  needsLayer: (method: string) => boolean,
): PinnedCard[] {
  const { change } = comparison;
  const asked = changedQuestion(question, change);
  return cards.flatMap(({ layer, ...card }) => {
    if (change.kind === 'layer' && !needsLayer(card.method)) return [];
    if (change.kind === 'parameters' && change.card !== card.key) return [];
    const { preset: _, parameters: _parameters, ...bare } = card;
    const request = change.kind === 'parameters' ? { ...bare, ...parametersOf(change) } : card;
    const own = layer !== undefined && change.kind !== 'layer' ? { layer } : {};
    return [{ ...request, ...own, key: comparisonCardKey(comparison, card.key), question: asked }];
  });
}

function parametersOf({
  preset,
  parameters,
}: Change & { kind: 'parameters' }): Pick<MethodRequest, 'preset' | 'parameters'> {
  return { ...(preset !== undefined && { preset }), parameters };
}
