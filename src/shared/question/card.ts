import type { Parameters } from '../results/attribution';
import { type ImageSource, type Question, sameQuestion } from './question';

/** Which method to run and how. */
export interface MethodRequest {
  /**
   * The request's name, given by whoever asks and unique among the cards beside it. Events, results, files and the page's cards carry it,
   * so that one method can stand there twice.
   */
  readonly key: string;
  /** Method id. */
  readonly method: string;
  readonly preset?: string;
  /** Overrides of the defaults (or of the preset). */
  readonly parameters?: Readonly<Parameters>;
  /** Target layer of the methods that need one; the question's layer when absent. */
  readonly layer?: string;
}

/** One card: a method, and what it is asked about. */
export interface CardRequest<Image = ImageSource> extends MethodRequest {
  /** Absent for a card that follows the question of its panel or run; a pinned card and one of a comparison have their own. */
  readonly question?: Question<Image>;
}

/** The first card of a method: its key is the method's id. */
export function cardFor(method: string): MethodRequest {
  return { key: method, method };
}

/** Cards that ask the same question. */
export interface QuestionGroup<Image> {
  readonly question: Question<Image>;
  readonly cards: readonly CardRequest<Image>[];
}

/** The cards by what they ask. The run's own question comes first, even when no card asks it; the others stand in the order of their first cards. */
export function questionGroups<Image extends string | ImageSource>(
  question: Question<Image>,
  cards: readonly CardRequest<Image>[],
): QuestionGroup<Image>[] {
  const groups: { question: Question<Image>; cards: CardRequest<Image>[] }[] = [{ question, cards: [] }];
  for (const card of cards) {
    const asked = card.question ?? question;
    const group = groups.find((each) => sameQuestion(each.question, asked));
    if (group) group.cards.push(card);
    else groups.push({ question: asked, cards: [card] });
  }
  return groups;
}
