import { randomUUID } from 'node:crypto';
import { CancelledError, UnsupportedOperatorError } from '../../shared/errors';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import {
  answerFor,
  attributionsOf,
  type Explanation,
  type ExplanationEvent,
  emptyExplanation,
  type RunEnd,
  shownAnswer,
  shownMap,
} from '../../shared/explanation/explanation';
import { reduceExplanation } from '../../shared/explanation/reduce';
import type { PanelState } from '../../shared/protocol/panel';
import type { ExplainParams, Priority } from '../../shared/protocol/protocol';
import type { CardRequest } from '../../shared/question/card';
import type { PinnedCard } from '../../shared/question/comparison';
import { type ImageSource, type Question, type RuntimeChoice, sameQuestion } from '../../shared/question/question';
import type { Finding } from '../../shared/results/health';
import { DisposableOwner, Emitter } from '../host/dispose';
import type { RunStatus } from '../status/status';
import type { FinishedMaps } from './finishedMaps';
import { allCards } from './panelChanges';
import { type Again, planRun } from './plan';
import { sharedImage } from './sharedImage';
import type { Stamps } from './stamps';

/** What a run needs from outside. */
export interface RunServices {
  explain(params: ExplainParams, onEvent: (event: ExplainEvent) => void, signal: AbortSignal): Promise<unknown>;
  /** Changes the priority of a run that may still wait for its turn. */
  prioritise(id: string, priority: Priority): void;
  /** An image as the engine gets it; throws when nothing may be run. */
  image(uri: string): Promise<ImageSource>;
  runtime(): RuntimeChoice;
  /** The sentence for a failure that is not a cancel. */
  sentence(error: unknown): string;
  /** Tells of a method, by its id, whether it needs a layer. */
  needsLayer(): Promise<(method: string) => boolean>;
  /** Finished maps of all panels. */
  readonly maps: FinishedMaps;
  readonly stamps: Stamps;
}

export interface RunOptions {
  /** What is computed although it is known, or left as it failed; see {@link Again}. */
  readonly again?: Again;
  /** Shown while nothing else is known. */
  readonly note?: string;
}

/** Runs the explanations of one panel, one at a time, the newest winning; says what the page and the status bar must know. */
export class Runner extends DisposableOwner {
  private readonly events = this.register(new Emitter<ExplanationEvent>());
  /** What takes the explanation forward, in order. */
  readonly onEvent = this.events.event;
  private readonly statusChanges = this.register(new Emitter<RunStatus>());
  readonly onStatus = this.statusChanges.event;
  private current: AbortController | undefined;
  private known: Explanation;
  /** A run was asked for and it is not settled yet what of it is known. */
  private planning = false;
  private priority: Priority = 'foreground';
  private readonly findings = new WeakMap<Prediction, readonly Finding[]>();
  private layered: (method: string) => boolean = () => true;
  /** Keys of cards whose maps came back with the window, to be kept as soon as it is known which methods have a layer. */
  private restored: string[] = [];

  /** @param image name of the image, for the status bar. */
  constructor(
    private currentState: PanelState,
    private readonly image: string,
    private readonly services: RunServices,
  ) {
    super();
    this.known = emptyExplanation(currentState.question, currentState.cards);
  }

  /** What is asked and how it is shown. */
  get state(): PanelState {
    return this.currentState;
  }

  /** All that is known so far. It outlives the page, which VS Code throws away when its tab is hidden. */
  get explanation(): Explanation {
    return this.known;
  }

  get running(): boolean {
    return this.planning || this.known.run?.phase === 'running';
  }

  /** Takes over what the user set on the page. */
  setDisplay(display: PanelState['display']): void {
    this.currentState = { ...this.currentState, display };
  }

  /** Runs of a panel that is looked at go before those of the others. */
  setPriority(priority: Priority): void {
    if (this.priority === priority) return;
    this.priority = priority;
    if (this.running && this.known.run) this.services.prioritise(this.known.run.id, priority);
  }

  /** Takes over what was known before a window reload. The stamps that its answers were given with must be set already. */
  restore(explanation: Explanation): void {
    this.known = explanation;
    for (const { prediction, findings } of explanation.answers) this.findings.set(prediction, findings);
    this.restored = explanation.cards.flatMap(({ request, attribution }) => (attribution ? [request.key] : []));
  }

  /** Keeps what a card shows as the map of a pinned one, so that it need not be computed. */
  keepFor(pinned: PinnedCard | undefined, key: string): void {
    const card = this.known.cards.find(({ request }) => request.key === key);
    const shown = card && shownMap(this.known, card);
    if (pinned === undefined || !shown) return;
    const { attribution, answer } = shown;
    const layered = this.layered(pinned.method);
    this.services.maps.keep(pinned.question, pinned, { attribution, prediction: answer.prediction }, layered);
  }

  cancel(): void {
    this.current?.abort();
  }

  override dispose(): void {
    this.cancel();
    super.dispose();
  }

