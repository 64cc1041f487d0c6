import { UnsupportedOperatorError } from '../../shared/errors';
import type { Finding } from '../../shared/results/health';
import { differentiate } from '../graph/autodiff/differentiate';
import { nodeLabel } from '../graph/ir/attributes';
import type { Graph } from '../graph/ir/graph';
import { standard } from '../graph/rules/standard';
import type { RuleTable } from '../graph/rules/table';
import { LOGITS } from '../model/analysis/head';

export interface Differentiable {
  readonly values: ReadonlySet<string>;
  /** Why the other values have no gradient; null when all have one. */
  readonly obstacle: UnsupportedOperatorError | null;
}

/** The values of `wanted` with respect to which the logits can be differentiated: all, or those behind the last operator without a gradient. */
export function differentiable(graph: Graph, wanted: readonly string[], rules: RuleTable = standard): Differentiable {
  const position = new Map(graph.nodes.flatMap((node, i) => node.outputs.map((output) => [output, i] as const)));
  let values = [...wanted];
  let obstacle: UnsupportedOperatorError | null = null;
  // Names of nodes may repeat: a node that was passed is not the one that the next failure is about.
  let passed = 0;
  while (values.length > 0) {
    try {
      differentiate(graph, { of: LOGITS, cotangent: 'whylight:health:cotangent', wrt: values, rules });
      break;
    } catch (error) {
      if (!(error instanceof UnsupportedOperatorError)) throw error;
      obstacle ??= error;
      const at = graph.nodes.findIndex((node, i) => i >= passed && nodeLabel(node) === error.node);
      if (at < 0) throw error;
      passed = at + 1;
      values = values.filter((name) => (position.get(name) ?? -1) >= at);
    }
  }
  return { values: new Set(values), obstacle };
}

/** What it means for an explanation that some layers have no gradient. */
export function obstacleFindings({ obstacle }: Differentiable): Finding[] {
  if (!obstacle) return [];
  const sentence = `${obstacle.message} No gradient comes through to the layers before it; Occlusion needs none.`;
  return [{ severity: 'problem', sentence }];
}
