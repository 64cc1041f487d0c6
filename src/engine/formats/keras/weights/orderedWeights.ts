/**
 * Weights of Keras 1 and 2: a list for each layer of the outermost model, in the order of the model. A model in it has one list for all
 * that is in it, what can be trained first.
 */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import { fits, type KerasWeights, type LayerSlot, slotsOf, type Variable, variableLabel } from './kerasWeights';

/** The list of one layer. */
export interface StoredLayer {
  readonly name: string;
  /** Names and tensors, in order. */
  readonly weights: readonly { readonly name: string; readonly tensor: Tensor }[];
}

/** A variable of a layer somewhere inside an outermost one. */
interface Place {
  readonly slot: LayerSlot;
  readonly index: number;
  readonly variable: Variable;
}

/** A layer's variables in the order in which Keras lists them. */
function ordered(slot: LayerSlot): readonly Place[] {
  const trainable: Place[] = [];
  const others: Place[] = [];
  collect(slot, true, trainable, others);
  return [...trainable, ...others];
}

function collect(slot: LayerSlot, around: boolean, trainable: Place[], others: Place[]): void {
  const free = around && slot.trainable;
  const own = (slot.variables ?? []).map((variable, index) => ({ slot, index, variable }));
  // What a frozen layer could train stands before what it never could, among the others.
  const able = own.filter(({ variable }) => variable.trainable);
  (free ? trainable : others).push(...able);
  others.push(...own.filter(({ variable }) => !variable.trainable));
  for (const layer of slot.layers) collect(layer, free, trainable, others);
}

function hasUnknown(slot: LayerSlot): boolean {
  return slot.variables === null || slot.layers.some(hasUnknown);
}

/**
 * @param source how messages name the file.
 * @param adapt gives a stored tensor in today's form, before its shape is looked at.
 */
export function orderedWeights(
  stored: readonly StoredLayer[],
  source: string,
  adapt: Adapt = (_slot, _variable, tensor) => tensor,
): KerasWeights {
  return { bind: (model) => bindInOrder(model, stored, source, adapt) };
}

export type Adapt = (slot: LayerSlot, variable: Variable, tensor: Tensor) => Tensor;

function bindInOrder(
  model: LayerSlot,
  stored: readonly StoredLayer[],
  source: string,
  adapt: Adapt,
): ReadonlyMap<LayerSlot, readonly Tensor[]> {
  const bound = new Map<LayerSlot, Tensor[]>();
  for (const [slot, list] of pairs(model, stored, source)) {
    if (hasUnknown(slot) && slot.layers.length === 0) continue;
    const places = ordered(slot);
    const tensors = inPlaces(slot, places, list, source, adapt);
    places.forEach(({ slot: each, index }, i) => {
      const known = bound.get(each) ?? [];
      known[index] = tensors[i] as Tensor;
      bound.set(each, known);
    });
  }
  for (const { slot } of slotsOf(model)) {
    const { length = 0 } = slot.variables ?? [];
    if (length > 0 && bound.get(slot)?.length !== length) {
      throw new CheckpointError(`${source} lacks weights: there are none of the layer “${slot.name}”.`);
    }
  }
  return bound;
}

/** Which list is whose: by the layers' names where all are there, else one after the other as Keras does it. */
function pairs(
  model: LayerSlot,
  stored: readonly StoredLayer[],
  source: string,
): readonly (readonly [LayerSlot, StoredLayer])[] {
  const weighted = model.layers.filter((slot) => ordered(slot).length > 0);
  const filled = stored.filter(({ weights }) => weights.length > 0);
  const byName = new Map(filled.map((list) => [list.name, list]));
  if (weighted.every(({ name }) => byName.has(name))) {
    return weighted.map((slot) => [slot, byName.get(slot.name) as StoredLayer]);
  }
  if (weighted.length !== filled.length) {
    throw new CheckpointError(
      `${source} does not fit its network: it holds weights for ${filled.length} layers where ${weighted.length} have some.`,
    );
  }
  return weighted.map((slot, i) => [slot, filled[i] as StoredLayer]);
}

/** The list's tensors, each for the variable in the same place; by name where the places do not fit. */
function inPlaces(
  slot: LayerSlot,
  places: readonly Place[],
  { weights }: StoredLayer,
  source: string,
  adapt: Adapt,
): readonly Tensor[] {
  const adapted = ({ slot: each, variable }: Place, { tensor }: Stored) => adapt(each, variable, tensor);
  if (places.length === weights.length) {
    const tensors = places.map((place, i) => adapted(place, weights[i] as Stored));
    if (places.every(({ variable }, i) => fits(variable, tensors[i] as Tensor))) return tensors;
  }
  const named = places.map((place) => {
    const found = byName(place, weights);
    const tensor = found && adapted(place, found);
    return tensor && fits(place.variable, tensor) ? tensor : null;
  });
  if (named.every((tensor) => tensor !== null)) return named;
  if (places.length !== weights.length) {
    throw new CheckpointError(
      `${source} does not fit its network: the layer “${slot.name}” (${slot.className}) has ${places.length} weights, but ${weights.length} are stored.`,
    );
  }
  const wrong = places.findIndex((place, i) => !fits(place.variable, adapted(place, weights[i] as Stored)));
  const { tensor, name } = weights[wrong] as Stored;
  throw new CheckpointError(
    `${source} does not fit its network: ${variableLabel((places[wrong] as Place).variable)} of the layer “${slot.name}” is stored as “${name}” [${tensor.dims.join(', ')}].`,
  );
}

type Stored = StoredLayer['weights'][number];

function byName({ slot, variable }: Place, weights: readonly Stored[]): Stored | null {
  const end = [...variable.within, variable.name].join('/');
  const found = weights.filter(({ name }) => {
    const parts = name.replace(/:\d+$/, '');
    return (parts === end || parts.endsWith(`/${end}`)) && parts.split('/').includes(slot.name);
  });
  return found.length === 1 ? (found[0] as Stored) : null;
}
