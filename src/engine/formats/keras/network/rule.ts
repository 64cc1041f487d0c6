import type { LayerConfig } from '../config/model';
import { Settings } from '../config/settings';
import type { Variable } from '../weights/kerasWeights';
import type { Description } from './layerCall';

export type { Description, LayerRule, LayerRules } from './layerCall';

/** A variable of the layer itself. */
export function variable(
  name: string,
  dims: readonly (number | null)[] | null = null,
  { trainable = true, within = [], attributes = [] }: Partial<Variable> = {},
): Variable {
  return { name, dims, trainable, within, attributes };
}

/** Those that are there. */
export function variables(...list: readonly (Variable | false | undefined)[]): readonly Variable[] {
  return list.filter((each): each is Variable => Boolean(each));
}

export function describe(layer: LayerConfig, version: number, ruleOf: Description['ruleOf']): Description {
  return { layer, version, settings: new Settings(layer.config), ruleOf };
}
