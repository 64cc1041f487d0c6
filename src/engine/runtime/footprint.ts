import type { Graph, Node } from '../graph/ir/graph';
import { elementCount, type ValueType } from '../graph/ir/tensor';
import { removeDeadNodes } from '../graph/passes/removeDeadNodes';

/** What a program made of a graph must hold, whatever runs it. */
export interface Footprint {
  /** Bytes of the constants that its nodes read. */
  readonly weights: number;
  /** Bytes of what is computed from constants alone. */
  readonly derived: number;
  /** Most bytes of values that are alive at one time, for one image. */
  readonly perImage: number;
}

/** Nearly all values are float32; the others (masks, indices) are not larger than this says. */
const bytesPerElement = 4;

function bytesOf(type: ValueType | undefined): number {
  return bytesPerElement * (type?.dims ?? []).reduce<number>((product, dim) => product * (dim ?? 1), 1);
}

/** Values are freed after the last node that reads them; outputs stay. Answers the most that is held at once. */
function mostAlive(nodes: readonly Node[], sizeOf: (name: string) => number, outputs: ReadonlySet<string>): number {
  const lastUse = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const name of node.inputs) lastUse.set(name, index);
  });
  let alive = 0;
  let most = 0;
  nodes.forEach((node, index) => {
    for (const name of node.outputs) alive += sizeOf(name);
    most = Math.max(most, alive);
    for (const name of new Set(node.inputs)) {
      if (lastUse.get(name) === index && !outputs.has(name)) alive -= sizeOf(name);
    }
  });
  return most;
}

/** The memory that a bound graph's `outputs` need. Its values' types are those of one image. */
export function footprint(graph: Graph, outputs: readonly string[]): Footprint {
  const { nodes, constants } = removeDeadNodes(graph, outputs);
  let weights = 0;
  for (const { dims } of constants.values()) weights += bytesPerElement * elementCount(dims);

  const derived = new Set<string>();
  for (const node of nodes) {
    const fixed = node.inputs.every((name) => name === '' || constants.has(name) || derived.has(name));
    if (fixed && node.inputs.length > 0) for (const name of node.outputs) derived.add(name);
  }
  const running = nodes.filter((node) => !derived.has(node.outputs[0] ?? ''));
  const read = new Set(running.flatMap((node) => node.inputs));
  const type = (name: string) => graph.types.get(name);
  let derivedBytes = 0;
  for (const name of derived) if (read.has(name)) derivedBytes += bytesOf(type(name));

  const sizeOf = (name: string) => (name === '' || constants.has(name) || derived.has(name) ? 0 : bytesOf(type(name)));
  const inputs = graph.inputs.reduce((sum, input) => sum + (read.has(input.name) ? bytesOf(type(input.name)) : 0), 0);
  const values = new Set([...graph.inputs.map((input) => input.name), ...outputs]);
  return { weights, derived: derivedBytes, perImage: inputs + mostAlive(running, sizeOf, values) };
}
