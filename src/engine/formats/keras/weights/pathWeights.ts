/**
 * Weights of Keras 3: a path for each layer, of its class and a number (`layers/conv2d_1/vars/0`), with its own name beside it in newer
 * files.
 */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import { snakeCase } from '../config/layerLists';
import { fits, type KerasWeights, type LayerSlot, slotLabel, type Variable, variableLabel } from './kerasWeights';

/** A group of the file: groups and variables inside it. */
export interface WeightGroup {
  /** The name of the layer that the variables in it belong to; null where the file does not say. */
  readonly layerName: string | null;
  readonly groups: ReadonlyMap<string, WeightGroup>;
  /** By their names, which are numbers from 0 on. */
  tensor(name: string): Tensor | undefined;
}

/** The groups that hold a model's layers; the second one in files of 2022. */
const containers = ['layers', '_layer_checkpoint_dependencies'];

/** Classes that descriptions call otherwise than Keras' code does. */
const otherClasses: ReadonlyMap<string, string> = new Map([['GroupQueryAttention', 'GroupedQueryAttention']]);

export function pathWeights(root: WeightGroup, source: string): KerasWeights {
  return {
    bind: (model) => {
      const bound = new Map<LayerSlot, readonly Tensor[]>();
      bindModel(model, root, [], source, bound);
      return bound;
    },
  };
}

function bindModel(
  model: LayerSlot,
  group: WeightGroup,
  path: readonly LayerSlot[],
  source: string,
  bound: Map<LayerSlot, readonly Tensor[]>,
): void {
  const list = containers.map((name) => group.groups.get(name)).find((each) => each) ?? emptyGroup;
  const byName = namedGroups(list);
  const numbers = new Map<string, number>();
  const inside = [...path, model];
  for (const slot of model.layers) {
    const kind = snakeCase(otherClasses.get(slot.className) ?? slot.className);
    const number = numbers.get(kind) ?? 0;
    numbers.set(kind, number + 1);
    const counted = list.groups.get(number === 0 ? kind : `${kind}_${number}`);
    const own = byName.get(slot.name) ?? counted ?? emptyGroup;
    if (slot.layers.length > 0) bindModel(slot, own, inside, source, bound);
    if (slot.variables && slot.variables.length > 0)
      bound.set(slot, tensorsOf(slot, slot.variables, own, inside, source));
  }
}

const emptyGroup: WeightGroup = { layerName: null, groups: new Map(), tensor: () => undefined };

/** Groups by the names of their layers, where each is there once. */
function namedGroups(list: WeightGroup): ReadonlyMap<string, WeightGroup> {
  const named = new Map<string, WeightGroup>();
  const twice = new Set<string>();
  for (const group of list.groups.values()) {
    const name = group.groups.get('vars')?.layerName;
    if (name == null) continue;
    if (named.has(name)) twice.add(name);
    named.set(name, group);
  }
  for (const name of twice) named.delete(name);
  return named;
}

function tensorsOf(
  slot: LayerSlot,
  variables: readonly Variable[],
  group: WeightGroup,
  path: readonly LayerSlot[],
  source: string,
): readonly Tensor[] {
  const taken = new Map<string, number>();
  return variables.map((variable) => {
    const place = variable.attributes.join('/');
    const index = taken.get(place) ?? 0;
    taken.set(place, index + 1);
    let at: WeightGroup | undefined = group;
    for (const attribute of variable.attributes) at = at?.groups.get(attribute) ?? at?.groups.get(`_${attribute}`);
    const tensor = at?.groups.get('vars')?.tensor(String(index));
    const label = slotLabel(path, slot);
    if (!tensor) {
      throw new CheckpointError(
        `${source} lacks weights: there is no ${variableLabel(variable)} of the layer “${label}”.`,
      );
    }
    if (!fits(variable, tensor)) {
      throw new CheckpointError(
        `${source} does not fit its network: ${variableLabel(variable)} of the layer “${label}” is stored as [${tensor.dims.join(', ')}].`,
      );
    }
    return tensor;
  });
}
