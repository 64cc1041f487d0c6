/** A TensorFlow graph as its files hold it: the records of a GraphDef, whatever its container and encoding are. */
import type { Tensor } from '../../../graph/ir/tensor';

/**
 * An attribute's value, by the field of AttrValue that it stands in. `type` is the number of a DataType (docs: tensorflow/core/framework/types.proto;
 * 1 float, 3 int32, …; + 100 for references); a `shape` is null when even the rank is unknown, a dimension null when its length is.
 */
export type TfAttribute =
  | { readonly kind: 's'; readonly value: string }
  | { readonly kind: 'i'; readonly value: number }
  | { readonly kind: 'f'; readonly value: number }
  | { readonly kind: 'b'; readonly value: boolean }
  | { readonly kind: 'type'; readonly value: number }
  | { readonly kind: 'shape'; readonly value: readonly (number | null)[] | null }
  /** A function's name. */
  | { readonly kind: 'func'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'list'; readonly value: readonly TfAttribute[] };

export interface TfNode {
  readonly name: string;
  /** As in tensorflow/core/ops: `Conv2D`. */
  readonly op: string;
  /** As in the file: `name` or `name:0` for the first output, `name:k`, `^name` (control). Inside a function also `node:output:index`. */
  readonly inputs: readonly string[];
  /** Missing ones have the default of the operator's definition. */
  readonly attributes: ReadonlyMap<string, TfAttribute>;
}

export interface TfFunction {
  readonly name: string;
  /** Names of the arguments, in their order. */
  readonly inputs: readonly string[];
  /** Names of the results, in their order. */
  readonly outputs: readonly string[];
  readonly nodes: readonly TfNode[];
  /** Result → value inside: `node:output:index`, or an argument. */
  readonly returns: ReadonlyMap<string, string>;
}

export interface GraphDef {
  readonly nodes: readonly TfNode[];
  readonly functions: ReadonlyMap<string, TfFunction>;
}

/**
 * A graph that can be computed: one list of nodes, no functions, every variable bound. What every container ends in and the operators
 * begin with. Values are named `node` (its first output) or `node:k`.
 */
export interface TfProgram {
  /** Inputs that control only are left out; there are no functions, variables, Consts or placeholders in it. */
  readonly nodes: readonly TfNode[];
  /** Consts and variables (float types are as they are stored), by value name. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Placeholders that the outputs depend on. */
  readonly inputs: readonly {
    readonly name: string;
    /** The number of a DataType. */
    readonly type: number;
    readonly shape: readonly (number | null)[] | null;
  }[];
  /** Values to compute, the likeliest logits or probabilities first. */
  readonly outputs: readonly string[];
}
