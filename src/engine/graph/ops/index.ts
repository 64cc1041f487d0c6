/** Every operator that the engine understands. An operator's rules stand together in its family's file. */
import { nodeLabel } from '../attributes';
import type { Graph } from '../graph';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { bits } from './bits';
import { casting } from './casting';
import { convolution } from './convolution';
import type { Operators } from './definition';
import { einsum } from './einsum';
import { indexing } from './indexing';
import { joining } from './joining';
import { linear } from './linear';
import { logic } from './logic';
import { normalisation } from './normalisation';
import { padding } from './padding';
import { pooling } from './pooling';
import { reductions } from './reduction';
import { resampling } from './resampling';
import { scanning } from './scanning';
import { scattering } from './scattering';
import { selecting } from './selecting';
import { shapes } from './shape';
import { sizes } from './sizes';
import { softmax } from './softmax';
import { trigonometry } from './trigonometry';

export const operators: Operators = {
  ...convolution,
  ...pooling,
  ...normalisation,
  ...activation,
  ...softmax,
  ...arithmetic,
  ...trigonometry,
  ...reductions,
  ...linear,
  ...einsum,
  ...shapes,
  ...casting,
  ...sizes,
  ...joining,
  ...indexing,
  ...scattering,
  ...selecting,
  ...scanning,
  ...padding,
  ...resampling,
  ...logic,
  ...bits,
};

export interface UnsupportedOperator {
  readonly operator: string;
  readonly node: string;
  /** One sentence. */
  readonly reason: string;
}

/** Every operator of the graph that has no definition here, with the first node that uses it. Empty means the graph can be explained. */
export function unsupportedOperators(graph: Graph): UnsupportedOperator[] {
  const found = new Map<string, UnsupportedOperator>();
  for (const node of graph.nodes) {
    if (Object.hasOwn(operators, node.op) || found.has(node.op)) continue;
    const reason = `The operator ${node.op} of node "${nodeLabel(node)}" is not supported.`;
    found.set(node.op, { operator: node.op, node: nodeLabel(node), reason });
  }
  return [...found.values()];
}
