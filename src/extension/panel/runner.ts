import { randomUUID } from 'node:crypto';
import { CancelledError, UnsupportedOperatorError } from '../../shared/errors';
import type { ExplainEvent } from '../../shared/explanation/events';
import type { PanelState } from '../../shared/protocol/panel';
import type { ExplainParams } from '../../shared/protocol/protocol';
import type { ImageSource, Question, RuntimeChoice } from '../../shared/question/question';
import type { MethodRequest } from '../../shared/results/attribution';
import { DisposableOwner, Emitter } from '../host/dispose';
import type { RunStatus } from '../status/status';
import { Explanation, type PageNote, type RunEnd } from './explanation';
import type { SerialQueue } from './queue';

/** What a run needs from outside. */
export interface RunServices {
  readonly queue: SerialQueue;
  explain(params: ExplainParams, onEvent: (event: ExplainEvent) => void, signal: AbortSignal): Promise<unknown>;
  /** The image as the engine gets it; throws when nothing may be run. */
  image(): Promise<ImageSource>;
  runtime(): RuntimeChoice;
  /** The sentence for a failure that is not a cancel. */
  sentence(error: unknown): string;
}

/** Runs the explanations of one panel, one at a time, the newest winning; says what the page and the status bar must know. */
export class Runner extends DisposableOwner {
  readonly explanation: Explanation;
  private readonly notes = this.register(new Emitter<PageNote>());
  readonly onNote = this.notes.event;
  private readonly statusChanges = this.register(new Emitter<RunStatus>());
  readonly onStatus = this.statusChanges.event;
  private current: AbortController | undefined;
  private names: readonly string[] = [];

  constructor(
    state: PanelState,
    private readonly image: string,
    private readonly services: RunServices,
  ) {
    super();
    this.explanation = new Explanation(state);
  }

  cancel(): void {
    this.current?.abort();
  }

  override dispose(): void {
    this.cancel();
    super.dispose();
  }

  /**
   * Explains with `state`; a run in progress is cancelled. `only` names the methods to run, all when absent. `note` is shown
   * while nothing else is known. Resolves when the run has ended, however it ended.
   */
  async run(state: PanelState, only?: readonly string[], note?: string): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.current = controller;
    const id = randomUUID();
    const methods = state.methods.filter((method) => only === undefined || only.includes(method.id));
    this.names = methods.map((method) => method.id);
    this.notes.fire(this.explanation.begin(id, state, this.names));
    if (note !== undefined) this.hear({ id, kind: 'stage', text: note });
    this.tellStatus('waiting');
    const end = await this.runToEnd(id, state.question, methods, controller.signal);
    // Superseded by another run, or closed: nobody waits for this end.
    if (this.explanation.id !== id || this.isDisposed) return;
    this.notes.fire(this.explanation.finish(end));
    this.tellStatus(end.error !== undefined ? 'failed' : end.cancelled ? 'cancelled' : 'done', end.error);
  }

  private async runToEnd(
    id: string,
    asked: Question<string>,
    methods: readonly MethodRequest[],
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const { queue, explain, image, runtime, sentence } = this.services;
    let started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    try {
      if (methods.length === 0 && this.explanation.prediction !== undefined) return { seconds: 0, cancelled: false };
      await queue.add(async () => {
        started = performance.now();
        this.tellStatus('loading');
        const question = { ...asked, image: await image(), runtime: asked.runtime ?? runtime() };
        await explain({ id, question, methods }, (event) => this.hear(event), signal);
      }, signal);
      return { seconds: seconds(), cancelled: false };
    } catch (error) {
      if (error instanceof CancelledError) return { seconds: seconds(), cancelled: true };
      const cut = error instanceof UnsupportedOperatorError ? error.cut : null;
      return { seconds: seconds(), cancelled: false, error: sentence(error), ...(cut === null ? {} : { cut }) };
    }
  }

  private hear(event: ExplainEvent): void {
    const note = this.explanation.apply(event);
    if (note === undefined) return;
    this.notes.fire(note);
    if (event.kind === 'prediction' || event.kind === 'result' || event.kind === 'failed') this.tellStatus('running');
  }

  private tellStatus(phase: RunStatus['phase'], error?: string): void {
    const runtime = this.explanation.prediction?.runtime;
    const finished = this.explanation.attributions(this.names).length;
    const failed = this.explanation.failed().filter((method) => this.names.includes(method)).length;
    this.statusChanges.fire({
      image: this.image,
      checkpoint: this.explanation.state.question.checkpoint.replace(/^.*[/\\]/, ''),
      ...(runtime === undefined ? {} : { runtime }),
      phase,
      done: finished + failed,
      total: this.names.length,
      failed,
      ...(error === undefined ? {} : { error }),
    });
  }
}
