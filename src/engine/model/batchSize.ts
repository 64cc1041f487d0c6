import type { Graph } from '../graph/graph';

/** One run should take no longer, so that a cancellation is heard. */
const runSeconds = 0.4;
/** The values of one run should take no more memory. */
const runBytes = 1024 ** 3;
const largest = 16;

/** Bytes that all values of a graph take for one image; an upper bound of what a run needs. */
export function bytesPerImage(graph: Graph): number {
  let elements = 0;
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      const dims = graph.types.get(output)?.dims;
      if (dims) elements += dims.reduce<number>((product, dim) => product * (dim ?? 1), 1);
    }
  }
  return elements * 4;
}

/** What a forward and backward run costs, in forward runs, before one has been timed. */
const gradientCost = 3;

/** How many images a run holds: learnt from the runs so far, bounded by memory. */
export class BatchSize {
  private forward = Number.POSITIVE_INFINITY;
  private gradient = Number.POSITIVE_INFINITY;

  /** @param bytes what one image's values take, see {@link bytesPerImage}. */
  constructor(private readonly bytes: number) {}

  /** The fastest run counts: the first one of a program is slow for reasons that do not come back. */
  learn(images: number, seconds: number, withGradient: boolean): void {
    if (withGradient) this.gradient = Math.min(this.gradient, seconds / images);
    else this.forward = Math.min(this.forward, seconds / images);
  }

  /** 1..16 images; sized for gradients, since methods that ask for them wait longest. */
  get value(): number {
    const secondsPerImage = Number.isFinite(this.gradient) ? this.gradient : gradientCost * this.forward;
    const byTime = Number.isFinite(secondsPerImage) ? Math.floor(runSeconds / secondsPerImage) : 1;
    const byMemory = Math.floor(runBytes / Math.max(2 * this.bytes, 1));
    return Math.max(1, Math.min(byMemory, byTime, largest));
  }
}
