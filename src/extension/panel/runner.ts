import { randomUUID } from 'node:crypto';
import { CancelledError, UnsupportedOperatorError } from '../../shared/errors';
import type { ExplainEvent } from '../../shared/explanation/events';
import {
  answerTo,
  attributionsOf,
  type Explanation,
  type ExplanationEvent,
  emptyExplanation,
  type RunEnd,
  shownAnswer,
} from '../../shared/explanation/explanation';
import { reduceExplanation } from '../../shared/explanation/reduce';
import type { PanelState } from '../../shared/protocol/panel';
import type { ExplainParams, Priority } from '../../shared/protocol/protocol';
import type { CardRequest } from '../../shared/question/card';
import type { ImageSource, Question, RuntimeChoice } from '../../shared/question/question';
import { DisposableOwner, Emitter } from '../host/dispose';
import type { RunStatus } from '../status/status';

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
  private priority: Priority = 'foreground';

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
    return this.known.run?.phase === 'running';
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

  cancel(): void {
    this.current?.abort();
  }

  override dispose(): void {
    this.cancel();
    super.dispose();
  }

  /**
   * Explains with `state`; a run in progress is cancelled. `only` holds the keys of the cards to run, all when absent. `note` is shown
   * while nothing else is known. Resolves when the run has ended, however it ended.
   */
  async run(state: PanelState, only?: readonly string[], note?: string): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.current = controller;
    const id = randomUUID();
    const all = [...state.cards, ...state.pinned];
    const cards = all.filter(({ key }) => only === undefined || only.includes(key));
    this.currentState = state;
    const keys = cards.map(({ key }) => key);
    this.hear({ kind: 'run', id, question: state.question, cards: all, keys });
    if (note !== undefined) this.hear({ id, kind: 'stage', text: note });
    this.tellStatus('waiting');
    const end = await this.runToEnd(id, state.question, cards, controller.signal);
    // Superseded by another run, or closed: nobody waits for this end.
    if (this.known.run?.id !== id || this.isDisposed) return;
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
      if (cards.length === 0 && answerTo(this.known, question) !== null) return { seconds: 0, cancelled: false };
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
  private hear(event: ExplanationEvent): void {
    const next = reduceExplanation(this.known, event);
    if (next === this.known) return;
    this.known = next;
    this.events.fire(event);
    if (event.kind === 'prediction' || event.kind === 'result' || event.kind === 'failed') this.tellStatus('running');
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
