import { randomUUID } from 'node:crypto';
import type { PanelState } from '../../shared/protocol/panel';
import type { CardRequest } from '../../shared/question/card';
import type { Change, Comparison, PinnedCard } from '../../shared/question/comparison';
import { isFields, readQuestion, readTarget } from '../../shared/question/readQuestion';
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
  const all = readCards(value['cards'] ?? value['methods']);
  if (question === undefined || all.length === 0) return undefined;
  const id = typeof value['id'] === 'string' && value['id'] !== '' ? value['id'] : randomUUID();
  // Version 0.1 kept cards with a question of their own among the others.
  const pinned = [...all.filter(isPinned), ...readCards(value['pinned']).filter(isPinned)];
  return {
    id,
    question,
    cards: all.filter((card) => !isPinned(card)),
    comparisons: readComparisons(value['comparisons']),
    pinned: pinned.filter(({ key }, index) => pinned.findIndex((each) => each.key === key) === index),
    display: readDisplay(value['display']),
  };
}

function isPinned(card: CardRequest<string>): card is PinnedCard {
  return card.question !== undefined;
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

/** Comparisons whose change says nothing are left out, and those whose key one before them has. */
function readComparisons(value: unknown): Comparison[] {
  const comparisons = new Map<string, Comparison>();
  for (const each of Array.isArray(value) ? value : []) {
    if (!isFields(each) || typeof each['key'] !== 'string' || comparisons.has(each['key'])) continue;
    const change = readChange(each['change']);
    if (change) comparisons.set(each['key'], { key: each['key'], change });
  }
  return [...comparisons.values()];
}

function readChange(value: unknown): Change | undefined {
  if (!isFields(value)) return undefined;
  const { kind, checkpoint, layer, image, card, preset } = value;
  if (kind === 'target') return { kind, target: readTarget(value['target']) };
  if (kind === 'checkpoint' && typeof checkpoint === 'string') return { kind, checkpoint };
  if (kind === 'layer' && typeof layer === 'string') return { kind, layer };
  if (kind === 'image' && typeof image === 'string') return { kind, image };
  if (kind !== 'parameters' || typeof card !== 'string') return undefined;
  const parameters = readParameters(value['parameters']);
  return { kind, card, ...(typeof preset === 'string' && { preset }), parameters };
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
