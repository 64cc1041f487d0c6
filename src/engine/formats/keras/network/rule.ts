import type { LayerConfig } from '../config/model';
import { Settings } from '../config/settings';
import type { Variable } from '../weights/kerasWeights';
import type { LayerCall } from './layerCall';

/** What is known of a layer before it is called. */
export interface Description {
  readonly settings: Settings;
  readonly layer: LayerConfig;
  readonly version: number;
  /** The rule of another layer, which is inside this one. */
  ruleOf(layer: LayerConfig): LayerRule | undefined;
}

/** How one class of layers is brought into the graph. */
export interface LayerRule {
  /** What the class does, for the page of layers; empty where the name says it. */
  readonly about?: string;
  /** Its variables in the order in which Keras makes them. Throws Refused for settings that it cannot have. */
  variables?(description: Description): readonly Variable[];
  /** Writes the operators of one call; the last gives `c.output`. Throws Refused for what has no form in the graph. */
  write(c: LayerCall): void;
}

export type LayerRules = Readonly<Record<string, LayerRule>>;

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
