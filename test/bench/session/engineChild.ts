/** The engine as the extension has it: a process of its own, asked over IPC. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import 'vscode-jsonrpc/node';
import { CancelledError } from '../../../src/shared/errors';
import type { ExplainEvent } from '../../../src/shared/explanation/events';
import { type EngineCaller, ipcPort, Rpc } from '../../../src/shared/protocol/rpc';
import type { CardRequest } from '../../../src/shared/question/card';
import type { Question } from '../../../src/shared/question/question';

/** What one run told, and when: seconds since it was asked for. */
export interface Heard {
  readonly seconds: number;
  readonly events: readonly { readonly at: number; readonly event: ExplainEvent }[];
}

export class EngineChild {
  private readonly child = fork(join(__dirname, '..', 'dist/engine.cjs'), [], {
    serialization: 'advanced',
    silent: true,
  });
  private readonly rpc: EngineCaller = new Rpc(ipcPort(this.child));
  private heard: (event: ExplainEvent) => void = () => {};
  private asked = 0;

  constructor() {
    this.rpc.on('explainEvent', (event) => this.heard(event));
    this.rpc.listen();
  }

  /** Throws when a card failed. */
  async explain(question: Question, cards: readonly CardRequest[]): Promise<Heard> {
    const started = performance.now();
    const now = () => (performance.now() - started) / 1000;
    const events: { at: number; event: ExplainEvent }[] = [];
    this.heard = (event) => void events.push({ at: now(), event });
    await this.rpc.request('explain', { id: String(this.asked++), question, cards });
    const failure = events.find(({ event }) => event.kind === 'failed' || event.kind === 'unanswered');
    if (failure) throw new Error(JSON.stringify(failure.event));
    return { seconds: now(), events };
  }

  /** Seconds from a cancellation, so long after the run was asked for, until the run has ended; null when it had ended before. */
  async cancelled(question: Question, cards: readonly CardRequest[], afterSeconds: number): Promise<number | null> {
    const controller = new AbortController();
    this.heard = () => {};
    let at: number | null = null;
    const timer = setTimeout(() => {
      at = performance.now();
      controller.abort();
    }, afterSeconds * 1000);
    try {
      await this.rpc.request('explain', { id: String(this.asked++), question, cards }, controller.signal);
      return null;
    } catch (error) {
      if (!(error instanceof CancelledError) || at === null) throw error;
      return (performance.now() - at) / 1000;
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.rpc.dispose();
    this.child.kill();
  }
}
