import { CheckpointError } from '../../../../shared/errors';
import type { Graph, GraphInput, Node } from '../../../graph/ir/graph';
import { type Layout, permutationTo } from '../../../graph/ir/layout';
import type { Tensor, ValueType } from '../../../graph/ir/tensor';
import { markDecomposed, type NameSpace, OperatorWriter } from './operatorWriter';
import { neededInOrder } from './ordering';

/** An operator of the checkpoint, as its nodes in the graph stand for it. */
export interface SourceOperator {
  /** Its name in the checkpoint. */
  readonly name: string;
  /** What the checkpoint's users call its kind: `Conv2D`. */
  readonly type: string;
  /** Names of its outputs, under which users find them as layers. */
  readonly outputs: readonly string[];
  /** The axes of its outputs as they are written here, which need not be those that they have in the checkpoint. */
  readonly layout?: Layout;
}

/**
 * Writes a checkpoint's graph: its inputs and constants, then operator by operator, in any order. Names are the checkpoint's own; those
 * that are made for what stands between never take one that is given later, since every name that the checkpoint uses is told first.
 */
export class GraphWriter implements NameSpace {
  private readonly inputs: GraphInput[] = [];
  private readonly constants = new Map<string, Tensor>();
  private readonly nodes: Node[] = [];
  private readonly layouts = new Map<string, Layout>();
  /** Value → the same in the other layout. */
  private readonly turned = new Map<string, string>();
  private readonly taken: Set<string>;
  /** How far the numbers behind a hint have come. */
  private readonly numbers = new Map<string, number>();

  /** @param names every name of a value in the checkpoint. */
  constructor(names: Iterable<string> = []) {
    this.taken = new Set(names);
  }

  fresh(hint: string): string {
    let name = hint;
    while (this.taken.has(name)) {
      const number = (this.numbers.get(hint) ?? 1) + 1;
      this.numbers.set(hint, number);
      name = `${hint}_${number}`;
    }
    this.taken.add(name);
    return name;
  }

  add(hint: string, tensor: Tensor): string {
    const name = this.fresh(hint);
    this.constants.set(name, tensor);
    return name;
  }

  /** @param layout of an image. */
  input(name: string, type: ValueType, layout?: Layout): void {
    this.taken.add(name);
    this.inputs.push({ name, type });
    if (layout) this.layouts.set(name, layout);
  }

  /**
   * A weight under the checkpoint's own name; it is read when it is first wanted (see `storedTensor`).
   *
   * @throws CheckpointError when there is one of that name.
   */
  constant(name: string, tensor: Tensor): void {
    if (this.constants.has(name)) {
      throw new CheckpointError(`The checkpoint is damaged: the constant “${name}” is defined twice.`);
    }
    this.taken.add(name);
    this.constants.set(name, tensor);
  }

  /** The constant of that name, of the checkpoint or added. */
  tensor(name: string): Tensor | undefined {
    return this.constants.get(name);
  }

  /** The nodes that `write` emits stand for an operator of the checkpoint; the last ones give its outputs by their names. */
  operator(source: SourceOperator, write: (writer: OperatorWriter) => void): void {
    const { name, type, outputs, layout } = source;
    for (const output of outputs) {
      this.taken.add(output);
      if (layout) this.layouts.set(output, layout);
    }
    const writer = new OperatorWriter(name, outputs[0] ?? name, this);
    write(writer);
    this.nodes.push(...markDecomposed(writer.nodes, outputs, type));
  }

  /**
   * An operator that cannot be brought into the graph: it stands there under its name, and is named when the logits need it.
   *
   * @param inputs the values that it reads, as far as they are known.
   * @param why follows the operator's type in a sentence: `has computed strides`.
   */
  unsupported({ name, type, outputs }: SourceOperator, inputs: readonly string[], why: string): void {
    for (const output of outputs) this.taken.add(output);
    this.nodes.push({ op: type, name, inputs, outputs, attributes: {}, unsupported: why });
  }

  /** The order of a value's axes as they were declared; undefined for what is no image. */
  layoutOf(value: string): Layout | undefined {
    return this.layouts.get(value);
  }

  /**
   * The value with its axes in the order that is wanted: itself where it has them, else turned once for all who want it so. Turning back
   * gives the value itself.
   *
   * @throws Error for a value without a declared layout: a bug of the reader.
   */
  inLayout(value: string, wanted: Layout): string {
    const layout = this.layouts.get(value);
    if (!layout) throw new Error(`Nothing declares the layout of “${value}”.`);
    if (layout === wanted) return value;
    const known = this.turned.get(value);
    if (known !== undefined) return known;
    const other = this.fresh(`${value}/${wanted}`);
    const attributes = { perm: permutationTo[wanted] };
    this.nodes.push({ op: 'Transpose', name: '', inputs: [value], outputs: [other], attributes, shownAs: null });
    this.layouts.set(other, wanted);
    this.turned.set(value, other);
    this.turned.set(other, value);
    return other;
  }

  /**
   * The graph of what the outputs depend on.
   *
   * @param outputTypes of outputs, as far as the checkpoint states them.
   * @param channelsLast true when the checkpoint computes images as N×H×W×C: see `Graph.channelsLast`.
   * @throws CheckpointError when a value is computed twice, by nothing, or from itself, or there are no outputs.
   */
  finish(
    outputs: readonly string[],
    outputTypes: ReadonlyMap<string, ValueType> = new Map(),
    { channelsLast = false }: { readonly channelsLast?: boolean } = {},
  ): Graph {
    if (outputs.length === 0) throw new CheckpointError('The checkpoint has no outputs.');
    const inputs = new Set(this.inputs.map(({ name }) => name));
    const given = { has: (value: string) => inputs.has(value) || this.constants.has(value) };
    const nodes = neededInOrder(this.nodes, outputs, given);
    const read = new Set([...outputs, ...nodes.flatMap((node) => node.inputs)]);
    return {
      inputs: this.inputs,
      outputs: [...new Set(outputs)],
      nodes,
      constants: new Map([...this.constants].filter(([name]) => read.has(name))),
      types: new Map([...outputTypes, ...this.inputs.map(({ name, type }) => [name, type] as const)]),
      ...(channelsLast ? { channelsLast } : {}),
    };
  }
}
