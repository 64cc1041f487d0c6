import {
  type Answer,
  answerFor,
  answerTo,
  type Card,
  type Explanation,
  shownAnswer,
} from '../../shared/explanation/explanation';
import type { PanelState } from '../../shared/protocol/panel';
import { type Change, type Comparison, changedQuestion, comparisonCardKey } from '../../shared/question/comparison';
import type { TargetRequest } from '../../shared/question/target';
import type { MethodInfo } from '../../shared/results/attribution';
import { stem as withoutExtension } from '../../shared/words/stem';
import { percent } from '../../shared/words/summary';
import { className } from './describe';
import { baseName, imageName } from './format';
import type { Words } from './words';

/** A card that the page can show, with what its method is. */
interface ShownCard {
  readonly card: Card;
  readonly info: MethodInfo;
}

/** A question that stands beside the panel's own. */
export interface Compared {
  readonly comparison: Comparison;
  readonly answer: Answer | null;
  /** In what it differs, in a word or two: a class, a checkpoint, a layer, an image, parameters. */
  readonly label: string;
  /** What its model says of the class, where the label does not; empty while it has not spoken. */
  readonly said: string;
  /** Both as short as they are still told apart: without an extension, without the class that is explained beside it too. */
  readonly short: string;
  /** Why there is no answer, in one sentence. */
  readonly unanswered: string | null;
}

/** One card in its place. */
export interface Cell extends ShownCard {
  /** The comparison that it belongs to; null for the panel's own cards and for pinned ones. */
  readonly compared: Compared | null;
  /** The panel's own card that it stands beside, which a difference is taken from. */
  readonly own: Card | null;
  /** What is said beside the method's title: a layer, a comparison, a pinned card's question. */
  readonly detail: string;
}

/** A method's cards that stand side by side: the panel's own, then one for each column. */
export interface CardGroup {
  readonly key: string;
  readonly cells: readonly (Cell | null)[];
}

/** Where each card stands. */
export interface Arrangement {
  /** All comparisons, in their order. */
  readonly compared: readonly Compared[];
  /** Those that have a card for each method and something to show: a column beside the panel's own. */
  readonly columns: readonly Compared[];
  /** The cards of comparisons of some methods only (of a layer, of parameters) have groups of their own behind those they are compared with. */
  readonly groups: readonly CardGroup[];
  readonly pinned: readonly Cell[];
}

export function arrange(
  panel: PanelState,
  explanation: Explanation,
  methods: readonly MethodInfo[],
  words: Words,
): Arrangement {
  const all = panel.comparisons.map((comparison) => compared(comparison, panel, explanation, methods, words));
  const isInline = ({ comparison }: Compared) =>
    comparison.change.kind === 'layer' || comparison.change.kind === 'parameters';
  const isShown = ({ comparison, unanswered }: Compared) =>
    unanswered === null ||
    explanation.cards.some(
      ({ request, attribution, before }) =>
        (attribution ?? before) !== null &&
        panel.cards.some(({ key }) => request.key === comparisonCardKey(comparison, key)),
    );
  const columns = all.filter((each) => !isInline(each) && isShown(each));
  const inline = all.filter(isInline);
  const find = (key: string): ShownCard | null => {
    const card = explanation.cards.find(({ request }) => request.key === key);
    const info = methods.find(({ id }) => id === card?.request.method);
    return card !== undefined && info !== undefined ? { card, info } : null;
  };
  const groups = panel.cards.flatMap(({ key }) => {
    const own = find(key);
    if (own === null) return [];
    const beside = (other: Compared): Cell | null => {
      const shown = find(comparisonCardKey(other.comparison, key));
      return shown && { ...shown, compared: other, own: own.card, detail: other.short };
    };
    const first: Cell = { ...own, compared: null, own: null, detail: layerOf(own.card) };
    const variants = inline.flatMap((other) => {
      const cell = beside(other);
      return cell === null ? [] : [{ key: cell.card.request.key, cells: [cell] }];
    });
    return [{ key, cells: [first, ...columns.map(beside)] }, ...variants];
  });
  const pinned = panel.pinned.flatMap(({ key }): Cell[] => {
    const shown = find(key);
    if (shown === null) return [];
    return [{ ...shown, compared: null, own: null, detail: questionText(shown.card, explanation, words) }];
  });
  return { compared: all, columns, groups, pinned };
}

function compared(
  comparison: Comparison,
  { question }: PanelState,
  explanation: Explanation,
  methods: readonly MethodInfo[],
  words: Words,
): Compared {
  const { change } = comparison;
  const asked = changedQuestion(question, change);
  const answer = answerTo(explanation, asked);
  const same = JSON.stringify(asked);
  const failed = explanation.unanswered.find((each) => JSON.stringify(each.question) === same);
  const target = answer?.prediction.target;
  const spoken = target === undefined ? '' : percent(target.probability);
  const named = target === undefined ? '' : `${className(target, words)} ${spoken}`;
  const label = changeText(change, explanation, methods, words);
  const beside = shownAnswer(explanation)?.prediction.target;
  const bySubject = change.kind === 'checkpoint' || change.kind === 'image';
  const said = bySubject ? named : change.kind === 'target' ? spoken : '';
  const sameClass =
    bySubject && target !== undefined && beside !== undefined && className(target, words) === className(beside, words);
  const stem = (name: string) => (change.kind === 'checkpoint' ? withoutExtension(name) : name);
  return {
    comparison,
    answer,
    label,
    said,
    short: [stem(label), sameClass ? spoken : said].filter((part) => part !== '').join(' · '),
    unanswered: failed?.message ?? null,
  };
}

function changeText(change: Change, explanation: Explanation, methods: readonly MethodInfo[], words: Words): string {
  switch (change.kind) {
    case 'target':
      return targetText(change.target, explanation, words);
    case 'checkpoint':
      return baseName(change.checkpoint);
    case 'layer':
      return change.layer;
    case 'image':
      return imageName(change.image);
    case 'parameters': {
      const card = explanation.cards.find(({ request }) => request.key === change.card);
      const info = methods.find(({ id }) => id === card?.request.method);
      const preset = info?.presets.find(({ name }) => name === change.preset);
      const title = (name: string) => info?.parameters.find((each) => each.name === name)?.title ?? name;
      const said = [
        ...(preset === undefined ? [] : [preset.title]),
        ...Object.entries(change.parameters).map(([name, value]) => `${title(name)} ${value}`),
      ];
      return said.length === 0 ? words('card.paper') : said.join(', ');
    }
  }
}

function targetText(target: TargetRequest, explanation: Explanation, words: Words): string {
  if (target.kind === 'top1') return words('classes.top1');
  if (target.kind !== 'index') return target.label;
  const label = shownAnswer(explanation)?.prediction.classes.labels?.[target.index];
  return label ?? words('classes.unnamed', target.index);
}

/** The layer of a class activation map; empty for other methods. */
function layerOf({ attribution, before, request }: Card): string {
  return attribution?.layer ?? before?.attribution.layer ?? request.layer ?? '';
}

/** All that a pinned card asks: class, checkpoint, image, layer. */
function questionText(card: Card, explanation: Explanation, words: Words): string {
  const { question } = card.request;
  if (question === undefined) return layerOf(card);
  const target = answerFor(explanation, card)?.prediction.target;
  const said = target === undefined ? targetText(question.target, explanation, words) : className(target, words);
  return [said, baseName(question.checkpoint), imageName(question.image), layerOf(card)]
    .filter((part) => part !== '')
    .join(' · ');
}
