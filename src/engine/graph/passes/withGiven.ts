import { UsageError } from '../../../shared/errors';
import type { Graph, Node } from '../ir/graph';

/**
 * Makes values graph inputs of their own names: what was computed for them no longer counts, and what only they needed is dead.
 *
 * @throws UsageError when the graph, which must be bound, computes no such value.
 */
export function withGiven(graph: Graph, names: readonly string[]): Graph {
  if (names.length === 0) return graph;
  const given = new Set(names);
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  const unknown = names.find((name) => !computed.has(name));
  if (unknown !== undefined) throw new UsageError(`The model computes no value named “${unknown}”.`);
  const inputs = names.map((name) => {
    const type = graph.types.get(name);
    if (!type) throw new Error(`The value “${name}” has no type: is the graph bound?`);
    return { name, type };
  });
  const types = new Map(graph.types);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (!node.outputs.some((name) => given.has(name))) return [node];
    if (node.outputs.every((name) => name === '' || given.has(name))) return [];
    const outputs = node.outputs.map((name) => (given.has(name) ? computedName(name) : name));
    outputs.forEach((output, index) => {
      const type = graph.types.get(node.outputs[index] as string);
      if (type && !types.has(output)) types.set(output, type);
    });
    return [{ ...node, outputs }];
  });
  return { ...graph, inputs: [...graph.inputs, ...inputs], nodes, types };
}

/** What a node that computes other values too goes on computing in place of a given one. */
const computedName = (name: string): string => `${name}/computed`;
