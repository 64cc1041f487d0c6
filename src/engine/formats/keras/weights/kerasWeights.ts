/**
 * How layers get their weights, whatever they are stored in: HDF5 groups in order (Keras 1 and 2), numbered paths (Keras 3), or names
 * (`layer/kernel`, TensorFlow.js).
 */
import type { Tensor } from '../../../graph/ir/tensor';

/** A variable that a layer has. */
export interface Variable {
  /** `kernel`. */
  readonly name: string;
  /** Names of the layers inside the layer around it, outermost first: `['query']`. */
  readonly within: readonly string[];
  /** The attributes under which Keras 3 stores these layers: `['query_dense']`. */
  readonly attributes: readonly string[];
  readonly trainable: boolean;
  /** As far as the description of the layer tells; null where it does not. */
  readonly dims: readonly (number | null)[] | null;
}

/** A layer, or a model with layers of its own, as weights are bound to it. */
export interface LayerSlot {
  readonly name: string;
  readonly className: string;
  /** False for what is frozen: its variables then count as not trainable, which changes their order in HDF5. */
  readonly trainable: boolean;
  /** In the order in which Keras makes them. null for a layer of a class that is not known: it may have any. */
  readonly variables: readonly Variable[] | null;
  /** Of a model, in its order. */
  readonly layers: readonly LayerSlot[];
}

export interface KerasWeights {
  /**
   * The tensors of every layer that has variables, in the order of its `variables`. They may be of any number type; those that are not
   * float32 are converted by the caller.
   *
   * @throws CheckpointError when some are missing, or have another shape than a layer states.
   */
  bind(model: LayerSlot): ReadonlyMap<LayerSlot, readonly Tensor[]>;
}

/** Where a slot stands, for messages: `base/conv1`. */
export function slotLabel(path: readonly LayerSlot[], slot: LayerSlot): string {
  return [...path.slice(1).map(({ name }) => name), slot.name].join('/');
}

/** True when a tensor may be the variable. */
export function fits({ dims }: Variable, tensor: Tensor): boolean {
  if (dims === null) return true;
  return dims.length === tensor.dims.length && dims.every((dim, i) => dim === null || dim === tensor.dims[i]);
}

/** `kernel [3, 3, ?, 8]`, with what stands in front of it in the layer. */
export function variableLabel({ name, within, dims }: Variable): string {
  const shape = dims ? ` [${dims.map((dim) => dim ?? '?').join(', ')}]` : '';
  return `${[...within, name].join('/')}${shape}`;
}

/** Every slot below a model, with the models around it. */
export function* slotsOf(
  model: LayerSlot,
  path: readonly LayerSlot[] = [],
): Generator<{ readonly slot: LayerSlot; readonly path: readonly LayerSlot[] }> {
  const inside = [...path, model];
  for (const slot of model.layers) {
    yield { slot, path: inside };
    yield* slotsOf(slot, inside);
  }
}
