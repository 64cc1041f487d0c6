/** What a value of a graph with functions and branches is in the graph without them. */

export type Value =
  /** A value of the program, or a constant of it. */
  | { readonly kind: 'value'; readonly name: string }
  /** The handle of a variable, by its name. */
  | { readonly kind: 'handle'; readonly variable: string }
  /** What a branch gives that does not run. */
  | { readonly kind: 'dead' };

export const dead: Value = { kind: 'dead' };
export const live = (name: string): Value => ({ kind: 'value', name });

/** A node's outputs. */
export type Outputs = (index: number) => Value;
