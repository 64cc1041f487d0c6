import type { Graph, Node } from '../ir/graph';
import type { Tensor } from '../ir/tensor';

/** Keeps only the nodes and constants that the outputs are computed from (the graph's own outputs, unless others are given). */
export function removeDeadNodes(graph: Graph, outputs: readonly string[] = graph.outputs): Graph {
  const needed = new Set(outputs);
  const nodes: Node[] = [];
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index] as Node;
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input !== '') needed.add(input);
  }
  const constants = new Map<string, Tensor>();
  for (const [name, tensor] of graph.constants) if (needed.has(name)) constants.set(name, tensor);
  return { ...graph, outputs, nodes: nodes.reverse(), constants };
}
