import type { RawMap } from '../../shared/results/attribution';
import { elementCount, float32 } from '../graph/ir/tensor';
import type { Evaluation, Probes } from '../model/evaluation/model';
import type { MethodContext } from './method';

export interface Batches {
  /** How many images there are in all. */
  readonly count: number;
  readonly probes: Probes;
  /** Writes every value of image `index`, in the model's layout; called once for each, in order. */
  fill(index: number, into: Float32Array): void;
  /** Takes what images `first` … `first + size − 1` gave. */
  take(evaluation: Evaluation, first: number, size: number): void;
  /** The map so far, after `done` images. */
  partial?(done: number): RawMap;
}

/**
 * Evaluates many images batch by batch: only one batch (the context's batch size) is in memory at a time.
 * Tells the context's progress after each batch.
 */
export async function forEachBatch(context: MethodContext, batches: Batches): Promise<void> {
  const { count, probes, partial } = batches;
  const length = elementCount(context.input.dims);
  // The model has done with a batch when it has answered, so that the next one may take its place.
  let memory = new Float32Array();
  for (let first = 0; first < count; ) {
    const size = Math.min(context.batchSize, count - first);
    if (memory.length < size * length) memory = new Float32Array(size * length);
    const data = memory.subarray(0, size * length);
    for (let i = 0; i < size; i++) batches.fill(first + i, data.subarray(i * length, (i + 1) * length));
    const evaluation = await context.evaluate(float32([size, ...context.input.dims], data), probes);
    batches.take(evaluation, first, size);
    first += size;
    const done = first;
    context.progress(done, count, partial && (() => partial(done)));
  }
}
