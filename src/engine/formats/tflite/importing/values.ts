/**
 * The values of a graph by the numbers of its tensors. Quantised ones are carried as the real numbers that they stand for, so that gradients
 * flow through them; each operator rounds what it gives to the steps that its output is kept in.
 */
import type { DType, Tensor } from '../../../graph/ir/tensor';
import type { GraphWriter } from '../../kit/graph/graphWriter';
import { graphDtype } from '../../kit/tensors/elements';
import type { Quantisation, TensorRecord, TfliteModel } from '../schema/model';
import { tensorType } from '../schema/tensorTypes';
import { dequantised, storedConstant } from './constants';

/** An operator that is right but has no counterpart here; the message completes the sentence `The operator … <why>`. */
export class Unsupported extends Error {}

export class Values {
  private readonly names: readonly string[];
  private readonly computed: ReadonlySet<number>;
  private readonly given: ReadonlySet<number>;
  private readonly constants = new Map<number, Tensor | null>();
  private readonly written = new Set<number>();
  /** Input → the real numbers that its integers stand for. */
  private readonly standIns = new Map<number, string>();

  constructor(
    private readonly model: TfliteModel,
    private readonly writer: GraphWriter,
  ) {
    const { tensors, operators, inputs } = model.main;
    this.names = uniqueNames(tensors);
    this.given = new Set(inputs);
    this.computed = new Set(operators.flatMap(({ outputs }) => outputs));
  }

  /** Names of all tensors, each once. */
  static namesOf(model: TfliteModel): readonly string[] {
    return uniqueNames(model.main.tensors);
  }

  record(index: number): TensorRecord {
    return this.model.main.tensors[index] as TensorRecord;
  }

  /** The name that users know. */
  nameOf(index: number): string {
    return this.names[index] as string;
  }

  /** Element type in the graph: that of the numbers for which quantised integers stand. */
  dtype(index: number): DType {
    const { dtype } = tensorType(this.record(index).type);
    return this.quantisation(index) ? 'float32' : graphDtype(dtype ?? 'float32');
  }

  /** Element type in the file; null for one that the graph has not. */
  storedType(index: number): DType | null {
    return tensorType(this.record(index).type).dtype;
  }

  /** The steps that a tensor's integers count in; null for plain numbers and integers that are numbers themselves. */
  quantisation(index: number): Quantisation | null {
    const { quantisation, type } = this.record(index);
    const { dtype } = tensorType(type);
    return quantisation && dtype !== null && /^u?int/.test(dtype) ? quantisation : null;
  }

  /** What a tensor with data holds; null when it is computed. Throws Unsupported for data of an unknown form. */
  constant(index: number): Tensor | null {
    const known = this.constants.get(index);
    if (known !== undefined) return known;
    const made = this.makeConstant(index);
    this.constants.set(index, made);
    return made;
  }

  /** Says that a computed tensor is the same as what this one holds. */
  setConstant(index: number, tensor: Tensor): void {
    this.constants.set(index, tensor);
  }

  /** Says which value has the real numbers of an input with integers. */
  standIn(index: number, value: string): void {
    this.standIns.set(index, value);
  }

  /** The value's name in the graph; constants are written when they are first asked for. */
  value(index: number): string {
    const name = this.standIns.get(index) ?? this.nameOf(index);
    if (this.written.has(index)) return name;
    const constant = this.constant(index);
    if (constant) {
      this.writer.constant(name, constant);
      this.written.add(index);
    } else if (this.record(index).variable && !this.computed.has(index)) {
      throw new Unsupported(`reads the state “${name}”`);
    }
    return name;
  }

  private makeConstant(index: number): Tensor | null {
    if (this.computed.has(index) || this.given.has(index)) return null;
    const record = this.record(index);
    const range = this.model.buffer(record.buffer);
    const empty = record.stored.includes(0) && record.buffer !== 0;
    if (!range && !empty) return null;
    const label = this.nameOf(index);
    if (record.problem) throw new Unsupported(`reads “${label}”, which ${record.problem}`);
    const { name, dtype } = tensorType(record.type);
    if (dtype === null) throw new Unsupported(`reads “${label}”, whose elements are ${name}`);
    const stored = range
      ? storedConstant(record, label, range)
      : ({ dtype: 'int32', dims: record.stored, data: new Int32Array(0) } as const);
    const quantisation = this.quantisation(index);
    return quantisation ? dequantised(stored, quantisation) : stored;
  }
}

/** Tensors without a name get one; of several with one name, the later ones get a number. */
function uniqueNames(tensors: readonly TensorRecord[]): readonly string[] {
  const taken = new Set(tensors.map(({ name }) => name));
  const given = new Set<string>();
  return tensors.map(({ name }, index) => {
    let unique = name || `tensor_${index}`;
    if (given.has(unique) || (unique !== name && taken.has(unique))) {
      const start = `${unique}_${index}`;
      unique = start;
      for (let more = 2; taken.has(unique) || given.has(unique); more++) unique = `${start}_${more}`;
    }
    given.add(unique);
    return unique;
  });
}
