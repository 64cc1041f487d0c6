/** What of a network has weights. */

import { own } from '../../kit/json/json';
import type { LayerConfig, ModelConfig } from '../config/model';
import { Refused } from '../config/settings';
import { layerRule } from '../layers';
import type { LayerSlot, Variable } from '../weights/kerasWeights';
import { isKnown } from './known';
import { describe, type LayerRule } from './rule';

export interface Slots {
  readonly root: LayerSlot;
  readonly byLayer: ReadonlyMap<LayerConfig, LayerSlot>;
}

/** Functions among the layers have no weights and do not count in paths. */
export function slotsOfModel(model: ModelConfig, version: number): Slots {
  const byLayer = new Map<LayerConfig, LayerSlot>();
  const make = (each: ModelConfig, trainable: boolean): LayerSlot => ({
    name: each.name,
    className: each.className,
    trainable,
    variables: [],
    layers: each.layers.filter(({ isLayer }) => isLayer).map((layer) => slotOf(layer)),
  });
  const slotOf = (layer: LayerConfig): LayerSlot => {
    const trainable = own(layer.config, 'trainable') !== false;
    const slot = layer.model
      ? { ...make(layer.model, trainable), name: layer.name }
      : { name: layer.name, className: layer.className, trainable, variables: variablesOf(layer, version), layers: [] };
    byLayer.set(layer, slot);
    return slot;
  };
  return { root: make(model, true), byLayer };
}

/** null for a class that is not known, or settings that it cannot have: such a layer becomes an unsupported node. */
function variablesOf(layer: LayerConfig, version: number): readonly Variable[] | null {
  const rule = knownRule(layer);
  if (!rule) return layer.className === 'InputLayer' ? [] : null;
  try {
    return rule.variables?.(describe(layer, version, knownRule)) ?? [];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}

/** The rule of a layer, when it is Keras' own. */
export function knownRule(layer: LayerConfig): LayerRule | undefined {
  return isKnown(layer) ? layerRule(layer.className) : undefined;
}
