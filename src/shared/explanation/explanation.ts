import type { CardRequest } from '../question/card';
import { type ImageSource, type Question, sameQuestion } from '../question/question';
import type { Attribution, RawMap } from '../results/attribution';
import type { Finding } from '../results/health';
import type { ExplainEvent, Prediction } from './events';

export type CardPhase = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** One card and what it has so far. */
export interface Card<Image = string> {
  readonly request: CardRequest<Image>;
  readonly phase: CardPhase;
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** An unfinished map, when the method sends one. */
  readonly partial: RawMap | null;
  readonly attribution: Attribution | null;
  /** What the card showed before it was asked anew: it is still shown, dimmed, as long as there is no attribution. */
  readonly before: { readonly attribution: Attribution; readonly question: Question<Image> } | null;
  /** Why it failed, in one sentence from the engine; null when the run around it ended. */
  readonly failure: string | null;
}

export interface Run {
  readonly id: string;
  readonly phase: 'running' | 'done' | 'cancelled' | 'failed';
  /** What the engine is doing before the first method starts. */
  readonly stage: string | null;
  /** How long it took; 0 while it runs. */
  readonly seconds: number;
  /** One sentence when the run failed as a whole. */
  readonly error: string | null;
  /** A value that can be explained in place of the logits, when an unsupported operator ended the run. */
  readonly cut: string | null;
  /** Keys of this run's cards; the others keep their earlier results. */
  readonly keys: readonly string[];
}

/** What the model said to a question, and what its passes told of its health (the gravest first). */
export interface Answer<Image = string> {
  readonly question: Question<Image>;
  readonly prediction: Prediction;
  readonly findings: readonly Finding[];
}

/**
 * All that is known of an explanation: its question, its cards, the answers, and the run that is under way or ended last. The host keeps
 * one for each panel, the page one of its own, the command line one for each image; {@link ExplanationEvent}s take all of them forward.
 */
export interface Explanation<Image = string> {
  readonly question: Question<Image>;
  readonly cards: readonly Card<Image>[];
  readonly answers: readonly Answer<Image>[];
  /** The answer from before the question changed, for the same image: it is shown until the model has spoken. */
  readonly earlier: Answer<Image> | null;
  /** Questions of comparisons that could not be answered, each with the reason in one sentence. */
  readonly unanswered: readonly { readonly question: Question<Image>; readonly message: string }[];
  readonly run: Run | null;
}

/** A run begins. */
export interface RunStart<Image = string> {
  readonly kind: 'run';
  readonly id: string;
  readonly question: Question<Image>;
  /** All cards from now on, in their order. */
  readonly cards: readonly CardRequest<Image>[];
  /** Keys of those that are computed anew. */
  readonly keys: readonly string[];
  /** What need not be computed, because it was before. */
  readonly known?: Known<Image>;
}

/** Answers and maps from earlier runs; each map carries the key of the card that it is for now. */
export interface Known<Image = string> {
  readonly answers: readonly Answer<Image>[];
  readonly attributions: readonly Attribution[];
}

/** A run ended: done, cancelled, or failed as a whole. */
export interface RunEnd {
  readonly kind: 'ended';
  readonly id: string;
  readonly seconds: number;
  readonly cancelled: boolean;
  /** One sentence when it failed as a whole. */
  readonly error?: string;
  /** With an unsupported operator: a value that can be explained in place of the logits. */
  readonly cut?: string;
}

export type ExplanationEvent<Image = string> = RunStart<Image> | ExplainEvent | RunEnd;

type Named = string | ImageSource;

/** Before anything was computed. */
export function emptyExplanation<Image extends Named>(
  question: Question<Image>,
  cards: readonly CardRequest<Image>[],
): Explanation<Image> {
  return { question, cards: cards.map(emptyCard), answers: [], earlier: null, unanswered: [], run: null };
}

export function emptyCard<Image>(request: CardRequest<Image>): Card<Image> {
  return { request, phase: 'waiting', progress: null, partial: null, attribution: null, before: null, failure: null };
}

export function isPending({ phase }: Pick<Card, 'phase'>): boolean {
  return phase === 'waiting' || phase === 'running';
}

/** The answer to a question, as far as the model has spoken. */
export function answerTo<Image extends Named>(
  { answers }: Explanation<Image>,
  question: Question<Image>,
): Answer<Image> | null {
  return answers.find((each) => sameQuestion(each.question, question)) ?? null;
}

/** The answer to what a card asks. Of a card that follows the explanation's question: what is shown of that. */
export function answerFor<Image extends Named>(
  explanation: Explanation<Image>,
  { request }: Card<Image>,
): Answer<Image> | null {
  return request.question ? answerTo(explanation, request.question) : shownAnswer(explanation);
}

/** The answer to the explanation's own question, or the one from before while the model has not spoken. */
export function shownAnswer<Image extends Named>(explanation: Explanation<Image>): Answer<Image> | null {
  return answerTo(explanation, explanation.question) ?? explanation.earlier;
}

/** The map that a card shows, and what it answers: the finished one, or (`stale`) the one from before it was asked anew. */
export function shownMap<Image extends Named>(
  explanation: Explanation<Image>,
  card: Card<Image>,
): { readonly attribution: Attribution; readonly answer: Answer<Image>; readonly stale: boolean } | null {
  if (card.attribution !== null) {
    const answer = answerFor(explanation, card);
    return answer && { attribution: card.attribution, answer, stale: false };
  }
  if (card.before === null) return null;
  const answer = answerTo(explanation, card.before.question);
  return answer && { attribution: card.before.attribution, answer, stale: true };
}

/** Finished maps in the order of the cards; with `keys`, of those cards only. */
export function attributionsOf<Image>({ cards }: Explanation<Image>, keys?: readonly string[]): Attribution[] {
  return cards.flatMap(({ request, attribution }) =>
    attribution !== null && (keys === undefined || keys.includes(request.key)) ? [attribution] : [],
  );
}
