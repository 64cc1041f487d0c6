/** The graph of a program: the model's own, with everything appended that a spec asks for. */
import { UsageError } from '../../../shared/errors';
import { differentiate } from '../../graph/autodiff/differentiate';
import { GraphBuilder } from '../../graph/inference/builder';
import { dependents } from '../../graph/inference/paths';
import type { Graph } from '../../graph/ir/graph';
import { simplify } from '../../graph/passes/simplify';
import { tidyGradient } from '../../graph/passes/tidyGradient';
import { withGiven } from '../../graph/passes/withGiven';
import { withReference } from '../../graph/passes/withReference';
import { ruleKey, ruleTable } from '../../graph/rules';
import { standard } from '../../graph/rules/standard';
import { LOGITS, PROBABILITIES, SELECTION } from '../analysis/head';
import type { Head, LogitFunction } from '../evaluation/functions';
import { INPUT } from '../evaluation/model';
import type { ScoredValue } from '../evaluation/score';
import { feedKeys, type GradientSpec, type ProductSpec, type ProgramSpec, resultKeys } from '../evaluation/spec';

export interface ProgramGraph {
  readonly graph: Graph;
  readonly outputs: readonly string[];
  /** Graph input → what is fed to it, and its shape for one image. */
  readonly feeds: ReadonlyMap<string, { readonly key: string; readonly dims: readonly number[] }>;
  /** Result key → value name; of a replaced layer, the graph input. */
  readonly results: ReadonlyMap<string, string>;
}

/**
 * @param graph a bound graph with the standard head; `input` is the name of its image input.
 * @throws UsageError when a product is asked for whose `wrt` lies behind its `of`; UnsupportedOperatorError when an operator on the way
 *   has no rule.
 */
export function buildProgram(graph: Graph, input: string, spec: ProgramSpec): ProgramGraph {
  return new ProgramBuilder(graph, input, spec).build();
}

class ProgramBuilder {
  private graph: Graph;
  private readonly feeds = new Map<string, string>();
  private readonly results = new Map<string, string>();
  /** Key of a scored value → the value that it is. */
  private readonly scored = new Map<string, string>();
  private reference: ReadonlyMap<string, string> | undefined;

  constructor(
    graph: Graph,
    private readonly input: string,
    private readonly spec: ProgramSpec,
  ) {
    const layers = spec.scored.flatMap(({ value }) =>
      typeof value === 'object' && 'layer' in value ? value.layer : [],
    );
    const ends = [...spec.gradients, ...spec.products.flatMap(({ of, wrt }) => [{ wrt: of }, { wrt }])];
    const wanted = [...spec.activations, ...layers, ...spec.replaced, ...ends.map(({ wrt }) => this.nameOf(wrt))];
    this.graph = simplify(withGiven(graph, spec.replaced), new Set([LOGITS, PROBABILITIES, ...wanted]));
    this.feeds.set(input, feedKeys.input);
    if (graph.inputs.some(({ name }) => name === SELECTION)) this.feeds.set(SELECTION, feedKeys.selection);
    for (const layer of spec.replaced) this.feeds.set(layer, feedKeys.replaced(layer));
  }

  build(): ProgramGraph {
    for (const each of this.spec.scored) this.scored.set(each.key, this.valueOf(each));
    if (this.spec.reference) this.addReference();
    this.addForward();
    // A product is the gradient of a gradient.
    const first = this.spec.products.map(({ scored, of }): GradientSpec => ({ scored, rules: 'standard', wrt: of }));
    for (const group of grouped([...this.spec.gradients, ...first], backwardKey)) this.addGradients(group);
    for (const group of grouped(this.spec.products, directionKey)) this.addProducts(group);
    const values = new Set([LOGITS, PROBABILITIES, ...this.results.values()]);
    const outputs = [...values].filter((name) => !this.feeds.has(name));
    const dims = (name: string) => (this.graph.types.get(name)?.dims ?? []).slice(1) as number[];
    return {
      graph: tidyGradient(this.graph, outputs),
      outputs,
      feeds: new Map([...this.feeds].map(([name, key]) => [name, { key, dims: dims(name) }])),
      results: this.results,
    };
  }

  private nameOf(wrt: string): string {
    return wrt === INPUT ? this.input : wrt;
  }

  /** The value that a score weighs; a function of the logits is appended. */
  private valueOf({ value, key }: ScoredValue): string {
    if (value === 'logits') return LOGITS;
    if (value === 'probabilities') return PROBABILITIES;
    return 'layer' in value ? value.layer : this.appendFunction(value, key);
  }