  /**
   * Explains with `state`; a run in progress is cancelled. Computes only what is not known from before. Resolves when the run has ended,
   * however it ended.
   */
  async run(state: PanelState, { again, note }: RunOptions = {}): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.current = controller;
    this.currentState = state;
    this.planning = true;
    const { maps, stamps } = this.services;
    this.layered = await this.services.needsLayer();
    for (const key of this.restored.splice(0)) this.keep(key);
    const { question } = state;
    const cards = allCards(state, this.layered);
    const pinned = new Set(state.pinned.map(({ key }) => key));
    const plan = await planRun(question, cards, again, {
      explanation: this.known,
      maps,
      isFresh: (asked, prediction) => stamps.isFresh(asked, prediction),
      findings: (prediction) => this.findings.get(prediction) ?? [],
      needsLayer: this.layered,
      isPinned: (key) => pinned.has(key),
    });
    if (this.current !== controller || this.isDisposed) return;
    this.planning = false;
    const id = randomUUID();
    const { keys, known } = plan;
    this.hear({ kind: 'run', id, question, cards, keys, known });
    if (note !== undefined) this.hear({ id, kind: 'stage', text: note });
    this.tellStatus('waiting');
    const asked = cards.filter(({ key }) => keys.includes(key));
    const end =
      keys.length > 0 || plan.asksModel
        ? await this.runToEnd(id, question, asked, controller.signal)
        : { seconds: 0, cancelled: false };
    // Superseded by another run, or closed: nobody waits for this end.
    if (this.current !== controller || this.isDisposed) return;
    this.hear({ kind: 'ended', id, ...end });
    this.tellStatus(end.error !== undefined ? 'failed' : end.cancelled ? 'cancelled' : 'done', end.error);
  }

  private async runToEnd(
    id: string,
    question: Question<string>,
    cards: readonly CardRequest<string>[],
    signal: AbortSignal,
  ): Promise<Omit<RunEnd, 'kind' | 'id'>> {
    let started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    try {
      const params = {
        id,
        question: await this.forEngine(question),
        cards: await Promise.all(
          cards.map(async ({ question: own, ...card }) => ({
            ...card,
            ...(own && { question: await this.forEngine(own) }),
          })),
        ),
        priority: this.priority,
      };
      const onEvent = (event: ExplainEvent) => {
        if (event.kind === 'begun') {
          started = performance.now();
          if (event.id === this.known.run?.id) this.tellStatus('loading');
        } else this.hear(event);
      };
      await this.services.explain(params, onEvent, signal);
      return { seconds: seconds(), cancelled: false };
    } catch (error) {
      if (error instanceof CancelledError) return { seconds: seconds(), cancelled: true };
      const cut = error instanceof UnsupportedOperatorError ? error.cut : null;
      const sentence = this.services.sentence(error);
      return { seconds: seconds(), cancelled: false, error: sentence, ...(cut === null ? {} : { cut }) };
    }
  }

  private async forEngine(question: Question<string>): Promise<Question> {
    const { image, runtime } = this.services;
    return { ...question, image: await image(question.image), runtime: question.runtime ?? runtime() };
  }

  /** Takes an event in and passes it on; one that comes from an earlier run changes nothing and is dropped. */
  private hear(heard: ExplanationEvent): void {
    const event = heard.kind === 'prediction' ? sharedImage(heard, this.known) : heard;
    const next = reduceExplanation(this.known, event);
    if (next === this.known) return;
    this.known = next;
    this.remember(event);
    this.events.fire(event);
    if (event.kind === 'prediction' || event.kind === 'result' || event.kind === 'failed') this.tellStatus('running');
  }

  /** Keeps what came for the next time that it is asked for. */
  private remember(event: ExplanationEvent): void {
    if (event.kind === 'prediction') {
      const answer = this.known.answers.find(({ prediction }) => prediction === event.prediction);
      if (answer) this.services.stamps.take(answer.question, answer.prediction);
    } else if (event.kind === 'result') this.keep(event.attribution.key);
    else if (event.kind === 'findings') {
      for (const { prediction, findings } of this.known.answers) this.findings.set(prediction, findings);
    }
  }

  /** Keeps the finished map of a card. */
  private keep(key: string): void {
    const card = this.known.cards.find(({ request }) => request.key === key);
    const answer = card && answerFor(this.known, card);
    const question = card?.request.question ?? this.known.question;
    if (!card?.attribution || !answer || !sameQuestion(answer.question, question)) return;
    const finished = { attribution: card.attribution, prediction: answer.prediction };
    this.services.maps.keep(question, card.request, finished, this.layered(card.request.method));
  }

  private tellStatus(phase: RunStatus['phase'], error?: string): void {
    const { run, cards } = this.known;
    const keys = run?.keys ?? [];
    const runtime = shownAnswer(this.known)?.prediction.runtime;
    const failed = cards.filter(({ request, failure }) => failure !== null && keys.includes(request.key)).length;
    this.statusChanges.fire({
      panel: this.state.id,
      image: this.image,
      checkpoint: this.state.question.checkpoint.replace(/^.*[/\\]/, ''),
      ...(runtime === undefined ? {} : { runtime }),
      phase,
      done: attributionsOf(this.known, keys).length + failed,
      total: keys.length,
      failed,
      ...(error === undefined ? {} : { error }),
    });
  }
}
