/**
 * Control flow and sequences, resolved while a graph is bound: If becomes the branch that is taken, Loop and Scan their iterations one
 * after the other, a sequence the list of its elements' names. What decides must be known before the graph runs.
 */
import { UnsupportedOperatorError } from '../../shared/errors';
import { intAttribute, intsAttribute, nodeLabel } from './attributes';
import type { Body, Node } from './graph';
import { toNumbers } from './numbers';
import { int64, type Tensor } from './tensor';

/** What resolving may ask of the binding, and add to it. */
export interface FlowContext {
  /** The value, when it is known before the graph runs. */
  value(name: string): Tensor | undefined;
  /** The length of an axis, negative ones counted from the end; undefined when it is not known. */
  length(name: string, axis: number): number | undefined;
  /** Name of a constant. */
  constant(hint: string, tensor: Tensor): string;
}

/** Operators that stand in imported graphs only: binding resolves them. */
export const flowOperators: ReadonlySet<string> = new Set([
  'If',
  'Loop',
  'Scan',
  'SequenceMap',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceInsert',
  'SequenceErase',
  'SequenceAt',
  'SequenceLength',
  'SplitToSequence',
  'ConcatFromSequence',
  'Optional',
  'OptionalGetElement',
  'OptionalHasElement',
]);

/** A loop that runs longer than this is not written out, and no loops in loops that make more nodes than this together. */
const mostIterations = 1000;
const mostNodes = 100_000;

type Rename = (value: string) => string;

