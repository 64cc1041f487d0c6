/**
 * Control flow, resolved while a graph is bound: If becomes the branch that is taken, Loop and Scan their turns one after the other. What
 * decides must be known before the graph runs.
 */
import { intAttribute, intsAttribute, nodeLabel } from '../ir/attributes';
import type { Body, Node } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import { int64 } from '../ir/tensor';
import { type FlowContext, known, make, unsupported } from './flowContext';
import { Sequences, sequenceOperators } from './sequences';

/** Operators that stand in imported graphs only: binding resolves them. */
export const flowOperators: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap', ...sequenceOperators]);

/** A loop that runs longer than this is not unrolled, and no loops in loops that make more nodes than this together. */
const mostIterations = 1000;
const mostNodes = 100_000;

/** One number of a list of integers, 0 where the list is left out. */
const numberAt = (node: Node, list: string, index: number) => intsAttribute(node, list)?.[index] ?? 0;

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

/** Nodes of a body, those of bodies inside it included: what writing it out once costs. */
function sizeOf(body: Body): number {
  const inside = body.nodes.flatMap((node) => Object.values(node.bodies ?? {}).map(sizeOf));
  return body.nodes.length + inside.reduce((sum, size) => sum + size, 0);
}

export class ControlFlow {
  private readonly sequences: Sequences;
  private written = 0;

  constructor(private readonly c: FlowContext) {
    this.sequences = new Sequences(c);
  }

  /**
   * The nodes that stand for `node`, which is itself for all other operators. Every node must be applied before the next one is asked for.
   *
   * @throws UnsupportedOperatorError when what decides is not known before the graph runs.
   */
  *expand(node: Node): Generator<Node, void> {
    if (node.unsupported !== undefined) yield node;
    else if (node.op === 'If') yield* this.branch(node);
    else if (node.op === 'Loop') yield* this.loop(node);
    else if (node.op === 'Scan') yield* this.scan(node);
    else if (node.op === 'SequenceMap') yield* this.sequenceMap(node);
    else if (sequenceOperators.has(node.op)) yield* this.sequences.expand(node);
    else if (node.op === 'Identity' && this.sequences.get(node.inputs[0] ?? ''))
      yield* this.sequences.pass(node.inputs[0] ?? '', node.outputs[0] ?? '', node.name);
    else yield node;
  }

  private *branch(node: Node): Generator<Node, void> {
    const condition = this.c.value(node.inputs[0] ?? '');
    if (!condition) return unsupported(node, 'chooses between its branches by a value that depends on the image');
    const body = this.body(node, toNumbers(condition)[0] ? 'then_branch' : 'else_branch');
    // Inside a function that is like an operator, both branches are steps of it.
    const { shownAs } = node;
    for (const each of body.nodes) yield* this.expand(shownAs === undefined ? each : { ...each, shownAs: null });
    for (const [index, output] of body.outputs.entries())
      yield* this.sequences.pass(output, node.outputs[index] ?? '', node.name, shownAs);
  }

  private *loop(node: Node): Generator<Node, void> {
    const body = this.body(node, 'body');
    const [trip = '', condition = ''] = node.inputs;
    const count = trip === '' ? Infinity : (known(this.c, node, trip, 'runs as often as a value says')[0] as number);
    const goesOn = (name: string) => known(this.c, node, name, 'runs as long as a value says')[0] !== 0;
    let running = condition === '' || goesOn(condition);
    const carried = node.inputs.slice(2, body.inputs.length);
    const turns: string[][] = [];
    while (turns.length < count && running) {
      const number = this.c.constant(`${nodeLabel(node)}/turn`, { ...int64([1], [turns.length]), dims: [] });
      const going = this.c.constant(`${nodeLabel(node)}/going`, { dtype: 'bool', dims: [], data: Uint8Array.of(1) });
      const given = turns.at(-1)?.slice(0, carried.length) ?? carried;
      const [condition = '', ...outputs] = yield* this.iterate(node, body, turns.length, [number, going, ...given]);
      running = goesOn(condition);
      turns.push(outputs);
    }
    yield* this.leave(node, carried, turns, body.outputs.length - 1);
  }

