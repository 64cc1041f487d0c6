/** Activations and gradients of many values, a bounded number of bytes at a time. */
import type { Graph } from '../graph/ir/graph';
import { elementCount, type FloatTensor } from '../graph/ir/tensor';
import type { Evaluation, GradientProbe } from '../model/evaluation/model';
import { classScore } from '../model/evaluation/score';
import type { LoadedModel } from '../model/loaded/loadedModel';

/** What one pass may give back. More values are asked for in several passes, which each need a program of their own. */
export const passBytes = 256 * 1024 ** 2;

/** The gradient that is looked at: of the explained class's logit. */
export const gradientOf = (wrt: string): GradientProbe => ({ wrt });

/** Bytes that a value takes for one image. */
export function bytesOf(graph: Graph, value: string): number {
  return 4 * elementCount((graph.types.get(value)?.dims ?? []) as readonly number[]);
}

/** Evaluates one image for one class, counting what that costs. */
export class Passes {
  count = 0;
  /** Most bytes of activations and gradients that one pass gave. */
  peakBytes = 0;

  /** @param limit bytes of activations and gradients that one pass may give. */
  constructor(
    readonly model: LoadedModel,
    private readonly image: FloatTensor,
    private readonly target: number,
    private readonly signal?: AbortSignal,
    private readonly limit = passBytes,
  ) {}

  /** Splits values, in their order, so that the bytes of each part stay within the limit (one value may be more by itself). */
  split<T>(values: readonly T[], bytes: (value: T) => number): T[][] {
    const parts: T[][] = [];
    let used = 0;
    for (const value of values) {
      const own = bytes(value);
      const open = parts.at(-1);
      if (open && used + own <= this.limit) {
        open.push(value);
        used += own;
      } else {
        parts.push([value]);
        used = own;
      }
    }
    return parts;
  }

  async run(activations: readonly string[], gradients: readonly string[]): Promise<Evaluation> {
    const { graph } = this.model;
    const bytes = [...activations, ...gradients].reduce((sum, name) => sum + bytesOf(graph, name), 0);
    this.count++;
    this.peakBytes = Math.max(this.peakBytes, bytes);
    const probes = { score: classScore(this.target), activations, gradients: gradients.map(gradientOf) };
    return this.model.evaluate(this.image, probes, this.signal);
  }
}
