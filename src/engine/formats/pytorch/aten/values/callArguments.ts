/** The arguments of a call, as the rules for operators want them. */
import type { Tensor } from '../../../../graph/ir/tensor';
import type { AtenArgument, AtenCall } from '../call';
import { type GraphDType, graphType, scalarType } from './dtypes';
import { type Arguments, damaged, isList, isValue } from './schema';
import type { Types } from './types';

/** A call that is right but has no counterpart here; the message completes the sentence `The operator … <why>`. */
export class Unsupported extends Error {}

/** A size: a number, or the name of an int64 scalar that follows the input's size. */
export type Size = number | string;

/** A number, or a value by its name. */
export type Operand = number | boolean | { readonly value: string };

/** What all calls of a program share. */
export interface ProgramState {
  readonly types: Types;
  /** Integers that are known before sizes are bound, by the values that they are. */
  readonly numbers: Map<string, number>;
  /** Program constants that are in the graph. */
  constant(value: string): Tensor | undefined;
  /** What the container says of a value, if it does. */
  declared(value: string): GraphDType | undefined;
  note(sentence: string): void;
  /** A new value name that starts with `hint`. */
  fresh(hint: string): string;
}

/** An integer; those beyond 2^53 are marks for “to the end”. */
function wholeNumber(value: AtenArgument): number | undefined {
  if (typeof value !== 'number' || !(Number.isInteger(value) || Math.abs(value) === Number.POSITIVE_INFINITY))
    return undefined;
  const most = Number.MAX_SAFE_INTEGER;
  return Math.max(-most, Math.min(most, value));
}

export abstract class CallArguments {
  constructor(
    readonly call: AtenCall,
    private readonly bound: Arguments,
    readonly state: ProgramState,
  ) {}

  /** Name of a scalar constant. */
  abstract number(value: number, dtype: GraphDType): string;

  unsupported(why: string): never {
    throw new Unsupported(why);
  }

  // Arguments

  private argument(name: string): AtenArgument {
    const argument = this.bound.get(name);
    if (argument === undefined) throw new Error(`The schema of ${this.call.op} has no “${name}”.`);
    return this.resolved(argument);
  }

  private resolved(argument: AtenArgument): AtenArgument {
    if (isList(argument)) return argument.map((item) => this.resolved(item));
    if (!isValue(argument)) return argument;
    return this.state.numbers.get(argument.value) ?? argument;
  }

  protected wrong(name: string, what: string): never {
    throw damaged(`the ${name} of “${this.call.outputs[0] ?? ''}” (${this.call.op}) is ${what}`);
  }

  /** True when the operator's schema has that parameter. */
  has(name: string): boolean {
    return this.bound.has(name);
  }

  isGiven(name: string): boolean {
    return this.argument(name) !== null;
  }

  /** Name of a value; a number becomes a constant. */
  tensor(name: string): string {
    return this.optional(name) ?? this.wrong(name, 'no tensor');
  }

  optional(name: string): string | undefined {
    const argument = this.argument(name);
    if (argument === null) return undefined;
    if (isValue(argument)) return argument.value;
    if (typeof argument === 'number' || typeof argument === 'boolean') return this.constantOf(argument);
    return this.wrong(name, 'no tensor');
  }

  private constantOf(value: number | boolean): string {
    if (typeof value === 'boolean') return this.number(value ? 1 : 0, 'bool');
    return this.number(value, Number.isInteger(value) ? 'int64' : 'float32');
  }

  tensors(name: string): string[] {
    const argument = this.argument(name);
    if (!isList(argument)) return [this.tensor(name)];
    return argument.map((item) => {
      if (isValue(item)) return item.value;
      if (typeof item === 'number' || typeof item === 'boolean') return this.constantOf(item);
      return this.wrong(name, 'no list of tensors');
    });
  }

