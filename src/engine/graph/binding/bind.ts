/** Binds a graph to input sizes: explicit paddings, shapes of all values, shape arithmetic and other constants folded. */
import { UsageError } from '../../../shared/errors';
import type { Graph } from '../ir/graph';
import { channelsFirst } from '../passes/channelsFirst/channelsFirst';
import { FixedBatch } from '../passes/freeBatch';
import { bindInLockstep, type InputSizes, type Reachable } from './lockstep';

export type { InputSizes } from './lockstep';

/** A graph bound as far as it can be: see {@link bindReachable}. */
export interface Reached extends Reachable {
  /** Why the batch length is fixed; null when the graph is right for any. */
  readonly fixedBatch: string | null;
}

/**
 * The graph with all sizes known: `auto_pad` made explicit, every shape inferred, what does not depend on the data computed, nodes that
 * nothing needs removed. Names of values stay.
 *
 * The batch stays free where the checkpoint allows it: shape arithmetic on the batch length is not folded, and a batch length of 1 that an
 * exporter wrote into Reshape, Expand or Concat is undone (see {@link isBatchPolymorphic}). `types` show the batch length bound here.
 * A graph that is marked `channelsLast` computes N×C×H×W afterwards, under the same names, but for its inputs and outputs.
 *
 * @param sizes shapes of inputs, batch first; inputs that are left out keep the shape that the checkpoint declares, with batch 1 where
 *   it leaves the batch open.
 * @throws UsageError when a size is missing; CheckpointError when a node contradicts its operator or the sizes do not fit the model;
 *   UnsupportedOperatorError for an operator without a definition.
 */
export function bind(graph: Graph, sizes: InputSizes = new Map()): Graph {
  return bindBatch(graph, sizes).graph;
}

/**
 * True when the bound graph is right for any batch length: the shapes of all its values follow the batch, and so do its outputs.
 * Throws as {@link bind} does.
 */
export function isBatchPolymorphic(graph: Graph, sizes: InputSizes = new Map()): boolean {
  return bindBatch(graph, sizes).fixedBatch === null;
}

function bindBatch(graph: Graph, sizes: InputSizes): Reached {
  const reached = bindReachable(graph, sizes);
  const first = reached.unsupported.find(({ outputs }) => outputs.length > 0);
  if (first) throw first.error;
  return reached;
}

/**
 * As {@link bind}, but a node that is not supported or contradicts its operator only costs the outputs that depend on it: the result
 * has the other outputs, and keeps the values that unsupported nodes read.
 *
 * @param memory bytes that constants made from constants have to fit in.
 * @throws UsageError when a size is missing.
 */
export function bindReachable(graph: Graph, sizes: InputSizes = new Map(), memory = Number.POSITIVE_INFINITY): Reached {
  const reached = reach(graph, shapesOf(graph, sizes), memory);
  return graph.channelsLast ? { ...reached, graph: channelsFirst(reached.graph) } : reached;
}

function reach(graph: Graph, wanted: InputSizes, memory: number): Reached {
  // Exporters write the length that they traced with into the graph: free it there, then bind to the wanted one.
  const traced = tracedBatch(graph, wanted);
  if (traced) {
    const freed = bindFreely(graph, traced, memory);
    if (freed.fixedBatch === null) {
      const bound = bindFreely(freed.graph, wanted, memory, freed.frontier);
      return { ...bound, unsupported: [...freed.unsupported, ...bound.unsupported] };
    }
  }
  return bindFreely(graph, wanted, memory);
}

/** With a free batch where that is possible. */
function bindFreely(graph: Graph, shapes: InputSizes, memory: number, keep: readonly string[] = []): Reached {
  try {
    return { ...bindInLockstep(graph, shapes, nextBatch(shapes), keep, memory), fixedBatch: null };
  } catch (error) {
    if (!(error instanceof FixedBatch)) throw error;
    return { ...bindInLockstep(graph, shapes, null, keep, memory), fixedBatch: error.message };
  }
}

function shapesOf(graph: Graph, sizes: InputSizes): InputSizes {
  for (const name of sizes.keys()) {
    if (!graph.inputs.some((input) => input.name === name))
      throw new UsageError(`The model has no input named “${name}”.`);
  }
  return new Map(
    graph.inputs.map(({ name, type }): [string, readonly number[]] => {
      const given = sizes.get(name);
      if (given && type.dims && given.length !== type.dims.length) {
        throw new UsageError(`The input “${name}” has ${type.dims.length} dimensions, not ${given.length}.`);
      }
      const dims = given ?? type.dims?.map((dim, axis) => dim ?? (axis === 0 ? 1 : null));
      if (!dims || (dims as readonly (number | null)[]).includes(null))
        throw new UsageError(`The size of the input “${name}” must be given: the model leaves it open.`);
      return [name, dims as readonly number[]];
    }),
  );
}

/** The shapes with the batch length that the checkpoint declares, when it declares another one than is wanted. */
function tracedBatch(graph: Graph, wanted: InputSizes): InputSizes | null {
  const traced = new Map(wanted);
  for (const { name, type } of graph.inputs) {
    const declared = type.dims?.[0];
    const dims = wanted.get(name);
    if (declared && dims) traced.set(name, [declared, ...dims.slice(1)]);
  }
  return [...traced].some(([name, dims]) => dims[0] !== wanted.get(name)?.[0]) ? traced : null;
}

/** The same shapes with one more item in the batch. */
function nextBatch(shapes: InputSizes): InputSizes {
  return new Map(
    [...shapes].map(([name, dims]) => [name, dims.map((length, axis) => (axis === 0 ? length + 1 : length))]),
  );
}
