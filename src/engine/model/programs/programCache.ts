import { RuntimeFailure } from '../../../shared/errors';
import type { CompileOptions, Program, Runtime, WeightStore } from '../../runtime/runtime';
import { covers, type ProgramSpec, specKey } from '../evaluation/spec';
import type { ProgramGraph } from './build';
import type { Holding, MemoryBudget } from './memoryBudget';
import { workFor } from './work';

/** A compiled program, and what it has cost so far. */
export interface Compiled extends Pick<ProgramGraph, 'feeds' | 'results'> {
  readonly program: Program;
  readonly spec: ProgramSpec;
  readonly holding: Holding;
  /** Bytes beside the values of its runs, and of those for each image of a batch. */
  readonly fixedBytes: number;
  readonly imageBytes: number;
  readonly work: number;
  readonly compileSeconds: number;
  /** The fastest run so far. */
  secondsPerImage: number;
}

interface Plan {
  readonly built: ProgramGraph;
  readonly work: number;
  /** Bytes of a program with its weights rearranged for speed, and of one that leaves them in their files; both for one image. */
  readonly packed: number;
  readonly shared: number;
  readonly imageBytes: number;
}

const keptPlans = 12;

/** The compiled programs of one model, within the memory that all models share. */
export class ProgramCache {
  private readonly compiled = new Map<string, Compiled>();
  private readonly compiling = new Map<string, Promise<Compiled>>();
  private readonly plans = new Map<string, Plan>();
  /** Seconds that runs of a larger program have cost more than a program of their own would have. */
  private readonly rent = new Map<string, number>();
  private readonly weights: WeightStore | undefined;

  /** @param options `weights`, which is disposed of with the programs, or a store of its own. */
  constructor(
    private readonly runtime: Runtime,
    private readonly options: CompileOptions,
    private readonly budget: MemoryBudget,
    private readonly build: (spec: ProgramSpec) => ProgramGraph,
  ) {
    this.weights = options.weights ?? runtime.createWeightStore?.();
  }

  /** Throws a RuntimeFailure when no program that answers the spec for one image fits into the budget. */
  checkRoom(spec: ProgramSpec): void {
    const { shared } = this.plan(specKey(spec), spec);
    if (shared > this.budget.limit) throw tooLarge(shared, this.budget.limit);
  }

  /** A program that answers the spec for a batch of `images`; it is not dropped before it is given back. */
  async borrow(spec: ProgramSpec, images: number): Promise<Compiled> {
    const key = specKey(spec);
    const ready = this.compiled.get(key) ?? this.larger(key, spec, images);
    const compiled = ready ?? (await (this.compiling.get(key) ?? this.compile(key, spec)));
    compiled.holding.users++;
    await this.budget.use(compiled.holding, compiled.fixedBytes + images * compiled.imageBytes);
    return compiled;
  }

  giveBack(compiled: Compiled): void {
    compiled.holding.users--;
  }

  /** False when another program would have to be dropped for this spec. A program that cannot be built is ready to say so. */
  isReady(spec: ProgramSpec): boolean {
    const key = specKey(spec);
    if ([...this.compiled.values()].some((each) => covers(each.spec, spec))) return true;
    try {
      return this.budget.hasRoomFor(this.plan(key, spec).packed);
    } catch {
      return true;
    }
  }

