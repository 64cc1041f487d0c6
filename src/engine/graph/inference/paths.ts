/** What depends on what: the nodes that lie between the inputs and a value. */
import type { Graph, Node } from '../ir/graph';
import { isFloat } from '../ir/numbers';
import type { DType } from '../ir/tensor';
import { operatorNamed } from '../ops';

/** Element type of the integers that a node hands a gradient on through; undefined when it has none. */
function quantisedBy(graph: Graph, node: Node): DType | undefined {
  const quantised = operatorNamed(node.op)?.quantised;
  const value = quantised === 'made' ? node.outputs[0] : quantised && node.inputs[0];
  return value === undefined ? undefined : graph.types.get(value)?.dtype;
}

/** Values that depend on one of `roots` (which count themselves) through floating-point values, or quantised ones. */
export function dependents(graph: Graph, roots: readonly string[]): Set<string> {
  const result = new Set(roots);
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => result.has(input))) continue;
    const quantised = quantisedBy(graph, node);
    for (const output of node.outputs) {
      const type = graph.types.get(output);
      if (output !== '' && type && (isFloat(type.dtype) || type.dtype === quantised)) result.add(output);
    }
  }
  return result;
}

export interface Path {
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** The values that carry data from the inputs to the target, both ends included. */
  readonly values: ReadonlySet<string>;
}

/**
 * Everything through which data flows from the image, the graph's first input, to `target`: floating-point numbers, and integers that stand
 * for them.
 */
export function pathTo(graph: Graph, target: string): Path {
  const [image] = graph.inputs;
  const fromInput = dependents(graph, image ? [image.name] : []);
  const values = new Set(fromInput.has(target) ? [target] : []);
  const nodes: Node[] = [];
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index] as Node;
    if (!node.outputs.some((output) => values.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (fromInput.has(input)) values.add(input);
  }
  return { nodes: nodes.reverse(), values };
}

/**
 * The trunk of the network: values that all data on the path runs through. The branches of an Inception block are not on it, the block's
 * Concat is.
 */
export function trunk({ nodes, values }: Path): Set<string> {
  const lastUse = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const input of node.inputs) if (values.has(input)) lastUse.set(input, index);
  });
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  // Up to which node some value computed so far is still read.
  let openUntil = -1;
  for (const name of values) if (!computed.has(name)) openUntil = Math.max(openUntil, lastUse.get(name) ?? -1);
  const result = new Set<string>();
  nodes.forEach((node, index) => {
    const outputs = node.outputs.filter((output) => values.has(output));
    if (openUntil <= index && outputs.length === 1) result.add(outputs[0] as string);
    for (const output of outputs) openUntil = Math.max(openUntil, lastUse.get(output) ?? -1);
  });
  return result;
}
