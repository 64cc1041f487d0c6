import type { Graph, Node } from '../../graph/ir/graph';
import { int64 } from '../../graph/ir/tensor';

/** Values that every model graph gets, whatever its own head looks like. */
export const LOGITS = 'whylight:logits';
export const PROBABILITIES = 'whylight:probabilities';

const flatShape = 'whylight:flat_shape';

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

/**
 * Appends the head that evaluations read: the logits as [batch, classes] and the probabilities made from them.
 *
 * @param activation what follows the logits: softmax over the classes, or a sigmoid on each.
 */
export function withHead(graph: Graph, logits: string, classes: number, activation: 'softmax' | 'sigmoid'): Graph {
  const batch = graph.types.get(logits)?.dims?.[0] ?? 1;
  const type = { dtype: 'float32', dims: [batch, classes] } as const;
  const probabilities =
    activation === 'softmax'
      ? node('Softmax', [LOGITS], PROBABILITIES, { axis: -1 })
      : node('Sigmoid', [LOGITS], PROBABILITIES);
  return {
    ...graph,
    outputs: [LOGITS, PROBABILITIES],
    nodes: [...graph.nodes, node('Reshape', [logits, flatShape], LOGITS), probabilities],
    constants: new Map(graph.constants).set(flatShape, int64([2], [-1, classes])),
    types: new Map(graph.types).set(LOGITS, type).set(PROBABILITIES, type),
  };
}
