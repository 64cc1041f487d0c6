/** Which evaluations share a place in a batch, and which places share a run. */
import type { FloatTensor } from '../../graph/ir/tensor';
import { concatenated, itemsIn, type Part } from './evaluation';
import type { Evaluation } from './model';
import type { Request } from './request';
import { areWeights, feedKeys, type ProgramSpec, specKey, unionOf } from './spec';

/** One caller's evaluation, and how far it is. */
export interface Call {
  readonly request: Request;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (evaluation: Evaluation) => void;
  readonly reject: (error: unknown) => void;
  /** What the first images gave. */
  readonly parts: Part[];
}

export const isCancelled = ({ signal }: Call): boolean => signal?.aborted === true;
const doneOf = ({ parts }: Call): number => parts.reduce((sum, { count }) => sum + count, 0);

/** Calls for the same images that agree on what is fed: one place in a batch, with the union of what they want. */
export interface Job {
  readonly spec: ProgramSpec;
  readonly key: string;
  readonly calls: readonly Call[];
  readonly feeds: ReadonlyMap<string, FloatTensor>;
  readonly items: number;
  /** How many of its images are answered. */
  readonly done: number;
}

interface Group {
  readonly calls: Call[];
  readonly feeds: Map<string, FloatTensor>;
  readonly items: number;
  readonly done: number;
}

/** Tensors are the same by identity, weights of scores by their values, since each caller makes its own. */
function agree(feeds: ReadonlyMap<string, FloatTensor>, [key, tensor]: readonly [string, FloatTensor]): boolean {
  const other = feeds.get(key);
  if (other === undefined || other === tensor) return true;
  return (
    areWeights(key) &&
    other.data.length === tensor.data.length &&
    other.data.every((weight, i) => weight === tensor.data[i])
  );
}

function fits({ calls: [first], feeds, items, done }: Group, call: Call): boolean {
  const { request } = call;
  if (!first || items !== request.items || done !== doneOf(call)) return false;
  if (first.request.spec.replaced.join('\n') !== request.spec.replaced.join('\n')) return false;
  return [...request.feeds].every((feed) => agree(feeds, feed));
}

/** Calls for the same input tensor (by identity) become one job, unless they contradict each other. */
export function merge(calls: readonly Call[]): Job[] {
  const groups = new Map<FloatTensor | undefined, Group[]>();
  for (const call of calls) {
    const { feeds, items } = call.request;
    const input = feeds.get(feedKeys.input);
    const same = groups.get(input) ?? [];
    groups.set(input, same);
    const group = same.find((each) => fits(each, call));
    if (!group) {
      same.push({ calls: [call], feeds: new Map(feeds), items, done: doneOf(call) });
      continue;
    }
    group.calls.push(call);
    for (const [key, tensor] of feeds) group.feeds.set(key, tensor);
  }
  return [...groups.values()].flat().map((group) => {
    const spec = unionOf(group.calls.map((call) => call.request.spec));
    return { ...group, spec, key: specKey(spec) };
  });
}

/** Images of a job that one run answers: those after the ones that are done. */
export interface Share {
  readonly job: Job;
  readonly count: number;
}

/** Jobs that want the same go together, up to `limit` images a run; of a job with more than that, the next images. */
export function pack(jobs: readonly Job[], limit: number): Share[][] {
  const runs: Share[][] = [];
  const open = new Map<string, { shares: Share[]; images: number }>();
  for (const job of jobs) {
    const run = open.get(job.key);
    const left = job.items - job.done;
    if (run && run.images + left <= limit) {
      run.shares.push({ job, count: left });
      run.images += left;
    } else {
      const count = Math.min(left, Math.max(1, limit));
      const fresh = { shares: [{ job, count }], images: count };
      open.set(job.key, fresh);
      runs.push(fresh.shares);
    }
  }
  return runs;
}

/** One run: `feed` gives what is fed under a key, [items, …]; undefined for what no caller of it gave. */
export interface Batch {
  readonly spec: ProgramSpec;
  readonly items: number;
  feed(key: string): FloatTensor | undefined;
  /** False when all who asked for it have been cancelled since. */
  isWanted(): boolean;
}

/** The images [start, start + count) of a tensor that holds one for each, or the same for all. */
function rows(tensor: FloatTensor, { items, done }: Job, count: number): FloatTensor {
  if (tensor.dims[0] === items) return done === 0 && count === items ? tensor : itemsIn(tensor, done, count);
  return concatenated(new Array<FloatTensor>(count).fill(tensor));
}

/** The batch of jobs that want the same. */
export function batchOf(shares: readonly Share[]): Batch {
  const [first] = shares;
  if (!first) throw new Error('A run without images.');
  const made = new Map<string, FloatTensor | undefined>();
  return {
    spec: first.job.spec,
    items: shares.reduce((sum, { count }) => sum + count, 0),
    isWanted: () => shares.some(({ job }) => !job.calls.every(isCancelled)),
    feed(key) {
      if (made.has(key)) return made.get(key);
      const tensors = shares.flatMap(({ job, count }) => {
        const tensor = job.feeds.get(key);
        return tensor ? [rows(tensor, job, count)] : [];
      });
      const feed = tensors.length === shares.length ? concatenated(tensors) : undefined;
      made.set(key, feed);
      return feed;
    },
  };
}
