/** What of a graph cannot be computed here, and where it may be cut so that the rest can. */

import type { Reached } from '../../graph/binding/bind';
import { flowOperators } from '../../graph/binding/controlFlow';
import { trunk } from '../../graph/inference/paths';
import { nodeLabel } from '../../graph/ir/attributes';
import type { Graph, Node } from '../../graph/ir/graph';
import { producersOf } from '../../graph/ir/links';
import { operators } from '../../graph/ops';
import { logitsBehind } from './logits';

export interface UnsupportedOperator {
  readonly operator: string;
  /** The first node that uses it. */
  readonly node: string;
  /** How many nodes use it. */
  readonly nodes: number;
  /** One sentence. */
  readonly reason: string;
}

/**
 * Every operator of a graph that is not bound yet that has no definition here. Only those that the logits depend on stand in the way of an
 * explanation. Control flow is not among them: whether it can be resolved shows when the graph is bound.
 */
export function unsupportedOperators(graph: Graph): UnsupportedOperator[] {
  const found = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    if (node.unsupported === undefined && (Object.hasOwn(operators, node.op) || flowOperators.has(node.op))) continue;
    const same = found.get(node.op);
    if (same) same.push(node);
    else found.set(node.op, [node]);
  }
  return [...found].map(([operator, nodes]) => {
    const [first] = nodes as [Node];
    const node = nodeLabel(first);
    const others = nodes.length > 1 ? ` (and ${nodes.length - 1} more)` : '';
    const reason = `The operator ${operator} of node “${node}”${others} ${first.unsupported ?? 'is not supported'}.`;
    return { operator, node, nodes: nodes.length, reason };
  });
}

/**
 * The last value in front of the nodes that cannot be computed that looks like logits, [N, C] with several classes, and that all the data
 * on its way to the outputs runs through.
 *
 * @param graph as it was before it was bound.
 */
export function findCut(graph: Graph, reached: Reached): string | null {
  const blocked = new Set(reached.unsupported.flatMap(({ outputs }) => outputs));
  const passed = throughWhichAllPasses(graph, blocked);
  const bound = reached.graph;
  const producers = producersOf(bound.nodes);
  const before = new Set(reached.frontier);
  for (const node of [...bound.nodes].reverse()) {
    if (!node.outputs.some((output) => before.has(output))) continue;
    for (const input of node.inputs) before.add(input);
    const [value = ''] = node.outputs;
    if ((bound.types.get(value)?.dims?.length ?? 0) < 2) continue;
    const logits = logitsBehind(bound, value, producers, 'one answer');
    if (logits && logits.classes > 1 && (!passed || passed.has(logits.name))) return logits.name;
  }
  return null;
}

/** Operators that read the shape of their input only. */
const shapeReaders = new Set(['Shape', 'Size']);

/** The values without which no data from the inputs comes to any of `targets`; null when none comes there anyway. */
function throughWhichAllPasses(graph: Graph, targets: ReadonlySet<string>): ReadonlySet<string> | null {
  const carried = new Set(graph.inputs.map((input) => input.name));
  for (const node of graph.nodes) {
    if (shapeReaders.has(node.op) || !node.inputs.some((input) => carried.has(input))) continue;
    for (const output of node.outputs) if (output !== '') carried.add(output);
  }
  const ends = [...targets].filter((target) => carried.has(target));
  if (ends.length === 0) return null;
  const values = new Set(ends);
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (shapeReaders.has(node.op) || !node.outputs.some((output) => values.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (carried.has(input)) values.add(input);
  }
  // As if one more node read the targets: what comes to one of them past a value goes on to the end.
  const end: Node = { op: '', name: '', inputs: ends, outputs: [], attributes: {} };
  return trunk({ nodes: [...nodes.reverse(), end], values });
}
