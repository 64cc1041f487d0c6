/** Weights by names such as `conv1/kernel`, as TensorFlow.js stores them. */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import {
  fits,
  type KerasWeights,
  type LayerSlot,
  slotLabel,
  slotsOf,
  type Variable,
  variableLabel,
} from './kerasWeights';

/** Other names that versions of Keras and TensorFlow.js have given to a variable. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  kernel: ['depthwise_kernel'],
  depthwise_kernel: ['kernel'],
  moving_variance: ['moving_var'],
  gamma: ['variable', 'Variable'],
};

/** `conv1/kernel:0` is `conv1/kernel`; number marks of one kind of name only. */
function plainName(name: string): string {
  return name.replace(/:\d+$/, '');
}

/** Names under which a variable may stand, the most likely first. */
function namesOf(slot: LayerSlot, path: readonly LayerSlot[], variable: Variable): readonly string[] {
  const models = path.slice(1).map(({ name }) => name);
  const spellings = [variable.name, ...(otherNames[variable.name] ?? [])];
  const inLayer = spellings.flatMap((name) => [
    [slot.name, ...variable.within, name].join('/'),
    [slot.name, name].join('/'),
  ]);
  return inLayer.flatMap((name) => [name, [...models, name].join('/')]);
}

/**
 * @param tensors by their names; a `:0` behind them is ignored.
 * @param source how messages name them: `model.json`.
 */
export function namedWeights(tensors: ReadonlyMap<string, Tensor>, source: string): KerasWeights {
  const byName = new Map([...tensors].map(([name, tensor]) => [plainName(name), tensor]));
  /** What stands between a layer and its variable (a cell, a model around it, a doubled name) need not be known. */
  const byEnds = new Map<string, Tensor | null>();
  for (const [name, tensor] of byName) {
    const parts = name.split('/');
    const last = parts.at(-1);
    for (const part of new Set(parts.slice(0, -1))) {
      const key = `${part}/${last}`;
      byEnds.set(key, byEnds.has(key) ? null : tensor);
    }
  }
  const find = (slot: LayerSlot, path: readonly LayerSlot[], variable: Variable): Tensor | undefined => {
    const names = namesOf(slot, path, variable);
    for (const name of names) {
      const tensor = byName.get(name);
      if (tensor) return tensor;
    }
    if (variable.within.length > 0) return undefined;
    return names.map((name) => byEnds.get(name)).find((tensor) => tensor) ?? undefined;
  };
  return {
    bind: (model) => {
      const bound = new Map<LayerSlot, readonly Tensor[]>();
      for (const { slot, path } of slotsOf(model)) {
        if (!slot.variables || slot.variables.length === 0) continue;
        const found = slot.variables.map((variable) => {
          const tensor = find(slot, path, variable);
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
        bound.set(slot, found);
      }
      return bound;
    },
  };
}
