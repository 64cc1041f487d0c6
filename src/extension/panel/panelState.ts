import { randomUUID } from 'node:crypto';
import type { PanelState } from '../../shared/protocol/panel';
import { type CardRequest, cardFor } from '../../shared/question/card';
import { isFields, readQuestion } from '../../shared/question/readQuestion';
import { type DisplayOptions, defaultDisplay } from '../../shared/rendering/display';
import type { Parameters } from '../../shared/results/attribution';

/**
 * Reads what a page left with VS Code before a window reload. Another version of the extension may have written it, so every
 * field is checked; undefined when it does not say what to explain.
 */
export function readPanelState(value: unknown): PanelState | undefined {
  if (!isFields(value)) return undefined;
  // Version 0.1 kept the question's fields beside the others, and methods without keys, each at most once.
  const question = readQuestion(value['question'] ?? value);
  const cards = readCards(value['cards'] ?? value['methods']);
  if (question === undefined || cards.length === 0) return undefined;
  const id = typeof value['id'] === 'string' && value['id'] !== '' ? value['id'] : randomUUID();
  return { id, question, cards, display: readDisplay(value['display']) };
}

/** The state for another checkpoint: class indices and layers of the old one mean nothing there, labels and parameters may. */
export function withCheckpoint({ question, cards, ...rest }: PanelState, checkpoint: string): PanelState {
  const { image, target, runtime } = question;
  return {
    ...rest,
    question: {
      checkpoint,
      image,
      target: target.kind === 'label' ? target : { kind: 'top1' },
      ...(runtime && { runtime }),
    },
    // A card with a question of its own names its own checkpoint, and keeps its layer with it.
    cards: cards.map((card) => (card.question ? card : withoutLayer(card))),
  };
}

function withoutLayer({ layer: _, ...card }: CardRequest<string>): CardRequest<string> {
  return card;
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

/** Cards whose key is one that a card before them has are left out: nothing could tell the two apart. */
function readCards(value: unknown): CardRequest<string>[] {
  const cards = new Map<string, CardRequest<string>>();
  for (const each of Array.isArray(value) ? value : []) {
    const card = readCard(each);
    if (card && !cards.has(card.key)) cards.set(card.key, card);
  }
  return [...cards.values()];
}

function readCard(value: unknown): CardRequest<string> | undefined {
  if (!isFields(value)) return undefined;
  const { preset, layer } = value;
  const method = value['method'] ?? value['id'];
  if (typeof method !== 'string') return undefined;
  const key = typeof value['key'] === 'string' && value['key'] !== '' ? value['key'] : method;
  const question = readQuestion(value['question']);
  // Without the question that it asks, a card would silently show another one's answer.
  if (value['question'] !== undefined && question === undefined) return undefined;
  const parameters = readParameters(value['parameters']);
  return {
    key,
    method,
    ...(typeof preset === 'string' && { preset }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(typeof layer === 'string' && { layer }),
    ...(question && { question }),
  };
}

function readParameters(value: unknown): Parameters {
  return Object.fromEntries(
    Object.entries(isFields(value) ? value : {}).flatMap(([name, each]) =>
      typeof each === 'number' || typeof each === 'boolean' || typeof each === 'string' ? [[name, each]] : [],
    ),
  );
}

function readDisplay(value: unknown): DisplayOptions {
  if (!isFields(value)) return defaultDisplay;
  const display: Record<string, unknown> = { ...defaultDisplay };
  for (const [name, fallback] of Object.entries(defaultDisplay)) {
    if (typeof value[name] === typeof fallback) display[name] = value[name];
  }
  return display as unknown as DisplayOptions;
}
