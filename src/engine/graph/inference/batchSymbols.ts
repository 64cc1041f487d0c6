/** Which axes of a bound graph's values follow the batch. */
import { WhylightError } from '../../../shared/errors';
import type { Graph } from '../ir/graph';
import { Inference } from './inference';

/** A length that is the same for every batch, or how many times the batch it is. */
export type SymbolicDim = number | { readonly timesBatch: number };

/** Shapes are computed from small values only. */
const largestFolded = 64;

/**
 * Shapes of what the nodes compute, for any batch length: axis 0 of every input is the batch. Found by inferring all shapes once more for
 * a batch that is longer by one. Values whose shape is neither fixed nor in proportion to the batch are left out, and so
 * is everything behind a node that fits one batch length only.
 */
export function batchSymbols(graph: Graph): ReadonlyMap<string, readonly SymbolicDim[]> {
  const batch = graph.inputs[0]?.type.dims?.[0];
  if (!batch) return new Map();
  const longer = new Inference(new Map(), graph.constants, largestFolded);
  for (const { name, type } of graph.inputs) {
    const dims = type.dims?.map((length, axis) => (axis === 0 ? batch + 1 : length));
    longer.types.set(name, { dtype: type.dtype, dims: dims ?? null });
  }
  const symbols = new Map<string, readonly SymbolicDim[]>();
  try {
    for (const node of graph.nodes) {
      longer.apply(node);
      for (const name of node.outputs) {
        const dims = symbolic(graph.types.get(name)?.dims, longer.type(name)?.dims, batch);
        if (dims) symbols.set(name, dims);
      }
    }
  } catch (error) {
    // What does not fit a longer batch, or is of another domain, ends what can be said.
    if (!(error instanceof WhylightError)) throw error;
  }
  return symbols;
}

type Dims = readonly (number | null)[] | null | undefined;

function symbolic(dims: Dims, longer: Dims, batch: number): SymbolicDim[] | null {
  if (!dims || dims.length !== longer?.length) return null;
  const result: SymbolicDim[] = [];
  for (const [axis, length] of dims.entries()) {
    const growth = (longer[axis] ?? Number.NaN) - (length ?? Number.NaN);
    if (growth === 0) result.push(length as number);
    else if (length === growth * batch) result.push({ timesBatch: growth });
    else return null;
  }
  return result;
}
