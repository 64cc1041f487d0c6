/**
 * Moves a graph that computes images as N×H×W×C to N×C×H×W: the Transposes on either side of each convolution and pooling layer are pushed on
 * until they meet their like, through everything that only names other axes then. Each value keeps its name; its axes are N×C×H×W afterwards
 * where it was moved.
 */
import type { Graph, Node } from '../../ir/graph';
import { permutationTo } from '../../ir/layout';
import { Mover } from './mover';
import { moveRules } from './rules';

/** A bound graph in which only the Transposes are left that change more than the order of axes. The outputs keep the order that they had. */
export function channelsFirst(graph: Graph): Graph {
  const mover = new Mover(graph);
  const successors = shownSuccessors(graph);
  const outputs = new Set(graph.outputs);
  for (const node of graph.nodes) {
    const perm = node.op === 'Transpose' ? String(node.attributes['perm']) : '';
    if (perm === String(permutationTo.NCHW)) toFirst(node, mover, outputs);
    else if (perm === String(permutationTo.NHWC)) toLast(node, mover, outputs);
    else compute(node, mover, outputs, successors);
  }
  const used = new Set([...graph.outputs, ...mover.nodes.flatMap(({ inputs }) => inputs)]);
  const values = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...mover.constants.keys(),
    ...mover.nodes.flatMap((node) => node.outputs),
  ]);
  return {
    ...graph,
    nodes: mover.nodes,
    constants: new Map([...mover.constants].filter(([name]) => used.has(name))),
    types: new Map([...mover.types].filter(([name]) => values.has(name))),
  };
}

/** The value in front of an operator that has its channels first. */
function toFirst(node: Node, mover: Mover, outputs: ReadonlySet<string>): void {
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  if (node.shownAs !== null && mover.knownFirst(x) === undefined && !mover.constant(x)) {
    mover.nodes.push({ ...node, inputs: [mover.asWas(x)] });
    mover.remember(x, y);
    return;
  }
  const held = mover.asFirst(x);
  if (outputs.has(y)) mover.nodes.push({ ...node, op: 'Identity', attributes: {}, inputs: [held] });
  else mover.call(y, held);
}

/** The value behind such an operator. */
function toLast(node: Node, mover: Mover, outputs: ReadonlySet<string>): void {
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  mover.hold(y, mover.asWas(x));
  if (!outputs.has(y)) return;
  mover.turnBack(y, y);
}

function compute(node: Node, mover: Mover, outputs: ReadonlySet<string>, successors: ReadonlyMap<string, Node>): void {
  const moved = node.inputs.some((input) => mover.isMoved(input)) ? moveRules.get(node.op)?.(node, mover) : undefined;
  if (!moved) {
    const inputs = node.inputs.map((input) => mover.asWas(input));
    mover.nodes.push(underNameBehind({ ...node, inputs }, mover, successors));
    return;
  }
  const { op = node.op, inputs, attributes = node.attributes, outputsMoved } = moved;
  const trimmed = [...inputs];
  while (trimmed.at(-1) === '') trimmed.pop();
  const names = node.outputs.map((name) => (outputsMoved && outputs.has(name) ? mover.fresh(`${name}/NCHW`) : name));
  mover.nodes.push({ ...node, op, inputs: trimmed, attributes, outputs: names });
  if (!outputsMoved) return;
  node.outputs.forEach((name, i) => {
    if (name === '') return;
    mover.hold(name, names[i] as string);
    if (!outputs.has(name)) return;
    mover.turnBack(name, name);
  });
}

/**
 * What computes with channels first gives a layer of the checkpoint only when it has been turned: the layer's name, and that it is shown,
 * go over to what computes it.
 */
function underNameBehind(node: Node, mover: Mover, successors: ReadonlyMap<string, Node>): Node {
  const [x = '', ...others] = node.outputs;
  const turned = successors.get(x);
  if (node.shownAs !== null || others.length > 0 || !turned) return node;
  const name = turned.outputs[0] as string;
  mover.call(x, name);
  const { shownAs: _, ...rest } = node;
  const shown = turned.shownAs === undefined ? {} : { shownAs: turned.shownAs };
  return { ...rest, ...shown, name: turned.name, outputs: [name] };
}

/** Value → the first Transpose to N×H×W×C that reads it, where that is shown and no output of the graph. */
function shownSuccessors(graph: Graph): ReadonlyMap<string, Node> {
  const outputs = new Set(graph.outputs);
  const successors = new Map<string, Node>();
  for (const node of graph.nodes) {
    const [x = ''] = node.inputs;
    const [y = ''] = node.outputs;
    if (node.op !== 'Transpose' || String(node.attributes['perm']) !== String(permutationTo.NHWC)) continue;
    if (node.shownAs !== null && !outputs.has(y) && !outputs.has(x) && !successors.has(x)) successors.set(x, node);
  }
  return successors;
}