  private appendFunction(made: LogitFunction, key: string): string {
    const builder = new GraphBuilder(this.graph, `whylight:${key}/`);
    const classes = builder.type(LOGITS).dims?.[1] ?? 1;
    const sigmoid = this.graph.nodes.some(({ op, outputs }) => op === 'Sigmoid' && outputs[0] === PROBABILITIES);
    const head: Head = {
      logits: LOGITS,
      probabilities: PROBABILITIES,
      activation: sigmoid ? 'sigmoid' : 'softmax',
      classes,
    };
    const value = made.build(builder, head);
    const dims = builder.type(value).dims ?? [];
    if (dims.length !== 2 || dims[1] !== made.size(classes)) {
      throw new Error(`The function “${made.key}” gives the shape ${dims.join('×')}, not n×${made.size(classes)}.`);
    }
    this.graph = { ...builder.finish([], []), outputs: this.graph.outputs };
    return value;
  }

  private addReference(): void {
    const { graph, baseline, reference } = withReference(this.graph, this.input, 'whylight:reference');
    this.graph = graph;
    this.reference = reference;
    this.feeds.set(baseline, feedKeys.reference);
  }

  /** What is computed without going back. */
  private addForward(): void {
    const { activations, scored } = this.spec;
    const values: (readonly [string, string])[] = [
      [resultKeys.logits, LOGITS],
      [resultKeys.probabilities, PROBABILITIES],
      ...activations.map((layer) => [resultKeys.activation(layer), layer] as const),
      ...scored.map((each) => [resultKeys.scored(each), this.scored.get(each.key) as string] as const),
    ];
    for (const [key, value] of values) {
      this.results.set(key, value);
      if (this.reference) this.results.set(resultKeys.reference(key), this.reference.get(value) ?? value);
    }
  }

  /** One backward pass for gradients of one score by one table. */
  private addGradients(group: readonly [GradientSpec, ...GradientSpec[]]): void {
    const [{ scored, rules }] = group;
    const prefix = `whylight:${ruleKey(rules)}:${scored.key}`;
    const gradients = this.differentiate({
      of: this.scored.get(scored.key) ?? this.valueOf(scored),
      cotangent: `${prefix}:cotangent`,
      wrt: [...new Set(group.map(({ wrt }) => this.nameOf(wrt)))],
      rules: ruleTable(rules, this.reference),
      prefix,
    });
    this.feeds.set(`${prefix}:cotangent`, feedKeys.weights(scored));
    for (const each of group) this.results.set(resultKeys.gradient(each), gradients(this.nameOf(each.wrt)));
  }

  /** One backward pass through the gradient by `of`, for products in one direction. */
  private addProducts(group: readonly [ProductSpec, ...ProductSpec[]]): void {
    const [{ scored, of, direction }] = group;
    const gradient = this.results.get(resultKeys.gradient({ scored, rules: 'standard', wrt: of })) as string;
    const behind = dependents(this.graph, [this.nameOf(of)]);
    const wrong = group.find(({ wrt }) => wrt !== of && behind.has(this.nameOf(wrt)));
    if (wrong) {
      throw new UsageError(
        `The gradient by “${of}” has no derivative by “${wrong.wrt}”, which is computed from it; ask for the two the other way round.`,
      );
    }
    const prefix = `whylight:product ${direction}:${scored.key}:${of}`;
    const products = this.differentiate({
      of: gradient,
      cotangent: direction === 'fed' ? `${prefix}:direction` : { value: this.nameOf(of) },
      wrt: [...new Set(group.map(({ wrt }) => this.nameOf(wrt)))],
      rules: standard,
      prefix,
    });
    if (direction === 'fed') this.feeds.set(`${prefix}:direction`, feedKeys.direction(of));
    for (const each of group) this.results.set(resultKeys.product(each), products(this.nameOf(each.wrt)));
  }

  /** Appends a backward pass; answers the name of each gradient. */
  private differentiate(options: Parameters<typeof differentiate>[1]): (wrt: string) => string {
    const { graph, gradients } = differentiate(this.graph, options);
    this.graph = graph;
    return (wrt) => {
      const name = gradients.get(wrt);
      if (name === undefined) throw new Error(`No gradient was built for “${wrt}”.`);
      return name;
    };
  }
}

const backwardKey = ({ scored, rules }: GradientSpec): string => `${ruleKey(rules)} ${scored.key}`;
const directionKey = ({ scored, of, direction }: ProductSpec): string => `${direction} ${scored.key} ${of}`;

/** In the order of their keys, so that equal specs give equal programs. */
function grouped<T>(all: readonly T[], keyOf: (each: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const each of all) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
