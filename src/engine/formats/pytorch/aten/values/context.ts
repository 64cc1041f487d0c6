/** What a rule may ask of a call, and how it writes nodes for it. */
import type { AttributeValue } from '../../../../graph/ir/graph';
import { fromNumbers } from '../../../../graph/ir/numbers';
import { type Dim, float32, type Tensor } from '../../../../graph/ir/tensor';
import type { OperatorWriter } from '../../../kit/graph/operatorWriter';
import type { AtenArgument, AtenCall } from '../call';
import { type GraphDType, graphType, isFloating, numberOf, scalarType } from './dtypes';
import { axisOf } from './inferred';
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

type Attributes = Readonly<Record<string, AttributeValue>>;

export class CallContext {
  /** What users call what the nodes stand for, where that is not the operator of the node that gives the output. */
  shownAs: string | undefined;

  constructor(
    readonly call: AtenCall,
    private readonly bound: Arguments,
    readonly state: ProgramState,
    readonly w: OperatorWriter,
  ) {}

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

  private wrong(name: string, what: string): never {
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

  // What is known of values

  dims(value: string): readonly Dim[] | undefined {
    return this.state.types.dims(value);
  }

  rank(value: string): number {
    return this.dims(value)?.length ?? this.unsupported(`reads “${value}”, of which the number of axes is not known`);
  }

  dtype(value: string): GraphDType {
    return graphType(this.state.types.dtype(value) ?? 'float32');
  }

  isFloat(value: string): boolean {
    return isFloating(this.dtype(value));
  }

  /** The axis that an argument names, counted from the front. */
  axis(name: string, value: string, extra = 0): number {
    return this.axisAt(this.int(name), this.rank(value) + extra);
  }

  axisAt(axis: number, rank: number): number {
    const place = axisOf(axis, rank);
    return Number.isNaN(place) ? this.wrong('dim', `${axis} of a value with ${rank} axes`) : place;
  }

  /** The axes that an argument names, all of them where it is null or empty. */
  axes(name: string, value: string): number[] {
    const rank = this.rank(value);
    const named = this.isGiven(name) ? this.ints(name) : [];
    if (named.length === 0) return Array.from({ length: rank }, (_, axis) => axis);
    return named.map((axis) => this.axisAt(axis, rank));
  }

  /** The length of an axis. */
  length(value: string, axis: number): Size {
    const place = this.axisAt(axis, this.rank(value));
    const known = this.dims(value)?.[place];
    return known ?? this.emit('Gather', [this.emit('Shape', [value]), this.w.int(place)], { axis: 0 });
  }

  /** The length of an axis that has to be known before sizes are bound. */
  fixedLength(value: string, axis: number): number {
    const length = this.dims(value)?.[this.axisAt(axis, this.rank(value))];
    return length ?? this.unsupported('depends on a size that follows the input');
  }

  constant(value: string): Tensor | undefined {
    return this.state.constant(value);
  }

  // Writing

  emit(op: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const name = this.w.emit(op, inputs, attributes, output);
    this.follow();
    return name;
  }

  /** As `emit`, for a step that is a layer to users all the same. */
  show(name: string, op: string, inputs: readonly string[], shownAs: string, attributes: Attributes = {}): string {
    const output = this.w.show(name, op, inputs, shownAs, attributes);
    this.follow();
    return output;
  }

  emitMany(op: string, inputs: readonly string[], count: number, attributes: Attributes = {}): string[] {
    const outputs = this.w.emitMany(op, inputs, count, attributes);
    this.follow();
    return outputs;
  }

  private follow(): void {
    const node = this.w.nodes.at(-1);
    if (node) this.state.types.follow(node);
  }

  /** True when something reads the call's output. */
  wants(index: number): boolean {
    return (this.call.outputs[index] ?? '') !== '';
  }

  /** One more node, whose output is the call's; nothing where the program leaves that out. */
  give(op: string, inputs: readonly string[], attributes: Attributes = {}, index = 0): void {
    const output = this.call.outputs[index] ?? '';
    if (output !== '') this.emit(op, inputs, attributes, output);
  }

  /** A node that gives all of the call's outputs. */
  giveAll(op: string, inputs: readonly string[], attributes: Attributes = {}): void {
    const { layer, outputs: own } = this.call;
    const outputs = own.map((output) => output || this.state.fresh(op));
    this.w.nodes.push({ op, name: layer ?? outputs[0] ?? '', inputs, outputs, attributes });
    this.follow();
  }

  /** The value itself is the call's output. */
  same(value: string, index = 0): void {
    this.give('Identity', [value], {}, index);
  }

  /** An integer: where it is known, nothing has to compute it. */
  giveSize(size: Size, index = 0): void {
    const output = this.call.outputs[index] ?? '';
    if (output === '') return;
    if (typeof size === 'number') this.state.numbers.set(output, size);
    else this.same(size, index);
  }

  scalar(value: number): string {
    return this.number(value, 'float32');
  }

  int64(value: number): string {
    return this.number(value, 'int64');
  }

  ints64(...values: readonly number[]): string {
    return this.w.ints(...values);
  }

  /** A scalar constant of any type. */
  number(value: number, dtype: GraphDType): string {
    if (dtype === 'float32') return this.w.scalar(value);
    if (dtype === 'int64' && Number.isInteger(value)) return this.w.int(value);
    return this.w.constant('scalar', fromNumbers(dtype, [], [value]));
  }

  floats32(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.w.constant('floats', float32(dims, Float32Array.from(values)));
  }

  tensorConstant(hint: string, tensor: Tensor): string {
    return this.w.constant(hint, tensor);
  }

  cast(value: string, dtype: GraphDType): string {
    const known = this.state.types.dtype(value);
    return known !== undefined && graphType(known) === dtype
      ? value
      : this.emit('Cast', [value], { to: numberOf(dtype) });
  }

  /** Sizes as one int64 value with an element for each. */
  shape(sizes: readonly Size[]): string {
    if (sizes.every((size) => typeof size === 'number')) return this.w.ints(...(sizes as number[]));
    const parts: string[] = [];
    let run: number[] = [];
    const flush = () => {
      if (run.length > 0) parts.push(this.w.ints(...run));
      run = [];
    };
    for (const size of sizes) {
      if (typeof size === 'number') run.push(size);
      else {
        flush();
        parts.push(this.emit('Unsqueeze', [this.cast(size, 'int64'), this.w.ints(0)]));
      }
    }
    flush();
    const shape = parts.length === 1 ? (parts[0] as string) : this.emit('Concat', parts, { axis: 0 });
    this.state.types.setSizes(
      shape,
      sizes.map((size) => (typeof size === 'number' ? size : null)),
    );
    return shape;
  }

  transpose(value: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? value : this.emit('Transpose', [value], { perm });
  }

  slice(value: string, axis: number, start: Size, end: Size, step = 1): string {
    return this.emit('Slice', this.sliceInputs(value, axis, start, end, step));
  }

  sliceInputs(value: string, axis: number, start: Size, end: Size, step = 1): string[] {
    const inputs = [value, this.shape([start]), this.shape([end]), this.ints64(axis)];
    return step === 1 ? inputs : [...inputs, this.ints64(step)];
  }
}