  /** How many images of one run there is memory for: every program compiled so far keeps what its largest run took. */
  room(): number {
    const all = [...this.compiled.values()];
    const fixed = all.reduce((sum, each) => sum + each.fixedBytes, 0);
    const images = all.reduce((sum, each) => sum + each.imageBytes, 0);
    return images === 0 ? 1 : Math.max(1, Math.floor((this.budget.limit - fixed) / images));
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.compiling.values());
    const all = [...this.compiled.values()];
    this.compiled.clear();
    for (const { holding } of all) this.budget.release(holding);
    await Promise.all(all.map(({ program }) => program.dispose()));
    this.weights?.dispose();
  }

  /**
   * A program that computes more than is asked for, as long as that has cost less time than compiling another would (the rule of whoever
   * rents until the rent would have paid for buying, which is never worse than twice the best), or when memory is short.
   */
  private larger(key: string, spec: ProgramSpec, images: number): Compiled | null {
    const able = [...this.compiled.values()].filter((each) => covers(each.spec, spec));
    const [best] = able.sort((a, b) => a.work - b.work);
    if (!best || !Number.isFinite(best.secondsPerImage)) return null;
    const plan = this.plan(key, spec);
    const more = Math.max(0, 1 - plan.work / best.work) * best.secondsPerImage * images;
    const paid = (this.rent.get(key) ?? 0) + more;
    if (paid > best.compileSeconds && this.budget.hasRoomFor(plan.packed)) return null;
    this.rent.set(key, paid);
    return best;
  }

  private plan(key: string, spec: ProgramSpec): Plan {
    const known = this.plans.get(key);
    if (known) return known;
    const wanted = this.build(spec);
    const { outputs } = wanted;
    const graph = this.runtime.lower(wanted.graph, outputs);
    const estimate = (sharedWeights: boolean) =>
      this.runtime.estimate(graph, outputs, { ...this.options, sharedWeights });
    const [packed, shared] = [estimate(false), estimate(true)];
    const plan: Plan = {
      built: { ...wanted, graph },
      work: workFor(graph, outputs),
      imageBytes: packed.perImage,
      packed: packed.fixed + packed.perImage,
      shared: shared.fixed + packed.perImage,
    };
    this.plans.set(key, plan);
    const [oldest] = this.plans.keys();
    if (this.plans.size > keptPlans && oldest !== undefined) this.plans.delete(oldest);
    return plan;
  }

  private async compile(key: string, spec: ProgramSpec): Promise<Compiled> {
    const compiling = this.compileWithin(key, spec);
    this.compiling.set(key, compiling);
    try {
      const compiled = await compiling;
      this.compiled.set(key, compiled);
      return compiled;
    } finally {
      this.compiling.delete(key);
    }
  }

  /** Compiles in the fastest form that there is memory for. Programs of this model are dropped only when no form fits beside them. */
  private async compileWithin(key: string, spec: ProgramSpec): Promise<Compiled> {
    const { built, work, packed, shared, imageBytes } = this.plan(key, spec);
    const holder = { owner: this, drop: () => this.drop(key) };
    const forms = [
      { bytes: packed, sharedWeights: false },
      { bytes: shared, sharedWeights: true },
    ];
    for (const spareOwn of [true, false]) {
      for (const { bytes, sharedWeights } of forms) {
        const holding = await this.budget.hold(bytes, holder, spareOwn);
        if (!holding) continue;
        // Nobody may drop it before it is there.
        holding.users++;
        try {
          const started = performance.now();
          const program = await this.runtime.compile(built.graph, built.outputs, {
            ...this.options,
            sharedWeights,
            weights: this.weights,
          });
          const compileSeconds = (performance.now() - started) / 1000;
          const { feeds, results } = built;
          const costs = { work, imageBytes, fixedBytes: bytes - imageBytes, compileSeconds };
          return { program, spec, feeds, results, holding, ...costs, secondsPerImage: Number.POSITIVE_INFINITY };
        } catch (error) {
          this.budget.release(holding);
          throw error;
        } finally {
          holding.users--;
        }
      }
    }
    throw tooLarge(shared, this.budget.limit);
  }

  private async drop(key: string): Promise<void> {
    const dropped = this.compiled.get(key);
    this.compiled.delete(key);
    await dropped?.program.dispose();
  }
}

function tooLarge(bytes: number, limit: number): RuntimeFailure {
  const megabytes = (value: number) => Math.ceil(value / 1024 ** 2);
  return new RuntimeFailure(
    `The model needs about ${megabytes(bytes)} MB for one image, more than the ${megabytes(limit)} MB that it may use; raise the memory budget (the setting whylight.memoryBudget, --memory on the command line).`,
  );
}
