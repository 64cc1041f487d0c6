/** A program of PyTorch operators as its containers give it: straight-line calls in SSA form. */
import type { Tensor, ValueType } from '../../../graph/ir/tensor';

/** A value that an earlier call gave (a tensor, or an integer that follows the input's size), or that the program is given. */
export interface AtenValue {
  readonly value: string;
}

/**
 * An argument: a number is an int or a float by what the operator's schema wants. Constants that are tensors are {@link AtenValue}s. An
 * element type is c10's number for it, as in TorchScript (6 for float), or its name (`float32`).
 */
export type AtenArgument = AtenValue | number | boolean | string | null | readonly AtenArgument[];

export interface AtenCall {
  /** Without namespace and overload: `conv2d`, `add`, `max_pool2d_with_indices`; `_operator.add` and the like as `operator.add`. */
  readonly op: string;
  /** `default`, `Tensor`, `Scalar`, `int` …; empty where the container does not tell. */
  readonly overload: string;
  /** In the order of the operator's schema. */
  readonly positional: readonly AtenArgument[];
  /** By the schema's names. */
  readonly named: ReadonlyMap<string, AtenArgument>;
  /** Names of the results, each once in the program; empty for one that nothing reads. A list (`chunk`, `split`) has one name for each item. */
  readonly outputs: readonly string[];
  /** The layer that users know the result by, where it is not the first output's name: a module's path, `layer1.0.relu`. */
  readonly layer?: string;
  /** What users call it, where that is not the operator: the class of a module, `Bottleneck`. */
  readonly shownAs?: string;
}

export interface AtenProgram {
  readonly calls: readonly AtenCall[];
  /** Parameters, buffers and constants by value name. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Tensors that the caller feeds. */
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly dims: readonly (number | null)[];
  }[];
  /** Element types and shapes of values as far as the container tells them. */
  readonly types?: ReadonlyMap<string, ValueType>;
  /** Tensors that the program gives its caller, flattened out of tuples, lists and dictionaries in their order. */
  readonly outputs: readonly string[];
}
