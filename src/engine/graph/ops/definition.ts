/** What the engine knows about one operator: its shapes, its value when the inputs are constant, and its backward rule. */
import type { AttributeValue, Node } from '../ir/graph';
import type { DType, Tensor, ValueType } from '../ir/tensor';

/** What shape inference of one node may look at. All sizes are numbers: graphs are inferred after binding. */
export interface InferContext {
  readonly node: Node;
  readonly inputCount: number;
  /** True when the optional input is given. */
  has(index: number): boolean;
  dims(index: number): readonly number[];
  dtype(index: number): DType;
  /** The input's value, when it is known before the graph runs. */
  value(index: number): Tensor | undefined;
  /** The integers of a shape-like input; undefined when the input is not given, a failure when its value depends on the data. */
  ints(index: number): readonly number[] | undefined;
  /** An axis of input `index`, negative ones counted from the end, checked. */
  axis(axis: number, rank: number): number;
  /** Throws CheckpointError: the node contradicts its operator. */
  fail(message: string): never;
}

/** Nodes and constants in front of the one that is looked at. */
export interface Additions {
  /** Appends a node and gives the name of its output. */
  emit(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, AttributeValue>>): string;
  /** Name of a one-dimensional int64 constant. */
  ints(values: readonly number[]): string;
  /** Name of a constant. */
  tensor(value: Tensor): string;
}

/** What a backward rule may use. Values are named; every `emit` appends one node to the graph. */
export interface BackwardContext {
  readonly node: Node;
  /** Name of an input of the node. */
  x(index?: number): string;
  /** Name of an output of the node. */
  y(index?: number): string;
  /** Gradient with respect to output `index`, in its shape; throws when that output has none. */
  g(index?: number): string;
  hasGradient(index: number): boolean;
  /** True when the gradient with respect to this input is needed. */
  wanted(index: number): boolean;
  /** True when the value depends on a graph input through floating-point values, whatever is wanted: false for weights. */
  varies(name: string): boolean;
  /** The forward node that computes a value; undefined for graph inputs and constants. */
  producer(name: string): Node | undefined;
  /** The forward node that reads a value, when it is the only one on the way to what is differentiated, and the value not that itself. */
  consumer(name: string): Node | undefined;
  has(index: number): boolean;
  /** Sizes at the reference batch; the batch place is free when the program runs. */
  dims(name: string): readonly number[];
  dtype(name: string): DType;
  /** The value of a constant of the graph. */
  constant(name: string): Tensor | undefined;
  emit(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, AttributeValue>>): string;
  emitMany(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): string[];
  /** A scalar float32 constant. */
  scalar(value: number): string;
  /** A one-dimensional int64 constant. */
  ints(values: readonly number[]): string;
  tensor(value: Tensor): string;
  /** Name of an output that the forward node may leave out (MaxPool's Indices): the node gets it. */
  extraOutput(index: number, dtype: DType, dims: readonly number[]): string;
  /** Throws UnsupportedOperatorError: this use of the operator has no gradient here. */
  unsupported(why: string): never;
}

/** Gradients with respect to the inputs, null where there is none (or it is not wanted); trailing ones may be left out. */
export type BackwardRule = (b: BackwardContext) => readonly (string | null)[];

export interface OperatorDefinition {
  /** How many inputs the node must have: the first ones all given, and no more than the second number (the same when it is left out). */
  readonly inputs?: readonly [least: number, most?: number];
  /** Element type and shape of each output. */
  readonly infer: (c: InferContext) => readonly ValueType[];
  /** The outputs for constant inputs, or null when this use is left to the runtime. */
  readonly fold?: (inputs: readonly (Tensor | undefined)[], node: Node) => readonly Tensor[] | null;
  /**
   * The node in the one form that passes, rules and runtimes know, once sizes are known: automatic padding spelt out, or an operator that is
   * defined by others decomposed into them. The node given back computes the outputs; those in front of it are added. What only one runtime
   * lacks is decomposed by that runtime.
   */
  readonly explicit?: (c: InferContext, add: Additions) => Node;
  /** Integers that carry a gradient: 'made' here from floating-point numbers, or quantised ones of the first input 'moved' about. */
  readonly quantised?: 'made' | 'moved';
  /** Inputs by place that count as constants for the rule, although the outputs depend on them: no gradient flows to them. */
  readonly constants?: Readonly<Record<number, string>>;
  /** Vector–Jacobian product as more nodes; absent when the operator has none here. */
  readonly backward?: BackwardRule;
}

export type Operators = Readonly<Record<string, OperatorDefinition>>;

/** The rule of operators whose outputs do not depend continuously on their inputs: no gradient flows. */
export const noGradient: BackwardRule = () => [];
