/** Every class of layers that is read. Its page, docs/formats/keras.md, is written from here. */
import type { LayerRule, LayerRules } from '../network/rule';
import { activation } from './activation';
import { attention } from './attention';
import { convolution } from './convolution';
import { denseLayers } from './dense';
import { inference } from './inference';
import { merging } from './merging';
import { normalisation } from './normalisation';
import { pooling } from './pooling';
import { preprocessing } from './preprocessing';
import { shaping } from './shaping';
import { wrappers } from './wrappers';

export const layerFamilies: Readonly<Record<string, LayerRules>> = {
  Convolutions: convolution,
  'Dense layers': denseLayers,
  Pooling: pooling,
  Normalisation: normalisation,
  Activations: activation,
  Shapes: shaping,
  Merging: merging,
  Attention: attention,
  Preprocessing: preprocessing,
  Wrappers: wrappers,
  'In training only': inference,
};

const rules = new Map(Object.values(layerFamilies).flatMap((family) => Object.entries(family)));

/** The rule of a class, by a name out of a file. */
export function layerRule(className: string): LayerRule | undefined {
  return rules.get(className);
}
