import type { Graph, Node } from '../ir/graph';

const passesThrough = new Set(['Identity', 'Dropout']);

/** Consumers of an Identity (or of Dropout, which is one in inference) read its input instead. Values in `keep` and graph outputs stay. */
export function removeIdentities(graph: Graph, keep: ReadonlySet<string>): Graph {
  const outputs = new Set(graph.outputs);
  const aliases = new Map<string, string>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => aliases.get(input) ?? input);
    const [output = '', ...others] = node.outputs;
    const kept = keep.has(output) || outputs.has(output) || others.some((other) => other !== '');
    if (passesThrough.has(node.op) && !kept) aliases.set(output, inputs[0] as string);
    else nodes.push({ ...node, inputs });
  }
  return { ...graph, nodes };
}
