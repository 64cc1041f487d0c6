import { CancelledError } from '../../../shared/errors';
import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import { type BatchResult, shareOf } from './evaluation';
import type { Evaluation, Probes } from './model';
import { probesKey, unionOfProbes } from './probes';

/** Runs one batch; item i is explained for `targets[i]`. */
export type RunBatch = (
  batch: FloatTensor,
  targets: readonly number[],
  probes: Required<Probes>,
) => Promise<BatchResult>;

interface Call {
  readonly input: FloatTensor;
  readonly target: number;
  readonly probes: Probes;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (evaluation: Evaluation) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls for the same input and target: one place in a batch, with the union of what they want. */
interface Job {
  readonly input: FloatTensor;
  readonly target: number;
  readonly probes: Required<Probes>;
  readonly calls: readonly Call[];
}

const batchOf = (tensor: FloatTensor): number => tensor.dims[0] ?? 1;

/** Calls that share the input tensor (by identity) and the target become one job. */
function merge(calls: readonly Call[]): Job[] {
  const groups = new Map<FloatTensor, Map<number, Call[]>>();
  for (const call of calls) {
    const byTarget = groups.get(call.input) ?? new Map<number, Call[]>();
    groups.set(call.input, byTarget);
    byTarget.set(call.target, [...(byTarget.get(call.target) ?? []), call]);
  }
  return [...groups].flatMap(([input, byTarget]) =>
    [...byTarget].map(([target, same]) => ({
      input,
      target,
      calls: same,
      probes: unionOfProbes(same.map((call) => call.probes)),
    })),
  );
}

/** Jobs that want the same go together, up to `limit` images a run. */
function pack(jobs: readonly Job[], limit: number): Job[][] {
  const runs: Job[][] = [];
  const open = new Map<string, { jobs: Job[]; images: number }>();
  for (const job of jobs) {
    const key = probesKey(job.probes);
    const run = open.get(key);
    const images = batchOf(job.input);
    if (run && run.images + images <= limit) {
      run.jobs.push(job);
      run.images += images;
    } else {
      const fresh = { jobs: [job], images };
      open.set(key, fresh);
      runs.push(fresh.jobs);
    }
  }
  return runs;
}

function concatenate(jobs: readonly Job[]): FloatTensor {
  const [first] = jobs;
  if (jobs.length === 1 && first) return first.input;
  const total = jobs.reduce((sum, job) => sum + batchOf(job.input), 0);
  const data = new Float32Array(jobs.reduce((sum, job) => sum + job.input.data.length, 0));
  let at = 0;
  for (const job of jobs) {
    data.set(job.input.data, at);
    at += job.input.data.length;
  }
  return float32([total, ...(first?.input.dims.slice(1) ?? [])], data);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Collects the evaluations that are asked for in one turn of the event loop and answers them with as few runs as possible.
 * Runs follow one another; between two the event loop turns once, so that a cancellation is heard.
 */
export class Scheduler {
  private waiting: Call[] = [];
  private running = false;

  /** @param isReady false for probes whose run would have to wait for a program that replaces another; others are run before. */
  constructor(
    private readonly runBatch: RunBatch,
    private readonly batchLimit: () => number,
    private readonly isReady: (probes: Required<Probes>) => boolean = () => true,
  ) {}

  evaluate(input: FloatTensor, target: number, probes: Probes, signal?: AbortSignal): Promise<Evaluation> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, target, probes, signal, resolve, reject });
      if (!this.running) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.running = true;
    await nextTurn();
    while (this.waiting.length > 0) {
      const runs = pack(merge(this.waiting), this.batchLimit());
      const ready = runs.length > 1 ? runs.find(([job]) => job && this.isReady(job.probes)) : undefined;
      const run = ready ?? runs[0] ?? [];
      const taken = new Set(run.flatMap((job) => job.calls));
      this.waiting = this.waiting.filter((call) => !taken.has(call));
      await this.answer(run);
      await nextTurn();
    }
    this.running = false;
  }

  private async answer(run: readonly Job[]): Promise<void> {
    const cancelled = (call: Call): boolean => call.signal?.aborted === true;
    const jobs = run.filter((job) => !job.calls.every(cancelled));
    for (const call of run.flatMap((job) => job.calls)) if (cancelled(call)) call.reject(new CancelledError());
    const [first] = jobs;
    if (!first) return;
    try {
      const targets = jobs.flatMap((job) => new Array<number>(batchOf(job.input)).fill(job.target));
      const result = await this.runBatch(concatenate(jobs), targets, first.probes);
      let at = 0;
      for (const job of jobs) {
        const count = batchOf(job.input);
        for (const call of job.calls) call.resolve(shareOf(result, at, count));
        at += count;
      }
    } catch (error) {
      for (const call of jobs.flatMap((job) => job.calls)) call.reject(error);
    }
  }
}
