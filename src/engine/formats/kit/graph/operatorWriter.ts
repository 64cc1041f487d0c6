import type { Node } from '../../../graph/ir/graph';
import { permutationTo } from '../../../graph/ir/layout';
import { float32, int64, type Tensor } from '../../../graph/ir/tensor';

/** Where an operator's nodes get their names and put their constants. */
export interface NameSpace {
  /** A new value name that starts with `hint`. */
  fresh(hint: string): string;
  /** Adds a constant and gives its name. */
  add(hint: string, tensor: Tensor): string;
}

/** Writes the nodes that stand for one operator of the checkpoint. Values inside it are called after `label`. */
export class OperatorWriter {
  readonly nodes: Node[] = [];
  private readonly made = new Map<string, string>();

  /**
   * @param name the operator's name in the checkpoint, for messages.
   * @param label its first output.
   */
  constructor(
    private readonly name: string,
    private readonly label: string,
    private readonly space: NameSpace,
  ) {}

  /** Appends a node with one output and answers the output's name. */
  emit(op: string, inputs: readonly string[], attributes: Node['attributes'] = {}, output?: string): string {
    const name = output ?? this.space.fresh(`${this.label}/${op}`);
    this.append(op, inputs, [name], attributes);
    return name;
  }

  /** As `emit`, for a step inside the operator that is a layer to users all the same; it is called `name`. */
  show(
    name: string,
    op: string,
    inputs: readonly string[],
    shownAs: string,
    attributes: Node['attributes'] = {},
  ): string {
    const output = this.space.fresh(`${this.label}/${name}`);
    this.append(op, inputs, [output], attributes, shownAs);
    return output;
  }

  emitMany(op: string, inputs: readonly string[], count: number, attributes: Node['attributes'] = {}): string[] {
    const outputs = Array.from({ length: count }, () => this.space.fresh(`${this.label}/${op}`));
    this.append(op, inputs, outputs, attributes);
    return outputs;
  }

  /** A constant of the operator's own. */
  constant(hint: string, tensor: Tensor): string {
    return this.space.add(`${this.label}/${hint}`, tensor);
  }

  /** A float32 scalar; the same one each time. */
  scalar(value: number): string {
    return this.once(`float ${value}`, 'scalar', () => float32([], Float32Array.of(value)));
  }

  /** A one-dimensional int64 constant; the same one each time. */
  ints(...values: readonly number[]): string {
    return this.once(`ints ${values}`, 'ints', () => int64([values.length], values));
  }

  /** An int64 scalar; the same one each time. */
  int(value: number): string {
    return this.once(`int ${value}`, 'int', () => ({ ...int64([1], [value]), dims: [] }));
  }

  add(a: string, b: string): string {
    return this.emit('Add', [a, b]);
  }

  mul(a: string, b: string): string {
    return this.emit('Mul', [a, b]);
  }

  /**
   * For an operator that ONNX has for N×C×H×W only, in a checkpoint that computes N×H×W×C: `write` gets the value with its channels first
   * and gives another such; the result has its channels last again. Where two such operators meet, binding takes the Transposes out.
   *
   * @param output the operator's own output, when this gives it.
   */
  channelsFirst(value: string, write: (first: string) => string, output?: string): string {
    const first = this.emit('Transpose', [value], { perm: permutationTo.NCHW });
    return this.emit('Transpose', [write(first)], { perm: permutationTo.NHWC }, output);
  }

  /** The lengths of axes start … end − 1 as one-dimensional int64 value; known once the graph is bound. */
  lengths(value: string, start: number, end?: number): string {
    return this.emit('Shape', [value], end === undefined ? { start } : { start, end });
  }

  /** The length of one axis as an int64 scalar. */
  length(value: string, axis: number): string {
    return this.emit('Gather', [this.emit('Shape', [value]), this.int(axis)], { axis: 0 });
  }

  protected append(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Node['attributes'],
    shownAs?: string,
  ): void {
    const given = [...inputs];
    while (given.at(-1) === '') given.pop();
    const node = { op, name: this.name, inputs: given, outputs, attributes };
    this.nodes.push(shownAs === undefined ? node : { ...node, shownAs });
  }

  private once(key: string, hint: string, make: () => Tensor): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const name = this.constant(hint, make());
    this.made.set(key, name);
    return name;
  }
}

/**
 * Nodes marked for the operator that they were decomposed from: those that give its outputs are shown under its name, the steps before
 * them are not shown.
 *
 * @param shownAs the operator's name in the checkpoint; null when it is no layer to users itself.
 */
export function markDecomposed(
  nodes: readonly Node[],
  outputs: readonly string[],
  shownAs: string | null,
): readonly Node[] {
  const own = new Set(outputs.filter((output) => output !== ''));
  return nodes.map((node) => {
    if (node.shownAs !== undefined) return node;
    const shown = node.outputs.some((output) => own.has(output)) ? shownAs : null;
    return shown === node.op || node.unsupported !== undefined ? node : { ...node, shownAs: shown };
  });
}
