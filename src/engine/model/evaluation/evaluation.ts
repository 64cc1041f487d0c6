import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import type { Evaluation, GradientProbe } from './model';
import { gradientKey } from './probes';

/** Everything one run gave, for its whole batch. */
export interface BatchResult {
  readonly logits: FloatTensor;
  readonly probabilities: FloatTensor;
  readonly activations: ReadonlyMap<string, FloatTensor>;
  /** By {@link gradientKey}. */
  readonly gradients: ReadonlyMap<string, FloatTensor>;
}

/** The items [start, start + count) of a batched tensor, without copying. */
function items(tensor: FloatTensor, start: number, count: number): FloatTensor {
  const size = tensor.data.length / (tensor.dims[0] ?? 1);
  return float32([count, ...tensor.dims.slice(1)], tensor.data.subarray(start * size, (start + count) * size));
}

/** One caller's share of a batch: items [start, start + count). */
export function shareOf(result: BatchResult, start: number, count: number): Evaluation {
  const wanted = (map: ReadonlyMap<string, FloatTensor>, key: string, what: string): FloatTensor => {
    const tensor = map.get(key);
    if (!tensor) throw new Error(`The ${what} “${key}” was not asked for.`);
    return items(tensor, start, count);
  };
  return {
    logits: items(result.logits, start, count),
    probabilities: items(result.probabilities, start, count),
    activation: (layer) => wanted(result.activations, layer, 'activation'),
    gradient: (probe: GradientProbe) => wanted(result.gradients, gradientKey(probe), 'gradient'),
  };
}
