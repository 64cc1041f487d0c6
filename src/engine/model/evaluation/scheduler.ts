import { CancelledError } from '../../../shared/errors';
import { answerTo, type BatchResult } from './evaluation';
import { type Batch, batchOf, type Call, isCancelled, merge, pack, type Share } from './merging';
import type { Evaluation } from './model';
import type { Request } from './request';
import type { ProgramSpec } from './spec';

export type RunBatch = (batch: Batch) => Promise<BatchResult>;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Collects the evaluations that are asked for in one turn of the event loop and answers them with as few runs as possible.
 * Runs follow one another; between two the event loop turns once, so that a cancellation is heard. An evaluation of more images than a
 * run may hold is answered by several.
 */
export class Scheduler {
  private waiting: Call[] = [];
  private running = false;

  /** @param isReady false for a program that would have to replace another; runs of others come first. */
  constructor(
    private readonly runBatch: RunBatch,
    private readonly batchLimit: () => number,
    private readonly isReady: (spec: ProgramSpec) => boolean = () => true,
  ) {}

  evaluate(request: Request, signal?: AbortSignal): Promise<Evaluation> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, signal, resolve, reject, parts: [] });
      if (!this.running) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.running = true;
    await nextTurn();
    while (this.waiting.length > 0) {
      const runs = pack(merge(this.waiting), this.batchLimit());
      const ready = runs.length > 1 ? runs.find(([share]) => share && this.isReady(share.job.spec)) : undefined;
      const settled = new Set(await this.answer(ready ?? runs[0] ?? []));
      this.waiting = this.waiting.filter((call) => !settled.has(call));
      await nextTurn();
    }
    this.running = false;
  }

  /** Runs a batch; answers the calls that need no other run. */
  private async answer(run: readonly Share[]): Promise<Call[]> {
    const given = run.flatMap(({ job }) => job.calls);
    const gone = given.filter(isCancelled);
    for (const call of gone) call.reject(new CancelledError());
    const shares = run.filter(({ job }) => !job.calls.every((call) => gone.includes(call)));
    if (shares.length === 0) return gone;
    const calls = shares.flatMap(({ job }) => job.calls).filter((call) => !gone.includes(call));
    try {
      const result = await this.runBatch(batchOf(shares));
      let start = 0;
      const complete: Call[] = [];
      for (const { job, count } of shares) {
        const open = job.calls.filter((call) => !gone.includes(call));
        for (const call of open) call.parts.push({ result, start, count });
        if (job.done + count === job.items) complete.push(...open);
        start += count;
      }
      for (const call of complete) call.resolve(answerTo(call.request, call.parts));
      return [...gone, ...complete];
    } catch (error) {
      for (const call of calls) call.reject(error);
      return [...gone, ...calls];
    }
  }
}
