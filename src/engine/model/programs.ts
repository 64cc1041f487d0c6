import { differentiate } from '../graph/differentiate';
import type { Graph } from '../graph/graph';
import { simplify } from '../graph/passes/simplify';
import { guided, guidedRelu } from '../graph/rules/guided';
import { standard } from '../graph/rules/standard';
import type { RuleTable } from '../graph/rules/table';
import { type FloatTensor, float32, type Tensor } from '../graph/tensor';
import type { CompileOptions, Program, Runtime } from '../runtime/runtime';
import type { BatchResult } from './evaluation';
import { LOGITS, PROBABILITIES } from './head';
import { type GradientProbe, INPUT, type Probes, type RuleTableName } from './model';
import { gradientKey, probesKey, unionOfProbes } from './probes';

const tables: Readonly<Record<RuleTableName, RuleTable>> = { standard, guided, 'guided-relu': guidedRelu };
const scoreValue = { logit: LOGITS, probability: PROBABILITIES } as const;

/** How many compiled programs of one model are kept; each holds its own copy of the weights inside the runtime. */
const keptPrograms = 6;

interface Compiled {
  readonly program: Program;
  /** Names of the seed inputs: one for each (rules, score) pair in use. */
  readonly seeds: readonly string[];
  /** Gradient key → value name. */
  readonly gradients: ReadonlyMap<string, string>;
}

/** The programs of one model, compiled when they are first wanted: one for each distinct set of probes. */
export class Programs {
  private readonly compiled = new Map<string, Promise<Compiled>>();

  /** @param graph a bound graph with the standard head; `input` is the name of its picture input. */
  constructor(
    private readonly runtime: Runtime,
    private readonly graph: Graph,
    private readonly input: string,
    private readonly options: CompileOptions,
  ) {}

  /** Runs one batch; item i is explained for class `targets[i]`. */
  async run(batch: FloatTensor, targets: readonly number[], probes: Required<Probes>): Promise<BatchResult> {
    const { program, seeds, gradients } = await this.get(probes);
    const feeds: Record<string, Tensor> = { [this.input]: batch };
    if (seeds.length > 0) {
      const seed = this.oneHot(targets);
      for (const name of seeds) feeds[name] = seed;
    }
    const results = await program.run(feeds);
    const float = (name: string): FloatTensor => {
      const tensor = results[name];
      if (tensor?.dtype !== 'float32') throw new Error(`The program gave no float32 value “${name}”.`);
      return tensor as FloatTensor;
    };
    return {
      logits: float(LOGITS),
      probabilities: float(PROBABILITIES),
      activations: new Map(probes.activations.map((name) => [name, float(name)])),
      gradients: new Map([...gradients].map(([key, name]) => [key, float(name)])),
    };
  }

  async dispose(): Promise<void> {
    const programs = [...this.compiled.values()];
    this.compiled.clear();
    await Promise.all(programs.map(async (each) => (await each).program.dispose()));
  }

  /** The program for these probes; the least recently used one makes room. A failed compilation is not kept. */
  private async get(probes: Required<Probes>): Promise<Compiled> {
    const key = probesKey(probes);
    const known = this.compiled.get(key);
    this.compiled.delete(key);
    const compiled = known ?? this.compile(probes);
    this.compiled.set(key, compiled);
    const [oldest] = this.compiled.keys();
    if (this.compiled.size > keptPrograms && oldest !== undefined) {
      const dropped = this.compiled.get(oldest);
      this.compiled.delete(oldest);
      await (await dropped)?.program.dispose();
    }
    try {
      return await compiled;
    } catch (error) {
      this.compiled.delete(key);
      throw error;
    }
  }

  private async compile(probes: Required<Probes>): Promise<Compiled> {
    const nameOf = (wrt: string): string => (wrt === INPUT ? this.input : wrt);
    const wanted = [...probes.activations, ...probes.gradients.map((probe) => nameOf(probe.wrt))];
    let graph = simplify(this.graph, new Set([LOGITS, PROBABILITIES, ...wanted]));
    const seeds: string[] = [];
    const gradients = new Map<string, string>();
    for (const group of groupByScore(probes.gradients)) {
      const [{ rules, of }] = group;
      const prefix = `whylight:${rules}:${of}`;
      const seed = `${prefix}:seed`;
      const wrt = [...new Set(group.map((probe) => nameOf(probe.wrt)))];
      const backward = differentiate(graph, { of: scoreValue[of], seed, wrt, rules: tables[rules], prefix });
      graph = backward.graph;
      seeds.push(seed);
      for (const probe of group) {
        const name = backward.gradients.get(nameOf(probe.wrt));
        if (name === undefined) throw new Error(`No gradient was built for “${probe.wrt}”.`);
        gradients.set(gradientKey(probe), name);
      }
    }
    const outputs = [...new Set([LOGITS, PROBABILITIES, ...probes.activations, ...gradients.values()])];
    const program = await this.runtime.compile(graph, outputs, this.options);
    return { program, seeds, gradients };
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
    const key = `${probe.rules} ${probe.of}`;
    const group = groups.get(key);
    if (group) group.push(probe);
    else groups.set(key, [probe]);
  }
  return [...groups.values()];
}
