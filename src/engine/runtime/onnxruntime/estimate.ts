import type { Graph } from '../../graph/ir/graph';
import { footprint } from '../footprint';
import type { CompileOptions, MemoryEstimate } from '../runtime';
import { mayMap } from './placing';

/** Rearranging weights leaves gaps (a session of 98 MB of weights takes about 15 % more), of twice what is computed first and rearranged then. */
const weightSlack = 1.15;
/** The arena grows in steps and does not fill them. */
const valueSlack = 1.5;

/** What a session made of a lowered graph takes. */
export function estimate(graph: Graph, outputs: readonly string[], options: CompileOptions = {}): MemoryEstimate {
  const { weights, derived, perImage } = footprint(graph, outputs);
  const held = options.sharedWeights ? (mayMap ? 0 : weights) + derived : weights + 2 * derived;
  return { fixed: weightSlack * held, perImage: valueSlack * perImage };
}
