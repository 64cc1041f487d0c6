/** One operator of the file, as the rule that brings it into the graph sees it. */
import type { AttributeValue } from '../../../graph/ir/graph';
import { toNumbers } from '../../../graph/ir/numbers';
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import type { OperatorWriter } from '../../kit/graph/operatorWriter';
import type { OperatorRecord, Quantisation } from '../schema/model';
import { Unsupported, type Values } from './values';

/** The results of an operator, in the order of its outputs; names of values without a name of the file. */
export type Rule = (o: Operation) => string | readonly string[];

/** Shapes, axes and such take no more numbers than this; tables of indices may. */
const mostNumbers = 1 << 20;

export class Operation {
  readonly type: string;
  readonly inputCount: number;
  readonly outputCount: number;
  /** True when the rule gave a constant. */
  isConstant = false;

  constructor(
    private readonly record: OperatorRecord,
    private readonly values: Values,
    readonly w: OperatorWriter,
  ) {
    this.type = record.type;
    this.inputCount = record.inputs.length;
    this.outputCount = record.outputs.length;
  }

  /** Throws Unsupported: the operator stays as it is, and is named when the logits depend on it. */
  unsupported(why: string): never {
    throw new Unsupported(why);
  }

  has(index: number): boolean {
    return (this.record.inputs[index] ?? -1) >= 0;
  }

  /** Which input the numbers come from that an operator moves about: behind the axis for SPLIT. */
  get dataInput(): number {
    return this.type === 'SPLIT' ? 1 : 0;
  }

  /** The value of an input, quantised ones as real numbers. */
  input(index: number): string {
    return this.values.value(this.tensor(index));
  }

  /** As {@link input}; the empty string when it is left out. */
  optional(index: number): string {
    return this.has(index) ? this.input(index) : '';
  }

  get inputs(): readonly string[] {
    return this.record.inputs.map((_, index) => this.input(index));
  }

  dims(index: number): readonly (number | null)[] {
    return this.values.record(this.tensor(index)).dims;
  }

  rank(index: number): number {
    return this.dims(index).length;
  }

  /** A length that the file has to say. */
  length(index: number, axis: number): number {
    const dims = this.dims(index);
    return (
      dims.at(axis) ?? this.unsupported(`reads a value of [${dims.join(', ')}], whose length on axis ${axis} is open`)
    );
  }

  dtype(index: number) {
    return this.values.dtype(this.tensor(index));
  }

  outputDtype(index = 0) {
    return this.values.dtype(this.outputTensor(index));
  }

  outputDims(index = 0): readonly (number | null)[] {
    return this.values.record(this.outputTensor(index)).dims;
  }

  quantisation(index: number): Quantisation | null {
    return this.values.quantisation(this.tensor(index));
  }

  outputQuantisation(index: number): Quantisation | null {
    return this.values.quantisation(this.outputTensor(index));
  }

  outputStoredType(index: number) {
    return this.values.storedType(this.outputTensor(index));
  }

  /** What an input holds that has data; null for one that is computed. */
  constant(index: number): Tensor | null {
    return this.has(index) ? this.values.constant(this.tensor(index)) : null;
  }

  /** Makes the output a constant, for others to find it as one, in place of a result. */
  giveConstant(tensor: Tensor): readonly [] {
    this.values.setConstant(this.outputTensor(0), tensor);
    this.isConstant = true;
    return [];
  }

  /** Whole numbers that decide shapes. */
  ints(index: number): readonly number[] {
    const tensor = this.constant(index);
    if (!tensor) this.unsupported(`takes its input ${index} from what it computes`);
    if (elementCount(tensor.dims) > mostNumbers)
      this.unsupported(`has an input ${index} of ${elementCount(tensor.dims)} numbers`);
    const numbers = Array.from(toNumbers(tensor));
    return numbers.every(Number.isSafeInteger) ? numbers : this.unsupported(`has an input ${index} of broken numbers`);
  }

  /** Input of sizes as one-dimensional int64 value, whether it is known or computed. */
  sizes(index: number): string {
    if (this.constant(index)) return this.w.ints(...this.ints(index));
    const flat =
      this.rank(index) === 1 ? this.input(index) : this.w.emit('Reshape', [this.input(index), this.w.ints(-1)]);
    return this.w.emit('Cast', [flat], { to: 7 });
  }

  byteOption(field: number, fallback = 0): number {
    return this.record.options?.byte(field, fallback) ?? fallback;
  }

  intOption(field: number, fallback = 0): number {
    return this.record.options?.int(field, fallback) ?? fallback;
  }

  floatOption(field: number, fallback = 0): number {
    return this.record.options?.float(field, fallback) ?? fallback;
  }

  flagOption(field: number): boolean {
    return this.record.options?.flag(field) ?? false;
  }

  intsOption(field: number): readonly number[] {
    return this.record.options?.ints(field) ?? [];
  }

  emit(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.w.emit(op, inputs, attributes);
  }

  private tensor(index: number): number {
    const tensor = this.record.inputs[index] ?? -1;
    return tensor >= 0 ? tensor : this.unsupported(`lacks its input ${index}`);
  }

  private outputTensor(index: number): number {
    return this.record.outputs[index] ?? this.unsupported(`lacks its output ${index}`);
  }
}
