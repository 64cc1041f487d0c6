import { CheckpointError } from '../../../../shared/errors';
import type { Node } from '../../../graph/ir/graph';
import { toNumbers } from '../../../graph/ir/numbers';
import { type Dim, type DType, int64, type Tensor } from '../../../graph/ir/tensor';
import { typeCode } from '../../../graph/ops/elementTypes';
import type { OperatorWriter } from '../../kit/graph/operatorWriter';
import { reshaped, transposed } from '../../kit/tensors/derivedTensor';
import type { TfAttribute, TfNode } from '../graph/graphDef';
import { defaultOf, type PlainAttribute } from './defaults';
import { graphType } from './elements';
import type { Known } from './known';

/** Writes what an operator of TensorFlow is in the graph. */
export type Rule = (o: Operation) => void;
export type Rules = Readonly<Record<string, Rule>>;

/** A node that is right but has no counterpart here; the message completes the sentence `The operator … <why>`. */
export class Unsupported extends Error {}

/** What the operations of one program share. */
export interface Program {
  readonly known: Known;
  /** Weights that were brought into another order, by what they were made of. */
  readonly rearranged: Map<string, string>;
  /** True when a node reads the value or it is an output. */
  used(value: string): boolean;
  /** The node whose first output this is. */
  source(value: string): TfNode | undefined;
  /** Says it once to the user. */
  note(sentence: string): void;
  /** Images in this order of axes were met. */
  met(layout: 'NHWC' | 'NCHW'): void;
}

/** More outputs than this, or axes, are a damaged number. */
const most = 1 << 12;

/** One node of the program while it is written into the graph. */
export class Operation {
  constructor(
    readonly node: TfNode,
    /** Names of the values that it reads. */
    readonly inputs: readonly string[],
    readonly w: OperatorWriter,
    private readonly program: Program,
  ) {}

  /** Name of the value that it reads at `index`, or at −1 the last one. */
  x(index = 0): string {
    const input = this.inputs.at(index);
    return input ? input : this.fail(`lacks its input ${index}`);
  }

  out(index = 0): string {
    return index === 0 ? this.node.name : `${this.node.name}:${index}`;
  }

  used(index: number): boolean {
    return this.program.used(this.out(index));
  }

  /** The node's first output as the result of one more node. */
  give(op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): void {
    this.w.emit(op, inputs, attributes, this.out());
  }

  // Attributes

  private attribute(name: string): PlainAttribute | undefined {
    const given = this.node.attributes.get(name);
    if (given === undefined) return defaultOf(this.node.op, name);
    const all = given.kind === 'list' ? given.value : [given];
    if (all.some((each) => each.kind === 'i' && !Number.isSafeInteger(each.value))) {
      this.fail(`has no whole number as “${name}”`);
    }
    return plain(given);
  }

  number(name: string): number {
    const value = this.attribute(name);
    return typeof value === 'number' ? value : this.fail(`has no number “${name}”`);
  }

  /** A number that counts outputs or axes. */
  count(name: string): number {
    const value = this.number(name);
    if (Number.isInteger(value) && value >= 0 && value <= most) return value;
    return this.fail(`has ${value} as “${name}”`);
  }

  flag(name: string): boolean {
    const value = this.attribute(name) ?? false;
    return typeof value === 'boolean' ? value : this.fail(`has no truth value “${name}”`);
  }

  text(name: string): string {
    const value = this.attribute(name);
    return typeof value === 'string' ? value : this.fail(`has no text “${name}”`);
  }

  list(name: string): readonly number[] {
    const value = this.attribute(name);
    if (value === undefined || typeof value === 'string' || typeof value === 'boolean') {
      return this.fail(`has no numbers “${name}”`);
    }
    return typeof value === 'number' ? [value] : value;
  }

  texts(name: string): readonly string[] {
    const given = this.node.attributes.get(name);
    if (given?.kind !== 'list') return [];
    return given.value.flatMap((each) => (each.kind === 's' ? [each.value] : []));
  }

  /** The element type that an attribute names, as it is in the graph; float32 where it is left out. */
  type(name = 'T'): DType {
    const given = this.node.attributes.get(name);
    if (given?.kind !== 'type') return 'float32';
    return graphType(given.value) ?? this.unsupported(`computes elements of type ${given.value}`);
  }

  isInteger(name = 'T'): boolean {
    return !['float32', 'bool'].includes(this.type(name));
  }

  // What is known

  /** Shape as far as it is known. */
  dims(index = 0): readonly Dim[] | undefined {
    return this.program.known.dims(this.x(index));
  }

  rank(index = 0): number | undefined {
    return this.dims(index)?.length;
  }

  /** The value of an input that is a constant of the checkpoint. */
  constant(index: number): Tensor | undefined {
    return this.program.known.constant(this.x(index));
  }

  /** A vector of integers (a scalar counts as one of length 1), null where they are not constant; undefined when its length is not known. */
  integers(index: number): readonly (number | null)[] | undefined {
    return this.program.known.ints(this.x(index))?.values;
  }

