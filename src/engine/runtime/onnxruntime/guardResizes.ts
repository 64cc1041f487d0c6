import type { Graph, Node } from '../../graph/ir/graph';
import { entrance } from './blockedLayout';

/** What a pool takes. */
const pooled: ReadonlySet<string | undefined> = new Set(['float32', 'float64']);

/**
 * onnxruntime (1.30) moves a Transpose behind the Resize of images that reads it, and then takes the Resize's scales or sizes for those of
 * all four axes even when `axes` names others: the program fails, or resizes other axes than it should. A pool of one cell in between
 * holds the Transpose where it is.
 */
export function guardResizes(graph: Graph): Graph {
  if (!graph.nodes.some((node) => node.op === 'Transpose')) return graph;
  const types = new Map(graph.types);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const [x = ''] = node.inputs;
    const type = graph.types.get(x);
    if (node.op !== 'Resize' || !node.attributes['axes'] || type?.dims?.length !== 4 || !pooled.has(type.dtype)) {
      return [node];
    }
    const held = `${node.outputs[0]}/held`;
    types.set(held, type);
    return [entrance(x, held), { ...node, inputs: node.inputs.with(0, held) }];
  });
  return { ...graph, nodes, types };
}
