import { UnsupportedOperatorError } from '../../shared/errors';
import { nodeLabel } from '../graph/attributes';
import { differentiate } from '../graph/differentiate';
import type { Graph } from '../graph/graph';
import { standard } from '../graph/rules/standard';
import { LOGITS } from '../model/head';

export interface Differentiable {
  readonly values: ReadonlySet<string>;
  /** Why the other values have no gradient; null when all have one. */
  readonly obstacle: UnsupportedOperatorError | null;
}

/** The values of `wanted` with respect to which the logits can be differentiated: all, or those behind the last operator without a gradient. */
export function differentiable(graph: Graph, wanted: readonly string[]): Differentiable {
  const position = new Map(graph.nodes.flatMap((node, i) => node.outputs.map((output) => [output, i] as const)));
  let values = [...wanted];
  let obstacle: UnsupportedOperatorError | null = null;
  while (values.length > 0) {
    try {
      differentiate(graph, { of: LOGITS, seed: 'whylight:health:seed', wrt: values, rules: standard });
      break;
    } catch (error) {
      if (!(error instanceof UnsupportedOperatorError)) throw error;
      obstacle ??= error;
      const at = graph.nodes.findIndex((node) => nodeLabel(node) === error.node);
      if (at < 0) throw error;
      values = values.filter((name) => (position.get(name) ?? -1) >= at);
    }
  }
  return { values: new Set(values), obstacle };
}
