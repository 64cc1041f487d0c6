/** A network as every version of Keras describes it, in one form: layers, and the calls that connect them. */
import type { Json, JsonObject } from '../../kit/json/json';

/** A tensor between layers: what a call of a layer gave. */
export class TensorReference {
  /**
   * @param layer by its name in the same model.
   * @param call which of the layer's calls.
   * @param index which of the call's tensors.
   */
  constructor(
    readonly layer: string,
    readonly call: number,
    readonly index: number,
  ) {}
}

/** What a layer is called with: values out of the description, with tensors in the places where they stand. */
export type Argument = TensorReference | null | boolean | number | string | readonly Argument[] | ArgumentObject;
export interface ArgumentObject {
  readonly [key: string]: Argument | undefined;
}

export interface Call {
  readonly args: readonly Argument[];
  readonly kwargs: ReadonlyMap<string, Argument>;
}

export interface LayerConfig {
  readonly className: string;
  /** Where Keras imports the class from; empty where the description does not say. */
  readonly module: string;
  /** `Custom>MyLayer` for what its author registered; empty where the description does not say. */
  readonly registeredName: string;
  readonly name: string;
  readonly config: JsonObject;
  /** False for a function of `keras.ops` that stands among the layers. */
  readonly isLayer: boolean;
  readonly calls: readonly Call[];
  /** The nested model that this is; null for a layer. */
  readonly model: ModelConfig | null;
}

export interface ModelConfig {
  readonly name: string;
  /** `Functional`, `Sequential`, or the name of a class made from them. */
  readonly className: string;
  readonly layers: readonly LayerConfig[];
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
}

/** All tensors in an argument, in its order. */
export function tensorsIn(argument: Argument | undefined): readonly TensorReference[] {
  if (argument instanceof TensorReference) return [argument];
  if (Array.isArray(argument)) return (argument as readonly Argument[]).flatMap(tensorsIn);
  if (typeof argument === 'object' && argument !== null) return Object.values(argument).flatMap(tensorsIn);
  return [];
}

/** The argument as JSON; null when there is a tensor in it. */
export function plain(argument: Argument | undefined): Json | undefined {
  if (argument === undefined) return undefined;
  return tensorsIn(argument).length > 0 ? null : (argument as Json);
}
