/** Calls of operators on tensors: evaluated where everything is constant, else collected for the program. */
import { isFloat } from '../../../../graph/ir/numbers';
import { type DType, elementCount } from '../../../../graph/ir/tensor';
import { asFloat32 } from '../../../kit/tensors/floats';
import { type FoldArgument, fold } from '../arrays/fold';
import { NumberArray, type Work } from '../arrays/numberArray';
import { expand } from '../arrays/views';
import type { Argument, Emitter, Ssa } from './emitter';
import { madeArray } from './factories';
import { type Place, refused } from './failure';
import * as tables from './tables';
import { ListValue, Memory, SizeValue, TensorValue, TupleValue, UnknownValue, type Value } from './values';

/** Constants of the file of more elements are left to the graph. */
const mostFolded = 1 << 16;
const mostCopied = 1 << 20;

export class TensorCalls {
  /** Lengths that were asked for, by value and axis. */
  private readonly lengths = new Map<string, SizeValue>();
  private readonly made = new WeakMap<NumberArray, { readonly ssa: Ssa; readonly mutations: number }>();

  constructor(
    private readonly emitter: Emitter,
    private readonly work: Work,
    private readonly image: () => Ssa | null,
  ) {}

  /** @param prefix for names of results that are no layer. */
  call(op: string, args: readonly Value[], named: ReadonlyMap<string, Value>, at: Place, prefix: string): Value {
    const inPlace = op.endsWith('_') && !op.endsWith('__');
    const base = inPlace ? op.slice(0, -1) : op;
    const [first] = args;
    if (inPlace && first instanceof TensorValue) {
      // Dropout in place does nothing either.
      if (!tables.identities.has(op) && !isNothing(base, args)) this.write(base, first, args, named, at, prefix);
      return first;
    }
    if (first instanceof TensorValue && isNothing(op, args)) return first;
    const array = this.folded(op, args, named);
    if (array) return this.wrapped(array, op, first);
    return this.emitted(op, args, named, at, prefix);
  }

  dims(tensor: TensorValue, at: Place): readonly (number | null)[] | null {
    const content = this.content(tensor, at);
    return content instanceof NumberArray ? content.dims : (this.emitter.type(content)?.dims ?? null);
  }

  dtype(tensor: TensorValue, at: Place): DType {
    const content = this.content(tensor, at);
    if (content instanceof NumberArray) return content.dtype;
    return content.constant?.dtype ?? this.emitter.type(content)?.dtype ?? 'float32';
  }

  /** A length as a number, or as a value that follows the image's size. */
  length(tensor: TensorValue, axis: number, at: Place): Value {
    const dims = this.dims(tensor, at);
    const place = dims && axis < 0 ? axis + dims.length : axis;
    if (dims && !(place >= 0 && place < dims.length)) {
      throw refused(at, `it asks for axis ${axis} of a tensor with ${dims.length} axes`);
    }
    const known = dims?.[place];
    if (typeof known === 'number') return known;
    const ssa = this.ssa(tensor, at);
    const key = `${ssa.id} ${place}`;
    const found = this.lengths.get(key);
    if (found) return found;
    const call = { op: 'size', overload: 'int', positional: [ssa, place], named: new Map() };
    const size = new SizeValue(this.emitter.emit(call, 1, 'size')[0] as Ssa, ssa === this.image() ? place : null);
    this.lengths.set(key, size);
    return size;
  }

  /** The one number of a constant; what depends on the image is not known. */
  number(tensor: TensorValue, at: Place): Value {
    const content = this.content(tensor, at);
    const array = content instanceof NumberArray ? content : this.constantArray(content, 1);
    if (array?.count === 1) {
      const value = array.values(this.work)[0] as number;
      return array.dtype === 'bool' ? value !== 0 : value;
    }
    return new UnknownValue('the contents of the image');
  }

  content(tensor: TensorValue, at: Place): Ssa | NumberArray {
    const { content } = tensor;
    if (content) return content;
    throw refused(at, 'it reads a tensor that was written in place through another view of it');
  }

  /** The tensor as a value of the program. */
  ssa(tensor: TensorValue, at: Place): Ssa {
    const content = this.content(tensor, at);
    return content instanceof NumberArray ? this.materialised(content, tensor.memory) : content;
  }

  private materialised(array: NumberArray, memory: Memory): Ssa {
    const known = this.made.get(array);
    if (known && known.mutations === memory.mutations) return known.ssa;
    const ssa = this.emitter.constant('constant', array.toTensor(this.work));
    this.made.set(array, { ssa, mutations: memory.mutations });
    return ssa;
  }

  private constantArray(content: Ssa, most: number): NumberArray | null {
    const { constant } = content;
    if (!constant || elementCount(constant.dims) > most) return null;
    return NumberArray.of(asFloat32(constant), this.work);
  }