  /** Integers that must be known before the graph runs. */
  fixed(index: number, what: string): readonly number[] {
    const values = this.integers(index) ?? this.matrix(index);
    if (!values || values.includes(null)) return this.unsupported(`has ${what} that depend on the data`);
    return values as readonly number[];
  }

  private matrix(index: number): readonly number[] | undefined {
    const tensor = this.constant(index);
    return tensor &&
      tensor.dtype === 'int64' &&
      tensor.dims.length <= 2 &&
      tensor.dims.every((length) => length <= most)
      ? toNumbers(tensor)
      : undefined;
  }

  /** One integer that must be known before the graph runs. */
  single(index: number, what: string): number {
    const [value, ...others] = this.fixed(index, what);
    return value !== undefined && others.length === 0 ? value : this.fail(`has no single ${what}`);
  }

  /** The node of the checkpoint whose first output this is. */
  source(value: string): TfNode | undefined {
    return this.program.source(value);
  }

  /** The constant of that name. */
  known(value: string): Tensor | undefined {
    return this.program.known.constant(value);
  }

  dimsOf(value: string): readonly Dim[] | undefined {
    return this.program.known.dims(value);
  }

  // Values

  /** The input as a one-dimensional value, where TensorFlow takes a scalar too. */
  vector(index: number): string {
    const ints = this.program.known.ints(this.x(index));
    if (ints && !ints.values.includes(null)) return this.w.ints(...(ints.values as number[]));
    return this.rank(index) === 1 ? this.x(index) : this.w.emit('Reshape', [this.x(index), this.w.ints(-1)]);
  }

  /** A scalar of a type. */
  scalar(value: number, dtype: DType): string {
    if (dtype === 'float32') return this.w.scalar(value);
    if (dtype === 'int64') return this.w.int(value);
    return this.w.emit('Cast', [this.w.int(value)], { to: typeCode(dtype) });
  }

  /**
   * Weights with their axes in another order: a constant is brought into it when it is read, anything else when the graph runs.
   *
   * @param shape under which their axes are ordered, where that is not their own.
   */
  ordered(index: number, perm: readonly number[], shape?: readonly number[]): string {
    const tensor = this.constant(index);
    if (!tensor) {
      const apart = shape ? this.w.emit('Reshape', [this.x(index), this.w.ints(...shape)]) : this.x(index);
      return this.w.emit('Transpose', [apart], { perm });
    }
    const dims = shape ?? tensor.dims;
    if (dims.length !== perm.length) return this.fail(`has weights of ${tensor.dims.length} axes`);
    const key = `${this.x(index)} ${dims} ${perm}`;
    const known = this.program.rearranged.get(key);
    if (known !== undefined) return known;
    const name = this.w.constant('weights', transposed(shape ? reshaped(tensor, shape) : tensor, perm));
    this.program.rearranged.set(key, name);
    return name;
  }

  /** A constant of integers in any shape. */
  integersOf(dims: readonly number[], values: readonly number[]): string {
    return this.w.constant('ints', int64(dims, values));
  }

  // Images

  /** True when its images have their channels last. */
  get channelsLast(): boolean {
    const format = this.text('data_format');
    if (format !== 'NHWC' && format !== 'NCHW') return this.unsupported(`has images in the order ${format}`);
    this.program.met(format);
    return format === 'NHWC';
  }

  /** What `write` makes of an image with its channels first, in the order of axes that the node has. */
  image(value: string, write: (first: string, output?: string) => string, output?: string): string {
    if (this.channelsLast) return this.w.channelsFirst(value, (first) => write(first), output);
    return write(value, output);
  }

  /** The numbers of the height and the width out of a list for all axes; the others must be 1. */
  spatial(values: readonly number[], what: string): readonly [number, number] {
    if (values.length !== 4) return this.fail(`has ${what} for ${values.length} axes`);
    const [n = 1, a = 1, b = 1, c = 1] = values;
    const [channels, height, width] = this.channelsLast ? [c, a, b] : [a, b, c];
    if (n !== 1 || channels !== 1) this.unsupported(`has ${what} along batch or channels`);
    return [height, width];
  }

  // Ends

  note(sentence: string): void {
    this.program.note(sentence);
  }

  /** Ends the read: the node contradicts its operator. */
  fail(what: string): never {
    throw new CheckpointError(`The node “${this.node.name}” (${this.node.op}) of the checkpoint ${what}.`);
  }

  /** The node stays under its name, and is named as unsupported when the logits depend on it. */
  unsupported(why: string): never {
    throw new Unsupported(why);
  }
}

function plain(attribute: TfAttribute): PlainAttribute | undefined {
  switch (attribute.kind) {
    case 's':
    case 'i':
    case 'f':
    case 'b':
      return attribute.value;
    case 'list':
      return attribute.value.flatMap((each) => (each.kind === 'i' || each.kind === 'f' ? [each.value] : []));
    default:
      return undefined;
  }
}
