import { differentiate } from '../../graph/autodiff/differentiate';
import type { Graph } from '../../graph/ir/graph';
import { type FloatTensor, float32, type Tensor } from '../../graph/ir/tensor';
import { simplify } from '../../graph/passes/simplify';
import { tidyGradient } from '../../graph/passes/tidyGradient';
import { ruleKey, ruleTable } from '../../graph/rules';
import type { CompileOptions, Runtime } from '../../runtime/runtime';
import { LOGITS, PROBABILITIES } from '../analysis/head';
import type { BatchResult } from '../evaluation/evaluation';
import { type GradientProbe, INPUT, type Probes } from '../evaluation/model';
import { gradientKey, unionOfProbes } from '../evaluation/probes';
import { BatchSize } from './batchSize';
import { MemoryBudget } from './memoryBudget';
import { type Compiled, ProgramCache, type ProgramGraph } from './programCache';

const scoreValue = { logit: LOGITS, probability: PROBABILITIES } as const;

/** The programs of one model, compiled when they are first wanted: one for each distinct set of probes. */
export class Programs {
  private readonly cache: ProgramCache;
  private readonly batch = new BatchSize(() => this.cache.room());

  /** @param graph a bound graph with the standard head; `input` is the name of its image input. */
  constructor(
    runtime: Runtime,
    private readonly graph: Graph,
    private readonly input: string,
    options: CompileOptions,
    memory = new MemoryBudget(),
  ) {
    this.cache = new ProgramCache(runtime, options, memory, (probes) => this.build(probes));
  }

  /** Runs one batch; item i is explained for class `targets[i]`. */
  async run(batch: FloatTensor, targets: readonly number[], probes: Required<Probes>): Promise<BatchResult> {
    const compiled = await this.cache.borrow(probes, targets.length);
    try {
      return await this.runWith(compiled, batch, targets, probes);
    } finally {
      this.cache.giveBack(compiled);
    }
  }

  /** How many images a run should hold: no more than there is memory for, and than make it faster. */
  get batchSize(): number {
    return this.batch.value;
  }

  /** False when other programs would have to be dropped for these probes. */
  isReady(probes: Required<Probes>): boolean {
    return this.cache.isReady(probes);
  }

  dispose(): Promise<void> {
    return this.cache.dispose();
  }

  private async runWith(
    compiled: Compiled,
    batch: FloatTensor,
    targets: readonly number[],
    probes: Required<Probes>,
  ): Promise<BatchResult> {
    const feeds: Record<string, Tensor> = { [this.input]: batch };
    if (compiled.seeds.length > 0) {
      const seed = this.oneHot(targets);
      for (const name of compiled.seeds) feeds[name] = seed;
    }
    const started = performance.now();
    const results = await compiled.program.run(feeds);
    const seconds = (performance.now() - started) / 1000;
    compiled.secondsPerImage = Math.min(compiled.secondsPerImage, seconds / targets.length);
    this.batch.learn(targets.length, seconds, compiled.seeds.length > 0);
    const float = (name: string): FloatTensor => {
      const tensor = results[name];
      if (tensor?.dtype !== 'float32') throw new Error(`The program gave no float32 value “${name}”.`);
      return tensor as FloatTensor;
    };
    const gradients = probes.gradients.map((probe): [string, FloatTensor] => {
      const key = gradientKey(probe);
      return [key, float(compiled.gradients.get(key) ?? '')];
    });
    return {
      logits: float(LOGITS),
      probabilities: float(PROBABILITIES),
      activations: new Map(probes.activations.map((name) => [name, float(name)])),
      gradients: new Map(gradients),
    };
  }

  private build(probes: Required<Probes>): ProgramGraph {
    const nameOf = (wrt: string): string => (wrt === INPUT ? this.input : wrt);
    const wanted = [...probes.activations, ...probes.gradients.map((probe) => nameOf(probe.wrt))];
    let graph = simplify(this.graph, new Set([LOGITS, PROBABILITIES, ...wanted]));
    const seeds: string[] = [];
    const gradients = new Map<string, string>();
    for (const group of groupByScore(probes.gradients)) {
      const [{ rules, of }] = group;
      const prefix = `whylight:${ruleKey(rules)}:${of}`;
      const seed = `${prefix}:seed`;
      const wrt = [...new Set(group.map((probe) => nameOf(probe.wrt)))];
      const backward = differentiate(graph, { of: scoreValue[of], seed, wrt, rules: ruleTable(rules), prefix });
      graph = backward.graph;
      seeds.push(seed);
      for (const probe of group) {
        const name = backward.gradients.get(nameOf(probe.wrt));
        if (name === undefined) throw new Error(`No gradient was built for “${probe.wrt}”.`);
        gradients.set(gradientKey(probe), name);
      }
    }
    const outputs = [...new Set([LOGITS, PROBABILITIES, ...probes.activations, ...gradients.values()])];
    return { graph: tidyGradient(graph, outputs), outputs, seeds, gradients };
  }

  private oneHot(targets: readonly number[]): FloatTensor {
    const classes = this.graph.types.get(LOGITS)?.dims?.[1] ?? 1;
    const data = new Float32Array(targets.length * classes);
    targets.forEach((target, item) => {
      data[item * classes + target] = 1;
    });
    return float32([targets.length, classes], data);
  }
}

type Group = [GradientProbe, ...GradientProbe[]];

/** Probes that share a backward pass: the same rules and the same score. */
function groupByScore(probes: readonly GradientProbe[]): Group[] {
  const groups = new Map<string, Group>();
  for (const probe of unionOfProbes([{ gradients: probes }]).gradients) {
    const key = `${ruleKey(probe.rules)} ${probe.of}`;
    const group = groups.get(key);
    if (group) group.push(probe);
    else groups.set(key, [probe]);
  }
  return [...groups.values()];
}