  private wrapped(made: NumberArray | readonly NumberArray[], op: string, first: Value | undefined): Value {
    const shares = (array: NumberArray) =>
      first instanceof TensorValue && first.content instanceof NumberArray && first.content.numbers === array.numbers;
    const wrap = (array: NumberArray) =>
      new TensorValue(array, shares(array) ? (first as TensorValue).memory : new Memory());
    if (made instanceof NumberArray) return wrap(made);
    return op === 'unbind' || op === 'meshgrid' ? new ListValue(made.map(wrap)) : new TupleValue(made.map(wrap));
  }

  // Constants

  private folded(
    op: string,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
  ): NumberArray | readonly NumberArray[] | undefined {
    const like = args[0] instanceof TensorValue ? args[0] : null;
    if (tables.factories.has(op) || (tables.likes.has(op) && like)) {
      return madeArray(op, args, named, like && this.likeness(like), this.work);
    }
    if (op === 'clone' && like?.content && !(like.content instanceof NumberArray)) {
      return this.constantArray(like.content, mostCopied) ?? undefined;
    }
    if (op === 'to' || op === 'type_as') return this.convertedArray(args);
    let tensors = 0;
    let known = true;
    const convert = (value: Value): FoldArgument => {
      if (value instanceof TensorValue) {
        tensors++;
        const array = this.smallArray(value);
        if (!array) known = false;
        return array;
      }
      if (value instanceof ListValue || value instanceof TupleValue) return value.items.map(convert);
      if (typeof value === 'object' && value !== null) known = false;
      return value as FoldArgument;
    };
    const positional = args.map(convert);
    const others = new Map([...named].map(([name, value]) => [name, convert(value)]));
    return known && tensors > 0 ? fold(op, positional, others, this.work) : undefined;
  }

  /** The array that a tensor is, or that a small constant of integers is. */
  private smallArray(value: TensorValue): NumberArray | null {
    const { content } = value;
    if (!content || content instanceof NumberArray) return content;
    return content.constant && !isFloat(content.constant.dtype) ? this.constantArray(content, mostFolded) : null;
  }

  private likeness(
    tensor: TensorValue,
  ): { readonly dims: readonly (number | null)[] | null; readonly dtype: DType } | null {
    const { content } = tensor;
    if (!content) return null;
    if (content instanceof NumberArray) return content;
    const type = this.emitter.type(content);
    return type ? { dims: type.dims, dtype: type.dtype } : null;
  }

  private convertedArray([tensor, ...more]: readonly Value[]): NumberArray | undefined {
    const array = tensor instanceof TensorValue ? this.smallArray(tensor) : null;
    if (!array) return undefined;
    const [other] = more;
    const like = other instanceof TensorValue ? this.likeness(other)?.dtype : undefined;
    const number = more.find((each) => typeof each === 'number');
    const dtype = like ?? [...tables.scalarTypes].find(([, each]) => each === number)?.[0];
    if (dtype === undefined || dtype === array.dtype) return array;
    const converted = NumberArray.filled(array.dims, dtype as DType, 0, this.work);
    converted.write(array.values(this.work), this.work);
    return converted;
  }

  // In place

  private write(
    base: string,
    target: TensorValue,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
    at: Place,
    prefix: string,
  ): void {
    const content = this.content(target, at);
    if (content instanceof NumberArray && this.writeArray(base, content, args, named)) {
      target.memory.mutations++;
      return;
    }
    if (content instanceof NumberArray && content.count !== content.numbers.length) {
      throw refused(at, `“${base}_” writes a part of a constant that depends on the image`);
    }
    target.write(this.replacement(base, target, args, named, at, prefix));
  }

  private writeArray(
    base: string,
    array: NumberArray,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
  ): boolean {
    const [, given] = args;
    if (base === 'zero') array.write(0, this.work);
    else if ((base === 'fill' || base === 'copy') && typeof given === 'number') array.write(given, this.work);
    else {
      const source =
        base === 'fill' || base === 'copy'
          ? given instanceof TensorValue
            ? this.smallArray(given)
            : null
          : this.folded(base, args, named);
      const spread = source instanceof NumberArray ? expand(source, array.dims) : undefined;
      if (!spread) return false;
      array.write(spread.values(this.work), this.work);
    }
    return true;
  }

