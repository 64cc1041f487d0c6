/** What a rule may ask of a call, and how it writes nodes for it. */
import type { AttributeValue } from '../../../../graph/ir/graph';
import { fromNumbers } from '../../../../graph/ir/numbers';
import { type Dim, float32, type Tensor } from '../../../../graph/ir/tensor';
import type { OperatorWriter } from '../../../kit/graph/operatorWriter';
import type { AtenCall } from '../call';
import { CallArguments, type ProgramState, type Size } from './callArguments';
import { type GraphDType, graphType, isFloating, numberOf } from './dtypes';
import { axisOf } from './inferring';
import type { Arguments } from './schema';

export { type Operand, type ProgramState, type Size, Unsupported } from './callArguments';

type Attributes = Readonly<Record<string, AttributeValue>>;

export class CallContext extends CallArguments {
  /** What users call what the nodes stand for, where that is not the operator of the node that gives the output. */
  shownAs: string | undefined;

  constructor(
    call: AtenCall,
    bound: Arguments,
    state: ProgramState,
    readonly w: OperatorWriter,
  ) {
    super(call, bound, state);
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
