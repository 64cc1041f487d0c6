/** Appends nodes to a graph, naming and inferring their values. */
import type { AttributeValue, Graph, Node } from '../ir/graph';
import { fromNumbers } from '../ir/numbers';
import { int64, type Tensor, type ValueType } from '../ir/tensor';
import { Inference } from './inference';

/** Backward rules read shapes while they are emitted, nothing larger. */
const shapeSize = 64;

export class GraphBuilder {
  private readonly nodes: Node[];
  private readonly constants: Map<string, Tensor>;
  private readonly inference: Inference;
  private readonly producers = new Map<string, number>();
  /** Constants made here, by content, and tensors by identity: equal ones are one value. */
  private readonly made = new Map<string | Tensor, string>();
  private count = 0;

  /** @param prefix of all new names. @param graph must be bound. */
  constructor(
    private readonly graph: Graph,
    private readonly prefix: string,
  ) {
    this.nodes = [...graph.nodes];
    this.constants = new Map(graph.constants);
    this.inference = new Inference(graph.types, this.constants, shapeSize);
    this.nodes.forEach((node, index) => {
      for (const output of node.outputs) if (output !== '') this.producers.set(output, index);
      this.inference.learn(node);
    });
  }

  type(name: string): ValueType {
    const type = this.inference.type(name);
    if (!type) throw new Error(`The value “${name}” has no type: is the graph bound?`);
    return type;
  }

  constant(name: string): Tensor | undefined {
    return this.constants.get(name);
  }

  emit(op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string {
    return this.emitMany(op, inputs, 1, attributes)[0] as string;
  }

  emitMany(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.fresh(op));
    this.append({ op, name: outputs[0] as string, inputs, outputs, attributes });
    return outputs;
  }

  append(node: Node): void {
    this.nodes.push(node);
    this.inference.apply(node);
  }

  /** A float32 scalar. */
  scalar(value: number): string {
    return this.named(`float ${Object.is(value, -0) ? 0 : value}`, () => fromNumbers('float32', [], [value]));
  }

  ints(values: readonly number[]): string {
    return this.named(`ints ${values.join()}`, () => int64([values.length], values));
  }

  tensor(value: Tensor): string {
    return this.named(value, () => value);
  }

  /** Makes a node compute an output that it leaves out so far; answers the output's name. */
  extraOutput(producer: string, index: number, type: ValueType): string {
    const at = this.producers.get(producer);
    const node = at === undefined ? undefined : this.nodes[at];
    if (at === undefined || !node) throw new Error(`Nothing computes “${producer}”.`);
    if (node.outputs[index]) return node.outputs[index];
    const outputs = Array.from({ length: Math.max(node.outputs.length, index + 1) }, (_, i) => node.outputs[i] ?? '');
    const name = this.fresh(`${node.op}_output${index}`);
    outputs[index] = name;
    this.nodes[at] = { ...node, outputs };
    this.inference.types.set(name, type);
    return name;
  }

  /** The graph with everything appended so far, with more inputs and outputs. */
  finish(inputs: Graph['inputs'], outputs: readonly string[]): Graph {
    return {
      inputs: [...this.graph.inputs, ...inputs],
      outputs: [...new Set([...this.graph.outputs, ...outputs])],
      nodes: this.nodes,
      constants: this.constants,
      types: new Map([...this.graph.types, ...this.inference.types]),
    };
  }

  /** Declares a new graph input's type, so that nodes may read it. */
  declare(name: string, type: ValueType): void {
    this.inference.types.set(name, type);
  }

  private named(key: string | Tensor, make: () => Tensor): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const name = this.fresh('constant');
    this.constants.set(name, make());
    this.made.set(key, name);
    return name;
  }

  private fresh(hint: string): string {
    for (;;) {
      const name = `${this.prefix}${hint}_${this.count++}`;
      if (!this.inference.type(name)) return name;
    }
  }
}
