/**
 * The one inner form of every checkpoint: an SSA graph of standard ONNX operators (opset 21 semantics), NCHW for images,
 * constants as typed arrays. Graphs are values: a pass returns a new one and never changes its argument.
 */
import type { Tensor, ValueType } from './tensor';

export type AttributeValue = number | string | readonly number[] | readonly string[] | Tensor;

/** One application of a standard operator. Optional inputs and unused outputs are the empty string. */
export interface Node {
  /** ONNX operator name of the default domain, e.g. `Conv`. */
  readonly op: string;
  /** The node's name in the source format, for messages. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The nested graphs of If, Loop and Scan, by attribute name; binding puts their nodes in the node's place. */
  readonly bodies?: Readonly<Record<string, Body>>;
  /**
   * Set where an operator of the checkpoint was decomposed: on the node that gives its output, the operator's name in the checkpoint; null
   * on the steps inside it, whose outputs are no values of the checkpoint.
   */
  readonly shownAs?: string | null;
  /** Why the reader could not bring this node into the inner form, to follow its operator's name in a sentence. */
  readonly unsupported?: string;
}

/**
 * A nested graph. Its values have names of their own in the whole graph and may be computed from values around it, which stand behind the
 * inputs of the node that holds it.
 */
export interface Body {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
}

export interface GraphInput {
  readonly name: string;
  readonly type: ValueType;
}

export interface Graph {
  readonly inputs: readonly GraphInput[];
  /** Names of the values that the graph computes for its user. */
  readonly outputs: readonly string[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Element type and shape of every value, once shapes are inferred; values of an unbound graph may be missing. */
  readonly types: ReadonlyMap<string, ValueType>;
  /**
   * True for a graph that computes images as N×H×W×C, with a Transpose on either side of each operator that ONNX has for N×C×H×W only.
   * Binding moves its values to N×C×H×W, under their names, as far as that is only another order of axes.
   */
  readonly channelsLast?: boolean;
}
