/** DeepLIFT's building blocks: multipliers m with Σ m·Δx = Δy, Δ the difference from the reference. */
import type { BackwardContext, BackwardRule } from '../../ops/definition';
import { standard } from '../standard';

/** A rule's context, and the values that the reference input gives. */
export interface Rescaling extends BackwardContext {
  /** The value for the reference input; a value that does not depend on the input is its own. */
  reference(name: string): string;
  /** Differences smaller than this count as none: the gradient stands for the multiplier. */
  readonly threshold: number;
}

export const add = (r: BackwardContext, a: string, b: string) => r.emit('Add', [a, b]);
export const subtract = (r: BackwardContext, a: string, b: string) => r.emit('Sub', [a, b]);
export const multiply = (r: BackwardContext, a: string, b: string) => r.emit('Mul', [a, b]);
export const divide = (r: BackwardContext, a: string, b: string) => r.emit('Div', [a, b]);

/** x − x'. */
export const difference = (r: Rescaling, name: string) => subtract(r, name, r.reference(name));

/** (x + x')/2. */
export function middle(r: Rescaling, name: string): string {
  const reference = r.reference(name);
  return reference === name ? name : multiply(r, add(r, name, reference), r.scalar(0.5));
}

/** contribution/Δx where |Δx| reaches the threshold, the gradient elsewhere. */
export function overDifference(r: Rescaling, contribution: string, dx: string, gradient: string): string {
  const none = r.emit('Less', [r.emit('Abs', [dx]), r.scalar(r.threshold)]);
  return r.emit('Where', [none, gradient, divide(r, contribution, dx)]);
}

/** What {@link own} puts in the place of the node's own values; `indices` are the second output of a MaxPool. */
export interface Given {
  readonly g?: string;
  readonly inputs?: readonly string[];
  readonly y?: string;
  readonly indices?: string | undefined;
}

/** The operator's own gradients, with other values in the place of the node's. */
export function own(r: BackwardContext, { g, inputs = r.node.inputs, y, indices }: Given): readonly (string | null)[] {
  return (standard[r.node.op] as BackwardRule)({
    ...r,
    node: { ...r.node, inputs },
    x: (index = 0) => inputs[index] ?? r.x(index),
    ...(g !== undefined && { g: () => g }),
    ...(y !== undefined && { y: () => y }),
    ...(indices !== undefined && { extraOutput: () => indices }),
  });
}
