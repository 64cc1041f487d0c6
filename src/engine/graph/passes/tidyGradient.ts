import type { Graph } from '../ir/graph';
import { dropExpands } from './dropExpands';
import { factorSwish } from './factorSwish';
import { joinPads } from './joinPads';
import { removeDeadNodes } from './removeDeadNodes';

/** A differentiated graph with fewer passes over the data and the same `outputs`, up to rounding. Differentiate first, tidy last. */
export function tidyGradient(graph: Graph, outputs: readonly string[]): Graph {
  return { ...removeDeadNodes(joinPads(dropExpands(factorSwish(graph))), outputs), outputs: graph.outputs };
}
