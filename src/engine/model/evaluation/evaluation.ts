import { elementCount, type FloatTensor, float32 } from '../../graph/ir/tensor';
import type { Evaluation, GradientProbe, Outcome, ProductProbe } from './model';
import type { Request } from './request';
import type { ScoredValue } from './score';
import { feedKeys, keysOf, resultKeys } from './spec';

/** What a run gave, by result key, for its whole batch. */
export type BatchResult = ReadonlyMap<string, FloatTensor>;

/** Some images of a run. */
export interface Part {
  readonly result: BatchResult;
  readonly start: number;
  readonly count: number;
}

/** The items [start, start + count) of a batched tensor, without copying. */
export function itemsIn(tensor: FloatTensor, start: number, count: number): FloatTensor {
  const size = tensor.data.length / (tensor.dims[0] ?? 1);
  return float32([count, ...tensor.dims.slice(1)], tensor.data.subarray(start * size, (start + count) * size));
}

/** Batched tensors one behind the other. */
export function concatenated(tensors: readonly FloatTensor[]): FloatTensor {
  const [first] = tensors;
  if (first && tensors.length === 1) return first;
  const items = tensors.reduce((sum, { dims }) => sum + (dims[0] ?? 1), 0);
  const dims = [items, ...(first?.dims.slice(1) ?? [])];
  const data = new Float32Array(elementCount(dims));
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.length;
  }
  return float32(dims, data);
}

/** What one caller gets of the runs that its images were part of, in their order. */
export function answerTo({ spec, feeds, scored }: Request, parts: readonly Part[]): Evaluation {
  const values = new Map(
    keysOf(spec).map((key): [string, FloatTensor] => [
      key,
      concatenated(
        parts.map(({ result, start, count }) => {
          const tensor = result.get(key);
          if (!tensor) throw new Error(`The run gave no “${key}”.`);
          return itemsIn(tensor, start, count);
        }),
      ),
    ]),
  );
  const weights = scored && feeds.get(feedKeys.weights(scored));
  const scoring = scored && weights ? { scored, weights } : null;
  return {
    ...outcome(values, scoring, (key) => key),
    gradient: ({ wrt, rules = 'standard' }: GradientProbe) =>
      wanted(values, scored && resultKeys.gradient({ scored, rules, wrt }), 'gradient', wrt),
    product: ({ of, wrt, direction }: ProductProbe) =>
      wanted(
        values,
        scored && resultKeys.product({ scored, of, wrt, direction: direction === 'value' ? 'value' : 'fed' }),
        'product',
        wrt,
      ),
    reference: () => outcome(values, scoring, resultKeys.reference),
  };
}

type Values = ReadonlyMap<string, FloatTensor>;

function wanted(values: Values, key: string | null, what: string, name: string): FloatTensor {
  const tensor = key === null ? undefined : values.get(key);
  if (!tensor) throw new Error(`The ${what} “${name}” was not asked for.`);
  return tensor;
}

interface Scoring {
  readonly scored: ScoredValue;
  /** [n or 1, … the scored value's shape]. */
  readonly weights: FloatTensor;
}

function outcome(values: Values, scoring: Scoring | null, keyOf: (key: string) => string): Outcome {
  return {
    logits: wanted(values, keyOf(resultKeys.logits), 'value', 'logits'),
    probabilities: wanted(values, keyOf(resultKeys.probabilities), 'value', 'probabilities'),
    score(item = 0) {
      if (!scoring) throw new Error('No score was asked for.');
      const value = wanted(values, keyOf(resultKeys.scored(scoring.scored)), 'score', scoring.scored.key);
      return weighed(value, scoring.weights, item);
    },
    activation: (layer) => wanted(values, keyOf(resultKeys.activation(layer)), 'activation', layer),
  };
}

/** Σ weight · value of one image; what weighs nothing does not count, be it infinite. */
function weighed(value: FloatTensor, weights: FloatTensor, item: number): number {
  const { data } = itemsIn(value, item, 1);
  const own = itemsIn(weights, weights.dims[0] === 1 ? 0 : item, 1).data;
  return own.reduce((sum, weight, i) => (weight === 0 ? sum : sum + weight * data[i]!), 0);
}
