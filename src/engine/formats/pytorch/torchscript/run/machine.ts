/** What statements and built-in functions ask of the interpreter that runs them. */
import type { Expression, FunctionCode } from '../code/syntax';
import type { Context } from './context';
import type { DependsOnImage, Place } from './failure';
import type { UnknownValue, Value } from './values';

/** Variables of one call, and where it is in code and network. */
export interface Frame {
  readonly variables: Map<string, Value>;
  readonly code: FunctionCode;
  /** Path of the module that runs. */
  readonly path: string;
}

export interface Machine {
  readonly context: Context;
  /** Counts a step. */
  step(at: Place): void;
  /** Runs something that may hold others of its kind. */
  nested<T>(at: Place, run: () => T): T;
  place(frame: Frame, line: number): Place;
  evaluate(expression: Expression, frame: Frame): Value;
  truth(value: Value, at: Place): boolean | UnknownValue;
  /** A condition as it is known; throws DependsOnImage when it is not. */
  decide(condition: Expression, frame: Frame): boolean;
  undecided(value: UnknownValue, at: Place): DependsOnImage;
  /** What a check of the program asks for: a size that it names is asked of the caller, anything else is taken as given. */
  assume(value: UnknownValue, at: Place): void;
  attribute(value: Value, name: string, at: Place): Value;
  setItem(of: Value, index: Value, value: Value, at: Place): void;
  /** Numbers of constants that are no tensors to the code. */
  plain(value: Value): Value;
}
