/** Which nodes the values of a graph come from and go to. */
import type { Node } from './graph';

/** Value → the node that computes it. */
export function producersOf(nodes: readonly Node[]): Map<string, Node> {
  const producers = new Map<string, Node>();
  for (const node of nodes) for (const output of node.outputs) if (output !== '') producers.set(output, node);
  return producers;
}

/** Value → the only node that reads it; null where there are several. */
export function soleConsumers(nodes: Iterable<Node>): Map<string, Node | null> {
  const consumers = new Map<string, Node | null>();
  for (const node of nodes)
    for (const input of new Set(node.inputs)) consumers.set(input, consumers.has(input) ? null : node);
  return consumers;
}

/** Value → how many operands it is; a node that reads it twice counts twice. */
export function useCounts(nodes: readonly Node[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const node of nodes) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  return uses;
}