  /** As {@link tensors}, with undefined for null. */
  optionalTensors(name: string): (string | undefined)[] {
    const argument = this.argument(name);
    if (!isList(argument)) return [this.tensor(name)];
    return argument.map((item) =>
      isValue(item) ? item.value : item === null ? undefined : this.wrong(name, 'no list of tensors'),
    );
  }

  operand(name: string): Operand {
    const argument = this.argument(name);
    if (typeof argument === 'number' || typeof argument === 'boolean' || isValue(argument)) return argument;
    return this.wrong(name, 'no number');
  }

  /** A number that is known. */
  float(name: string): number {
    const argument = this.argument(name);
    if (typeof argument === 'boolean') return argument ? 1 : 0;
    if (typeof argument === 'number') return argument;
    // Python's JSON spells these numbers as texts.
    if (argument === 'Infinity' || argument === 'inf') return Number.POSITIVE_INFINITY;
    if (argument === '-Infinity' || argument === '-inf') return Number.NEGATIVE_INFINITY;
    if (argument === 'NaN' || argument === 'nan') return Number.NaN;
    if (isValue(argument))
      return this.constantNumber(argument.value) ?? this.unsupported(`takes its ${name} from the data`);
    return this.wrong(name, 'no number');
  }

  /** The value of a constant with one element. */
  private constantNumber(value: string): number | undefined {
    const tensor = this.state.constant(value);
    const [only, ...others] =
      tensor && tensor.dims.length === 0 ? Array.from(tensor.data as ArrayLike<number | bigint>, Number) : [];
    return others.length === 0 ? only : undefined;
  }

  int(name: string): number {
    const value = this.float(name);
    return wholeNumber(value) ?? this.wrong(name, `${value}, no integer`);
  }

  bool(name: string): boolean {
    return this.float(name) !== 0;
  }

  text(name: string): string {
    const argument = this.argument(name);
    return typeof argument === 'string' ? argument : this.wrong(name, 'no text');
  }

  optionalText(name: string): string | undefined {
    return this.isGiven(name) ? this.text(name) : undefined;
  }

  optionalInt(name: string): number | undefined {
    return this.isGiven(name) ? this.int(name) : undefined;
  }

  optionalFloat(name: string): number | undefined {
    return this.isGiven(name) ? this.float(name) : undefined;
  }

  /** Sizes, of which some may follow the input's. */
  sizes(name: string): Size[] {
    const argument = this.argument(name);
    const items = isList(argument) ? argument : argument === null ? [] : [argument];
    return items.map((item) => {
      if (isValue(item)) return item.value;
      const whole = wholeNumber(item);
      return whole ?? this.wrong(name, 'no list of integers');
    });
  }

  size(name: string): Size {
    return this.sizes(name)[0] ?? this.wrong(name, 'no integer');
  }

  /** Integers that are known. */
  ints(name: string): number[] {
    return this.sizes(name).map((size) =>
      typeof size === 'number' ? size : this.unsupported(`takes its ${name} from the data`),
    );
  }

  floats(name: string): number[] {
    const argument = this.argument(name);
    if (!isList(argument)) return argument === null ? [] : [this.float(name)];
    return argument.map((item) =>
      typeof item === 'number' ? item : this.unsupported(`takes its ${name} from the data`),
    );
  }

  /** One integer for each of `count` axes; a single one counts for all. */
  each(name: string, count: number): number[] {
    const values = this.ints(name);
    if (values.length === 1) return new Array<number>(count).fill(values[0] as number);
    return values.length === count ? values : this.wrong(name, `a list of ${values.length} where ${count} are needed`);
  }

  /** The element type that an argument names; undefined for null. */
  dtypeArgument(name: string): GraphDType | undefined {
    const argument = this.argument(name);
    if (argument === null) return undefined;
    const dtype = typeof argument === 'number' ? scalarType(argument) : undefined;
    if (typeof argument === 'string') return graphType(argument as never);
    return dtype ? graphType(dtype) : this.unsupported('computes with elements of a type that is not supported');
  }
}
