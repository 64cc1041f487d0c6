import type { Graph } from '../ir/graph';
import { foldBatchNormalization } from './foldBatchNormalization';
import { recogniseGelu } from './recogniseGelu';
import { recogniseLayerNormalization } from './recogniseLayerNormalization';
import { removeDeadNodes } from './removeDeadNodes';
import { removeIdentities } from './removeIdentities';

/**
 * A bound graph with less to compute, and the same values: dead nodes and identities removed, BatchNormalization worked into convolutions,
 * LayerNormalization and GELU put together where an exporter wrote them in pieces. What is in `keep` and the graph's outputs keep their
 * names; other values may go. Simplify before differentiating: the gradient has fewer nodes then as well, and a rule table sees whole
 * operators.
 */
export function simplify(graph: Graph, keep: ReadonlySet<string>): Graph {
  const wanted = [...new Set([...graph.outputs, ...keep])];
  const alive = removeIdentities(removeDeadNodes(graph, wanted), keep);
  const whole = recogniseGelu(recogniseLayerNormalization(alive, keep), keep);
  return { ...removeDeadNodes(foldBatchNormalization(whole, keep), wanted), outputs: graph.outputs };
}