/** The node with other names, and its bodies with it. */
function renamed(node: Node, rename: Rename): Node {
  const bodies = node.bodies && Object.entries(node.bodies).map(([name, body]) => [name, renamedBody(body, rename)]);
  const own = { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
  return bodies ? { ...own, bodies: Object.fromEntries(bodies) } : own;
}

function renamedBody(body: Body, rename: Rename): Body {
  return {
    inputs: body.inputs.map(rename),
    outputs: body.outputs.map(rename),
    nodes: body.nodes.map((node) => renamed(node, rename)),
  };
}

/** The values that a body computes or takes, those of bodies inside it included. */
function definedIn(body: Body): Set<string> {
  const inside = body.nodes.flatMap((node) => Object.values(node.bodies ?? {}).flatMap((each) => [...definedIn(each)]));
  return new Set([...body.inputs, ...body.nodes.flatMap((node) => node.outputs), ...inside].filter((name) => name));
}

export class ControlFlow {
  private readonly sequences = new Map<string, readonly string[]>();
  private written = 0;

  constructor(private readonly c: FlowContext) {}

  /**
   * The nodes that stand for `node`, which is itself for all other operators. Every node must be applied before the next one is asked for.
   *
   * @throws UnsupportedOperatorError when what decides is not known before the graph runs.
   */
  *expand(node: Node): Generator<Node, void> {
    if (node.refused !== undefined) yield node;
    else if (node.op === 'If') yield* this.branch(node);
    else if (node.op === 'Loop') yield* this.loop(node);
    else if (node.op === 'Scan') yield* this.scan(node);
    else if (node.op === 'SequenceMap') yield* this.sequenceMap(node);
    else if (flowOperators.has(node.op)) yield* this.sequence(node);
    else if (node.op === 'Identity') yield* this.pass(node.inputs[0] ?? '', node.outputs[0] ?? '', node.name);
    else yield node;
  }

  private *branch(node: Node): Generator<Node, void> {
    const condition = this.c.value(node.inputs[0] ?? '');
    if (!condition) return this.refuse(node, 'chooses between its branches by a value that depends on the picture');
    const body = this.body(node, toNumbers(condition)[0] ? 'then_branch' : 'else_branch');
    for (const each of body.nodes) yield* this.expand(each);
    for (const [index, output] of body.outputs.entries())
      yield* this.pass(output, node.outputs[index] ?? '', node.name);
  }

  private *loop(node: Node): Generator<Node, void> {
    const body = this.body(node, 'body');
    const [trip = '', condition = ''] = node.inputs;
    const count = trip === '' ? Number.POSITIVE_INFINITY : this.known(node, trip, 'runs a number of times')[0];
    let running = condition === '' || this.known(node, condition, 'starts')[0] !== 0;
    let carried = node.inputs.slice(2, body.inputs.length);
    const collected: string[][] = body.outputs.slice(1 + carried.length).map(() => []);
    for (let turn = 0; turn < (count as number) && running; turn++) {
      const number = this.c.constant(`${nodeLabel(node)}/turn`, { ...int64([1], [turn]), dims: [] });
      const going = this.c.constant(`${nodeLabel(node)}/going`, { dtype: 'bool', dims: [], data: Uint8Array.of(1) });
      const outputs = yield* this.iterate(node, body, turn, [number, going, ...carried]);
      running = this.known(node, outputs[0] as string, 'goes on')[0] !== 0;
      carried = outputs.slice(1, 1 + carried.length);
      for (const [index, list] of collected.entries()) list.push(outputs[1 + carried.length + index] as string);
    }
    for (const [index, value] of carried.entries()) yield* this.pass(value, node.outputs[index] ?? '', node.name);
    for (const [index, list] of collected.entries()) {
      yield* this.stack(node, list, 0, node.outputs[carried.length + index] ?? '');
    }
  }

  private *scan(node: Node): Generator<Node, void> {
    const body = this.body(node, 'body');
    const scanned = intAttribute(node, 'num_scan_inputs', 0);
    const states = body.inputs.length - scanned;
    let carried = node.inputs.slice(0, states);
    const sources = node.inputs.slice(states, body.inputs.length);
    const axisOf = (list: string, index: number) => intsAttribute(node, list)?.[index] ?? 0;
    const axes = sources.map((_, index) => axisOf('scan_input_axes', index));
    const length = this.c.length(sources[0] ?? '', axes[0] as number);
    if (length === undefined) return this.refuse(node, 'runs over a value whose shape depends on the picture');
    const collected: string[][] = body.outputs.slice(states).map(() => []);
    for (let turn = 0; turn < length; turn++) {
      const elements: string[] = [];
      for (const [index, source] of sources.entries()) {
        const place = axisOf('scan_input_directions', index) === 1 ? length - 1 - turn : turn;
        const at = this.c.constant(`${nodeLabel(node)}/place`, { ...int64([1], [place]), dims: [] });
        const element = `${nodeLabel(node)}/element_${index}#${turn}`;
        yield make(node, 'Gather', [source, at], element, { axis: axes[index] as number });
        elements.push(element);
      }
      const outputs = yield* this.iterate(node, body, turn, [...carried, ...elements]);
      carried = outputs.slice(0, states);
      for (const [index, list] of collected.entries()) list.push(outputs[states + index] as string);
    }
    for (const [index, value] of carried.entries()) yield* this.pass(value, node.outputs[index] ?? '', node.name);
    for (const [index, list] of collected.entries()) {
      const ordered = axisOf('scan_output_directions', index) === 1 ? list.reverse() : list;
      yield* this.stack(node, ordered, axisOf('scan_output_axes', index), node.outputs[states + index] ?? '');
    }
  }

  private *sequenceMap(node: Node): Generator<Node, void> {
    const body = this.body(node, 'body');
    const given = node.inputs.slice(0, body.inputs.length);
    const first = this.elements(node, given[0] ?? '');
    const lists: string[][] = body.outputs.map(() => []);
    for (const turn of first.keys()) {
      const elements = given.map((name) => this.sequences.get(name)?.[turn] ?? name);
      const outputs = yield* this.iterate(node, body, turn, elements);
      for (const [index, list] of lists.entries()) list.push(outputs[index] as string);
    }
    for (const [index, list] of lists.entries()) this.sequences.set(node.outputs[index] ?? '', list);
  }

  /** Writes out one turn of a body; answers the names of its outputs. */
  private *iterate(node: Node, body: Body, turn: number, given: readonly string[]): Generator<Node, string[]> {
    if (turn >= mostIterations) return this.refuse(node, `runs more than ${mostIterations} times`);
    const defined = definedIn(body);
    const inputs = new Map(body.inputs.map((name, index) => [name, given[index] ?? '']));
    const rename = (name: string) => inputs.get(name) ?? (defined.has(name) ? `${name}#${turn}` : name);
    this.written += body.nodes.length;
    if (this.written > mostNodes) return this.refuse(node, `makes more than ${mostNodes} nodes`);
    for (const each of body.nodes) yield* this.expand(renamed(each, rename));
    return body.outputs.map(rename);
  }

  private *sequence(node: Node): Generator<Node, void> {
    const [first = '', second = '', third = ''] = node.inputs;
    const output = node.outputs[0] ?? '';
    const place = (name: string, length: number): number => {
      const index = this.known(node, name, 'picks')[0] as number;
      return index < 0 ? index + length : index;
    };
    switch (node.op) {
      case 'SequenceConstruct':
        return void this.sequences.set(output, node.inputs);
      case 'SequenceEmpty':
        return void this.sequences.set(output, []);
      case 'SequenceInsert': {
        const list = this.elements(node, first);
        return void this.sequences.set(
          output,
          list.toSpliced(third ? place(third, list.length) : list.length, 0, second),
        );
      }
      case 'SequenceErase': {
        const list = this.elements(node, first);
        return void this.sequences.set(
          output,
          list.toSpliced(second ? place(second, list.length) : list.length - 1, 1),
        );
      }
      case 'SequenceAt': {
        const list = this.elements(node, first);
        const element = list[place(second, list.length)];
        return yield* this.pass(element ?? this.refuse(node, 'picks an element that is not there'), output, node.name);
      }
      case 'SequenceLength': {
        const length = { ...int64([1], [this.elements(node, first).length]), dims: [] };
        return yield* this.pass(this.c.constant(`${output}/length`, length), output, node.name);
      }
      case 'OptionalHasElement': {
        const has = { dtype: 'bool', dims: [], data: Uint8Array.of(first === '' ? 0 : 1) } as const;
        return yield* this.pass(this.c.constant(`${output}/has`, has), output, node.name);
      }
      case 'SplitToSequence':
        return yield* this.split(node);
      case 'ConcatFromSequence': {
        const list = this.elements(node, first);
        const axis = intAttribute(node, 'axis', 0);
        if (intAttribute(node, 'new_axis', 0) === 1) return yield* this.stack(node, list, axis, output);
        return yield make(node, 'Concat', list, output, { axis });
      }
      default:
        return yield* this.pass(first, output, node.name);
    }
  }

  private *split(node: Node): Generator<Node, void> {
    const [x = '', sizes = ''] = node.inputs;
    const output = node.outputs[0] ?? '';
    const axis = intAttribute(node, 'axis', 0);
    const length = this.c.length(x, axis);
    if (length === undefined) return this.refuse(node, 'splits a value whose shape depends on the picture');
    const wanted = sizes === '' ? [1] : this.known(node, sizes, 'splits');
    const each = sizes === '' || this.c.value(sizes)?.dims.length === 0 ? (wanted[0] as number) : 0;
    const parts = each
      ? Array.from({ length: Math.ceil(length / each) }, (_, i) => Math.min(each, length - i * each))
      : wanted;
    const names = parts.map((_, index) => `${output}/part_${index}`);
    const split = this.c.constant(`${output}/sizes`, int64([parts.length], parts));
    yield { op: 'Split', name: node.name, inputs: [x, split], outputs: names, attributes: { axis } };
    if (sizes !== '' || intAttribute(node, 'keepdims', 1) === 1) return void this.sequences.set(output, names);
    const squeezed = names.map((name) => `${name}/squeezed`);
    const axes = this.c.constant(`${output}/axes`, int64([1], [axis]));
    for (const [index, name] of names.entries()) yield make(node, 'Squeeze', [name, axes], squeezed[index] as string);
    this.sequences.set(output, squeezed);
  }

  /** The elements joined along a new axis. */
  private *stack(node: Node, elements: readonly string[], axis: number, output: string): Generator<Node, void> {
    if (output === '') return;
    if (elements.length === 0) return this.refuse(node, 'gives an empty list');
    const axes = this.c.constant(`${output}/axes`, int64([1], [axis]));
    const parts = elements.map((_, index) => `${output}/turn_${index}`);
    for (const [index, element] of elements.entries()) {
      yield make(node, 'Unsqueeze', [element, axes], parts[index] as string);
    }
    yield make(node, 'Concat', parts, output, { axis });
  }

  /** Another name for a value or a sequence. */
  private *pass(from: string, to: string, name: string): Generator<Node, void> {
    if (to === '') return;
    const list = this.sequences.get(from);
    if (list) this.sequences.set(to, list);
    else yield { op: 'Identity', name, inputs: [from], outputs: [to], attributes: {} };
  }

  private elements(node: Node, name: string): readonly string[] {
    return this.sequences.get(name) ?? this.refuse(node, 'reads a sequence that depends on the picture');
  }

  private known(node: Node, name: string, does: string): readonly number[] {
    const value = this.c.value(name);
    return value ? toNumbers(value) : this.refuse(node, `${does} as a value says that depends on the picture`);
  }

  private body(node: Node, name: string): Body {
    return node.bodies?.[name] ?? this.refuse(node, `lacks its ${name}`);
  }

  private refuse(node: Node, why: string): never {
    const label = nodeLabel(node);
    throw new UnsupportedOperatorError(node.op, label, `The operator ${node.op} of node "${label}" ${why}.`);
  }
}

function make(
  node: Node,
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Node['attributes'] = {},
): Node {
  return { op, name: node.name, inputs, outputs: [output], attributes };
}