  private replacement(
    base: string,
    target: TensorValue,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
    at: Place,
    prefix: string,
  ): Ssa {
    const tensor = (op: string, given: readonly Value[]) =>
      this.ssa(this.emitted(op, given, new Map(), at, prefix) as TensorValue, at);
    const [, source] = args;
    if (base === 'zero') return tensor('zeros_like', [target]);
    if (base === 'fill') return tensor('full_like', [target, source ?? null]);
    if (base !== 'copy') return this.ssa(this.emitted(base, args, named, at, prefix) as TensorValue, at);
    if (!(source instanceof TensorValue)) return tensor('full_like', [target, source ?? null]);
    const [from, to] = [this.dims(source, at), this.dims(target, at)];
    const same =
      from && to && from.length === to.length && from.every((length, i) => length !== null && length === to[i]);
    return same ? this.ssa(source, at) : tensor('expand_as', [source, target]);
  }

  // Calls of the program

  private emitted(
    op: string,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
    at: Place,
    prefix: string,
  ): Value {
    const call = {
      op,
      overload: overloadOf(op, args),
      positional: args.map((value) => this.argument(value, at)),
      named: new Map([...named].map(([name, value]) => [name, this.argument(value, at)])),
    };
    const list = tables.lists.has(op);
    const count = list ? this.listLength(op, args, named, at) : resultCount(op, args, named);
    const results = this.emitter.emit(call, count, `${prefix}${op.replace(/^_+|_+$/g, '')}`);
    const [first] = args;
    const memory = first instanceof TensorValue && tables.views.has(op) ? first.memory : null;
    const wrapped = results.map((ssa) => new TensorValue(ssa, memory ?? new Memory()));
    if (list) return new ListValue(wrapped);
    return count === 1 ? (wrapped[0] as TensorValue) : new TupleValue(wrapped);
  }

  private argument(value: Value, at: Place): Argument {
    if (value instanceof TensorValue) {
      const content = this.content(value, at);
      if (content instanceof NumberArray && content.dims.length === 0) return content.values(this.work)[0] as number;
      return this.ssa(value, at);
    }
    if (value instanceof SizeValue) return value.ssa;
    if (value instanceof ListValue || value instanceof TupleValue) {
      this.work.spend(value.items.length);
      return value.items.map((item) => this.argument(item, at));
    }
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof UnknownValue)
      throw refused(at, `it computes with ${value.why}, which is not known before an image is there`);
    throw refused(at, 'it gives an operator an object');
  }

  private listLength(op: string, args: readonly Value[], named: ReadonlyMap<string, Value>, at: Place): number {
    const [tensor, second] = args;
    if (!(tensor instanceof TensorValue)) {
      return tensor instanceof ListValue || tensor instanceof TupleValue ? tensor.items.length : 1;
    }
    if (second instanceof ListValue) return second.items.length + (op === 'tensor_split' ? 1 : 0);
    const dim = (op === 'unbind' ? second : args[2]) ?? named.get('dim') ?? 0;
    const dims = this.dims(tensor, at);
    const length = typeof dim === 'number' ? dims?.at(dim) : undefined;
    const parts = Number(second ?? named.get('chunks') ?? named.get('split_size'));
    if (op.endsWith('chunk')) {
      if (typeof length !== 'number') return checkedParts(parts, at);
      return checkedParts(Math.ceil(length / Math.ceil(length / parts)), at);
    }
    if (typeof length !== 'number') throw refused(at, `the number of tensors that “${op}” gives is not known`);
    return checkedParts(op === 'unbind' ? length : Math.ceil(length / parts), at);
  }
}

function checkedParts(count: number, at: Place): number {
  if (Number.isInteger(count) && count >= 0 && count <= 10_000) return count;
  throw refused(at, 'it takes a tensor apart into an impossible number of parts');
}

/** Dropout without training, and what only says where a tensor lies. */
function isNothing(op: string, args: readonly Value[]): boolean {
  return tables.identities.has(op) || (tables.dropouts.has(op) && args[2] !== true);
}

function resultCount(op: string, args: readonly Value[], named: ReadonlyMap<string, Value>): number {
  if (tables.withAxis.has(op)) return typeof args[1] === 'number' || named.has('dim') ? 2 : 1;
  return tables.resultCounts.get(op) ?? 1;
}

/** Where names and numbers of arguments alone do not tell forms of an operator apart. */
function overloadOf(op: string, args: readonly Value[]): string {
  if (op === 'to') return overloadOfTo(args);
  const axes = args[1] instanceof ListValue || (typeof args[1] === 'number' && args.length > 2);
  return (op === 'mean' || op === 'sum') && axes ? (op === 'mean' ? 'dim' : 'dim_IntList') : '';
}

function overloadOfTo([, second, third]: readonly Value[]): string {
  if (second instanceof TensorValue) return 'other';
  if (typeof second === 'string') return typeof third === 'number' ? 'device' : 'prim_Device';
  return typeof second === 'number' && typeof third !== 'number' ? 'dtype' : 'dtype_layout';
}
