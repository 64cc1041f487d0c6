import type { Graph } from '../graph';
import { foldBatchNormalization } from './foldBatchNormalization';
import { removeDeadNodes } from './removeDeadNodes';
import { removeIdentities } from './removeIdentities';

/**
 * A bound graph with less to compute, and the same values: dead nodes and identities removed, BatchNormalization worked into convolutions.
 * What is in `keep` and the graph's outputs keep their names; other values may go. Simplify before differentiating: the gradient has
 * fewer nodes then as well.
 */
export function simplify(graph: Graph, keep: ReadonlySet<string>): Graph {
  const alive = removeDeadNodes({ ...graph, outputs: [...new Set([...graph.outputs, ...keep])] });
  return { ...foldBatchNormalization(removeIdentities(alive, keep), keep), outputs: graph.outputs };
}
