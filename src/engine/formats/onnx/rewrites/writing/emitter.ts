import type { Node } from '../../../../graph/ir/graph';
import { float32, int64, type Tensor } from '../../../../graph/ir/tensor';
import type { NodeRecord } from '../../proto/graphProto';
import type { RewriteContext } from './rewrite';

/** Writes the nodes that stand for one node of the checkpoint. Its own outputs keep their names, values in between are called after the first. */
export class Emitter {
  readonly nodes: Node[] = [];
  private readonly made = new Map<string, string>();

  constructor(
    private readonly node: NodeRecord,
    readonly c: RewriteContext,
  ) {}

  /** Appends a node with one output and answers the output's name. */
  emit(op: string, inputs: readonly string[], attributes: Node['attributes'] = {}, output?: string): string {
    const name = output ?? this.c.fresh(`${this.label}/${op}`);
    this.append(op, inputs, [name], attributes);
    return name;
  }

  /** As `emit`, for a step inside the operator that is a layer to users all the same; it is called `name`. */
  show(name: string, op: string, inputs: readonly string[], shownAs: string, attributes: Node['attributes'] = {}) {
    const output = this.c.fresh(`${this.label}/${name}`);
    this.append(op, inputs, [output], attributes, shownAs);
    return output;
  }

  emitMany(op: string, inputs: readonly string[], count: number, attributes: Node['attributes'] = {}): string[] {
    const outputs = Array.from({ length: count }, () => this.c.fresh(`${this.label}/${op}`));
    this.append(op, inputs, outputs, attributes);
    return outputs;
  }

  /** The node's output `index` as the result of one more node; nothing when the checkpoint leaves that output out. */
  give(index: number, op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): readonly Node[] {
    const output = this.node.outputs[index] ?? '';
    if (output !== '') this.append(op, inputs, [output], attributes);
    return this.nodes;
  }

  /** True when somebody reads that output of the node. */
  used(index: number): boolean {
    const output = this.node.outputs[index] ?? '';
    return output !== '' && this.c.used(output);
  }

  scalar(value: number): string {
    return this.once(`float ${value}`, 'scalar', () => float32([], Float32Array.of(value)));
  }

  ints(...values: readonly number[]): string {
    return this.once(`ints ${values}`, 'ints', () => int64([values.length], values));
  }

  int(value: number): string {
    return this.once(`int ${value}`, 'int', () => ({ ...int64([1], [value]), dims: [] }));
  }

  add(a: string, b: string): string {
    return this.emit('Add', [a, b]);
  }

  mul(a: string, b: string): string {
    return this.emit('Mul', [a, b]);
  }

  /** The lengths of axes start … end − 1 as one-dimensional int64 value; known once the graph is bound. */
  lengths(value: string, start: number, end?: number): string {
    return this.emit('Shape', [value], end === undefined ? { start } : { start, end });
  }

  /** The length of one axis as an int64 scalar. */
  length(value: string, axis: number): string {
    return this.emit('Gather', [this.emit('Shape', [value]), this.int(axis)], { axis: 0 });
  }

  private get label(): string {
    return this.node.outputs.find((output) => output !== '') ?? this.node.name;
  }

  private once(key: string, hint: string, make: () => Tensor): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const name = this.c.add(`${this.label}/${hint}`, make());
    this.made.set(key, name);
    return name;
  }

  private append(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Node['attributes'],
    shownAs?: string,
  ) {
    const given = [...inputs];
    while (given.at(-1) === '') given.pop();
    const node = { op, name: this.node.name, inputs: given, outputs, attributes };
    this.nodes.push(shownAs === undefined ? node : { ...node, shownAs });
  }
}
