import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import type { PanelHostNotifications, PanelState } from '../../shared/protocol/panel';
import { sameQuestion } from '../../shared/question/question';
import type { Attribution } from '../../shared/results/attribution';
import { type Finding, mergedFindings } from '../../shared/results/health';

/** A notification for the page. */
export type PageNote = {
  [K in keyof PanelHostNotifications]: { readonly name: K; readonly params: PanelHostNotifications[K] };
}[keyof PanelHostNotifications];

export interface RunEnd {
  readonly seconds: number;
  readonly cancelled: boolean;
  readonly error?: string;
  /** With an unsupported operator: a value that can be explained in place of the logits. */
  readonly cut?: string;
}

/**
 * What one panel shows: the latest result of every method. It outlives the page, which VS Code throws away when its tab is
 * hidden, and can tell a fresh page everything again.
 */
export class Explanation {
  private runId = '';
  private lastEnd: RunEnd | undefined;
  private isRunning = false;
  private found: Prediction | undefined;
  private readonly results = new Map<string, Attribution>();
  private readonly failures = new Map<string, string>();
  private healthFindings: readonly Finding[] = [];
  private readonly latest = new Map<string, ExplainEvent>();
  private lastStage: ExplainEvent | undefined;

  constructor(private current: PanelState) {}

  get state(): PanelState {
    return this.current;
  }

  /** Takes over what the user set on the page (display controls, edited parameters). */
  set state(state: PanelState) {
    this.current = state;
  }

  get id(): string {
    return this.runId;
  }

  get running(): boolean {
    return this.isRunning;
  }

  /** True once a run was begun. */
  get begun(): boolean {
    return this.runId !== '';
  }

  get end(): RunEnd | undefined {
    return this.lastEnd;
  }

  get prediction(): Prediction | undefined {
    return this.found;
  }

  /** Finished maps in the order of the chosen methods; with `ids`, of those methods only. */
  attributions(ids?: readonly string[]): Attribution[] {
    return this.current.methods
      .filter(({ id }) => ids === undefined || ids.includes(id))
      .flatMap(({ id }) => this.results.get(id) ?? []);
  }

  /** What the runs so far told of the network's health, for what is asked now. */
  get findings(): readonly Finding[] {
    return this.healthFindings;
  }

  failed(): readonly string[] {
    return [...this.failures.keys()];
  }

  /** A run begins: results of the methods in `only` are dropped, and all that do not fit `state` any more. */
  begin(id: string, state: PanelState, only: readonly string[]): PageNote {
    const chosen = new Set(state.methods.map((method) => method.id));
    const otherQuestion = !sameQuestion(state.question, this.current.question);
    if (otherQuestion) this.found = undefined;
    // A run of some methods sees a part of the network only; what others have seen still holds.
    if (otherQuestion || only.length === state.methods.length) this.healthFindings = [];
    for (const map of [this.results, this.failures, this.latest]) {
      for (const method of [...map.keys()]) {
        if (otherQuestion || only.includes(method) || !chosen.has(method)) map.delete(method);
      }
    }
    this.latest.clear();
    this.lastStage = undefined;
    this.runId = id;
    this.current = state;
    this.lastEnd = undefined;
    this.isRunning = true;
    return { name: 'run', params: { id, state, only } };
  }

  /** Notes an event of the current run; undefined when it comes from an earlier one and is to be dropped. */
  apply(event: ExplainEvent): PageNote | undefined {
    if (!this.isRunning || event.id !== this.runId) return undefined;
    switch (event.kind) {
      case 'stage':
        this.lastStage = event;
        break;
      case 'prediction':
        this.found = event.prediction;
        break;
      case 'started':
      case 'progress':
        this.latest.set(event.method, event);
        break;
      case 'result':
        this.latest.delete(event.attribution.method);
        this.failures.delete(event.attribution.method);
        this.results.set(event.attribution.method, event.attribution);
        break;
      case 'failed':
        this.latest.delete(event.method);
        this.results.delete(event.method);
        this.failures.set(event.method, event.message);
        break;
      case 'findings':
        this.healthFindings = mergedFindings(this.healthFindings, event.findings);
        return { name: 'event', params: { ...event, findings: this.healthFindings } };
    }
    return { name: 'event', params: event };
  }

  finish(end: RunEnd): PageNote {
    this.isRunning = false;
    this.lastEnd = end;
    this.latest.clear();
    return { name: 'ended', params: { id: this.runId, ...end } };
  }

  /** Everything that a fresh page has to hear to show what the last one showed. */
  replay(): PageNote[] {
    if (!this.begun) return [];
    const id = this.runId;
    const notes: PageNote[] = [
      { name: 'run', params: { id, state: this.current, only: this.current.methods.map((method) => method.id) } },
    ];
    const event = (params: ExplainEvent) => notes.push({ name: 'event', params });
    if (this.lastStage !== undefined && this.isRunning) event(this.lastStage);
    if (this.found !== undefined) event({ id, kind: 'prediction', prediction: this.found });
    for (const latest of this.latest.values()) event(latest);
    for (const attribution of this.results.values()) event({ id, kind: 'result', attribution });
    for (const [method, message] of this.failures) event({ id, kind: 'failed', method, message });
    if (this.findings.length > 0) event({ id, kind: 'findings', findings: this.findings });
    if (this.lastEnd !== undefined) notes.push({ name: 'ended', params: { id, ...this.lastEnd } });
    return notes;
  }
}
