/** The engine as the extension has it: a process of its own, asked over IPC. */
import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
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

export interface ChildOptions {
  /** The engine, bundled; dist/engine.cjs when absent. */
  readonly script?: string;
  /** Count the processor time of an engine with one thread, which is steady on a busy machine. Needs Linux. */
  readonly cpu?: boolean;
}

/** Processor seconds of a process and its threads. */
function cpuSeconds(pid: number | undefined): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = (task: string) => Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]);
  return readdirSync(tasks).reduce((sum, task) => sum + nanoseconds(task), 0) / 1e9;
}

export class EngineChild {
  private readonly child: ChildProcess;
  private readonly rpc: EngineCaller;
  private heard: (event: ExplainEvent) => void = () => {};
  private asked = 0;

  constructor(private readonly options: ChildOptions = {}) {
    const { script = join(__dirname, '..', 'dist/engine.cjs'), cpu = false } = options;
    const env = { ...process.env, ...(cpu && { WHYLIGHT_THREADS: '1' }) };
    this.child = fork(script, [], { serialization: 'advanced', silent: true, env });
    this.rpc = new Rpc(ipcPort(this.child));
    this.rpc.on('explainEvent', (event) => this.heard(event));
    this.rpc.listen();
  }

  /** Throws when a card failed. */
  async explain(question: Question, cards: readonly CardRequest[]): Promise<Heard> {
    const started = this.clock();
    const now = () => this.clock() - started;
    const events: { at: number; event: ExplainEvent }[] = [];
    this.heard = (event) => void events.push({ at: now(), event });
    await this.rpc.request('explain', { id: String(this.asked++), question, cards });
    const failure = events.find(({ event }) => event.kind === 'failed' || event.kind === 'unanswered');
    if (failure) throw new Error(JSON.stringify(failure.event));
    return { seconds: now(), events };
  }

  private clock(): number {
    return this.options.cpu ? cpuSeconds(this.child.pid) : performance.now() / 1000;
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
