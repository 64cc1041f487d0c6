/** What a method gets to work with. */
import { throwIfCancelled } from '../../shared/errors';
import type { FloatTensor } from '../graph/ir/tensor';
import type { Kind, Memo } from '../memo/memo';
import type { Model } from '../model/evaluation/model';
import { itemsOf } from '../model/evaluation/request';
import type { MethodContext, RandomSource } from './method';

/** Where what does not depend on the explained class is kept for the next one. */
export interface Kept {
  readonly memo: Memo;
  /** What it is forgotten with. */
  readonly owner: object;
  /** Of one owner: different for inputs and answers of the model that differ. */
  readonly about: string;
}

/** What {@link MethodContext.once} made, and what that cost. */
interface Made {
  readonly values: Float32Array;
  readonly forward: number;
  readonly gradient: number;
}

const made: Kind<Made> = { name: 'made for methods', bytes: ({ values }) => values.byteLength };

export interface ContextOptions {
  /** Index of the class to explain. */
  readonly target: number;
  readonly signal: AbortSignal;
  /** What a black pixel is in the model's input, one value a channel; absent when the preprocessing is not known. */
  readonly black?: readonly number[] | null;
  /** Absent: nothing is kept. */
  readonly kept?: Kept;
}

/** What a method has cost so far. */
export interface Cost {
  forward: number;
  gradient: number;
  /** True once the model could not answer one of its evaluations. */
  evaluationFailed: boolean;
}

/** See {@link MethodContext.once}. */
async function madeOnce(
  key: string,
  make: () => Promise<Float32Array>,
  cost: Cost,
  kept: Kept | undefined,
): Promise<Float32Array> {
  const full = kept ? JSON.stringify([kept.about, key]) : key;
  const known = kept?.memo.find(kept.owner, made, full);
  cost.forward += known?.forward ?? 0;
  cost.gradient += known?.gradient ?? 0;
  if (known) return known.values;
  const { forward, gradient } = cost;
  const values = await make();
  const fresh = { values, forward: cost.forward - forward, gradient: cost.gradient - gradient };
  kept?.memo.keep(kept.owner, made, full, fresh);
  return values;
}

/** The context in which a method runs; a test may give another source of noise. */
export function createContext(
  model: Model,
  image: FloatTensor,
  options: ContextOptions,
  layer: string | null,
  random: RandomSource,
  cost: Cost = { forward: 0, gradient: 0, evaluationFailed: false },
  progress: MethodContext['progress'] = () => undefined,
): MethodContext {
  const { target, signal, black, kept } = options;
  /** What this method asked for, so that it is counted once. */
  const asked = new Map<string, Promise<Float32Array>>();
  return {
    input: model.input,
    image,
    target,
    classes: model.classes,
    layers: model.layers,
    layer,
    black: black ?? null,
    get batchSize() {
      return model.batchSize;
    },
    random,
    signal,
    progress,
    room: kept?.memo.room ?? 0,
    once(key, make) {
      const result = asked.get(key) ?? madeOnce(key, make, cost, kept);
      asked.set(key, result);
      return result;
    },
    async evaluate(input, probes) {
      throwIfCancelled(signal);
      const images = itemsOf(input, probes);
      if (probes.gradients?.length || probes.products?.length) cost.gradient += images;
      else cost.forward += images;
      try {
        return await model.evaluate(input, probes, signal);
      } catch (error) {
        cost.evaluationFailed = true;
        throw error;
      } finally {
        throwIfCancelled(signal);
      }
    },
  };
}
