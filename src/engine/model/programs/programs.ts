import { CancelledError } from '../../../shared/errors';
import type { Graph } from '../../graph/ir/graph';
import { elementCount, type FloatTensor, float32, type Tensor } from '../../graph/ir/tensor';
import type { CompileOptions, Runtime } from '../../runtime/runtime';
import type { BatchResult } from '../evaluation/evaluation';
import type { Batch } from '../evaluation/merging';
import { areWeights, keysOf, type ProgramSpec } from '../evaluation/spec';
import { BatchSize } from './batchSize';
import { buildProgram } from './build';
import { MemoryBudget } from './memoryBudget';
import { type Compiled, ProgramCache } from './programCache';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const hasRun = ({ secondsPerImage }: Compiled): boolean => Number.isFinite(secondsPerImage);

/** The programs of one model, compiled when they are first wanted: one for each distinct spec. */
export class Programs {
  private readonly cache: ProgramCache;
  private readonly batch = new BatchSize(() => this.cache.room());

  /** @param graph a bound graph with the standard head; `input` is the name of its image input. */
  constructor(runtime: Runtime, graph: Graph, input: string, options: CompileOptions, memory = new MemoryBudget()) {
    this.cache = new ProgramCache(runtime, options, memory, (spec) => buildProgram(graph, input, spec));
  }

  async run(batch: Batch): Promise<BatchResult> {
    const compiled = await this.cache.borrow(batch.spec, batch.items);
    try {
      // Compiling keeps the process busy: what was cancelled meanwhile is heard now, and need not run.
      if (!hasRun(compiled)) await nextTurn();
      if (!batch.isWanted()) throw new CancelledError();
      return await this.runWith(compiled, batch);
    } finally {
      this.cache.giveBack(compiled);
    }
  }

  /** Throws a RuntimeFailure when not even the logits of one image can be computed within the budget. */
  checkRoom(): void {
    this.cache.checkRoom({ activations: [], scored: [], gradients: [], products: [], replaced: [], reference: false });
  }

  /** How many images a run should hold: no more than there is memory for, and than make it faster. */
  get batchSize(): number {
    return this.batch.value;
  }

  /** False when other programs would have to be dropped for this spec. */
  isReady(spec: ProgramSpec): boolean {
    return this.cache.isReady(spec);
  }

  dispose(): Promise<void> {
    return this.cache.dispose();
  }

  private async runWith(compiled: Compiled, batch: Batch): Promise<BatchResult> {
    const { items, spec } = batch;
    const fed = (name: string) => feedOf(compiled, name, batch);
    const feeds: Record<string, Tensor> = Object.fromEntries(compiled.program.inputs.map((name) => [name, fed(name)]));
    const started = performance.now();
    const results = await compiled.program.run(feeds);
    const seconds = (performance.now() - started) / 1000;
    compiled.secondsPerImage = Math.min(compiled.secondsPerImage, seconds / items);
    this.batch.learn(
      items,
      seconds,
      [...compiled.feeds.values()].some(({ key }) => areWeights(key)),
    );
    return new Map(
      keysOf(spec).map((key) => {
        const name = compiled.results.get(key) ?? '';
        // A replaced layer's value is what was fed for it.
        return [key, compiled.feeds.has(name) ? fed(name) : floats(results[name], key)];
      }),
    );
  }
}

function floats(tensor: Tensor | undefined, key: string): FloatTensor {
  if (tensor?.dtype !== 'float32') throw new Error(`The program gave no float32 value for “${key}”.`);
  return tensor as FloatTensor;
}

/** What is fed to a graph input; weights and directions that nobody in this batch gave, since a larger program serves it, are 0. */
function feedOf({ feeds }: Compiled, name: string, batch: Batch): FloatTensor {
  const feed = feeds.get(name);
  if (!feed) throw new Error(`Nothing is known of the program's input “${name}”.`);
  const dims = [batch.items, ...feed.dims];
  return batch.feed(feed.key) ?? float32(dims, new Float32Array(elementCount(dims)));
}