  private *scan(node: Node): Generator<Node, void> {
    const body = this.body(node, 'body');
    const states = body.inputs.length - intAttribute(node, 'num_scan_inputs', 0);
    const carried = node.inputs.slice(0, states);
    const sources = node.inputs.slice(states, body.inputs.length);
    const length = this.c.length(sources[0] ?? '', numberAt(node, 'scan_input_axes', 0));
    if (length === undefined) return unsupported(node, 'runs over a value whose shape depends on the image');
    const turns: string[][] = [];
    while (turns.length < length) {
      const elements = yield* this.elementsAt(node, sources, turns.length, length);
      const given = turns.at(-1)?.slice(0, states) ?? carried;
      turns.push(yield* this.iterate(node, body, turns.length, [...given, ...elements]));
    }
    yield* this.leave(node, carried, turns, body.outputs.length);
  }

  /** What a Scan reads in one turn. */
  private *elementsAt(node: Node, sources: readonly string[], turn: number, length: number): Generator<Node, string[]> {
    const elements = sources.map((_, index) => `${nodeLabel(node)}/element_${index}#${turn}`);
    for (const [index, source] of sources.entries()) {
      const place = numberAt(node, 'scan_input_directions', index) === 1 ? length - 1 - turn : turn;
      const at = this.c.constant(`${nodeLabel(node)}/place`, { ...int64([1], [place]), dims: [] });
      const attributes = { axis: numberAt(node, 'scan_input_axes', index) };
      yield make(node, 'Gather', [source, at], elements[index] as string, attributes);
    }
    return elements;
  }

  /** The outputs of a Loop or Scan: what it carried last, then what every turn gave, stacked. */
  private *leave(
    node: Node,
    carried: readonly string[],
    turns: readonly (readonly string[])[],
    count: number,
  ): Generator<Node, void> {
    const last = turns.at(-1) ?? carried;
    for (let index = 0; index < count; index++) {
      const output = node.outputs[index] ?? '';
      const place = index - carried.length;
      const given = turns.map((outputs) => outputs[index] as string);
      if (place < 0) yield* this.sequences.pass(last[index] as string, output, node.name);
      else {
        const ordered = numberAt(node, 'scan_output_directions', place) === 1 ? given.reverse() : given;
        yield* this.sequences.stack(node, ordered, numberAt(node, 'scan_output_axes', place), output);
      }
    }
  }

  private *sequenceMap(node: Node): Generator<Node, void> {
    const body = this.body(node, 'body');
    const given = node.inputs.slice(0, body.inputs.length);
    const first = this.sequences.elements(node, given[0] ?? '');
    const lists: string[][] = body.outputs.map(() => []);
    for (let turn = 0; turn < first.length; turn++) {
      const elements = given.map((name) => this.sequences.get(name)?.at(turn) ?? name);
      const outputs = yield* this.iterate(node, body, turn, elements);
      for (const [index, list] of lists.entries()) list.push(outputs[index] as string);
    }
    for (const [index, list] of lists.entries()) this.sequences.set(node.outputs[index] ?? '', list);
  }

  /** Writes out one turn of a body; answers the names of its outputs. */
  private *iterate(node: Node, body: Body, turn: number, given: readonly string[]): Generator<Node, string[]> {
    if (turn >= mostIterations) return unsupported(node, `runs more than ${mostIterations} times`);
    this.written += 1 + sizeOf(body);
    if (this.written > mostNodes) return unsupported(node, `makes more than ${mostNodes} nodes`);
    const defined = definedIn(body);
    const inputs = new Map(body.inputs.map((name, index) => [name, given[index] ?? '']));
    const rename = (name: string) => inputs.get(name) ?? (defined.has(name) ? `${name}#${turn}` : name);
    for (const each of body.nodes) yield* this.expand(renamed(each, rename));
    return body.outputs.map(rename);
  }

  private body(node: Node, name: string): Body {
    return node.bodies?.[name] ?? unsupported(node, `lacks its ${name}`);
  }
}
