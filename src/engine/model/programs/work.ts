import { intAttribute } from '../../graph/ir/attributes';
import type { Graph, Node } from '../../graph/ir/graph';
import { elementCount } from '../../graph/ir/tensor';
import { removeDeadNodes } from '../../graph/passes/removeDeadNodes';

/** Multiplications and additions of one node, roughly: products by their lengths, everything else by its outputs' elements. */
function workOf(node: Node, dims: (name: string) => readonly number[]): number {
  const elements = node.outputs.reduce((sum, name) => sum + (name === '' ? 0 : elementCount(dims(name))), 0);
  const [a = '', b = ''] = node.inputs;
  const cells = () => elementCount(dims(b).slice(1));
  if (node.op === 'Conv') return elements * cells();
  if (node.op === 'ConvTranspose') return elementCount(dims(a)) * cells();
  if (node.op === 'Gemm') return elements * (dims(a)[intAttribute(node, 'transA', 0) === 1 ? 0 : 1] ?? 1);
  if (node.op === 'MatMul') return elements * (dims(a).at(-1) ?? 1);
  return elements;
}

/** What computing a bound graph's `outputs` costs for one image, to compare programs of the same model with. */
export function workFor(graph: Graph, outputs: readonly string[]): number {
  const needed = removeDeadNodes(graph, outputs);
  const dims = (name: string): readonly number[] => {
    const known = graph.constants.get(name)?.dims ?? graph.types.get(name)?.dims ?? [];
    return known.map((length) => length ?? 1);
  };
  return needed.nodes.reduce((sum, node) => sum + workOf(node, dims), 0);
}
