/** Element types and shapes of values before sizes are bound, as far as they follow from the program. */
import { intAttribute } from '../../../../graph/ir/attributes';
import type { Node } from '../../../../graph/ir/graph';
import { integerTypes, toNumbers } from '../../../../graph/ir/numbers';
import {
  type Dim,
  type DType,
  elementCount,
  mostDimensions,
  type Tensor,
  type ValueType,
} from '../../../../graph/ir/tensor';
import { outputsOf } from './inferred';

/** Constants of more integers are no shapes. */
const mostInts = 256;

/** Shapes with `null` for lengths that follow the input's size. What is not known is left out. */
export class Types {
  private readonly types = new Map<string, ValueType>();
  /** Values that are lists of sizes, or single ones, with null for those that are not known yet. */
  private readonly sizes = new Map<string, readonly Dim[]>();

  set(value: string, type: ValueType): void {
    this.types.set(value, type);
  }

  /** A constant, whose elements count when they are few integers. */
  setConstant(value: string, tensor: Tensor): void {
    this.types.set(value, { dtype: tensor.dtype, dims: tensor.dims });
    if (integerTypes.has(tensor.dtype) && tensor.dims.length <= 1 && elementCount(tensor.dims) <= mostInts) {
      this.sizes.set(value, toNumbers(tensor));
    }
  }

  setSizes(value: string, sizes: readonly Dim[]): void {
    this.sizes.set(value, sizes);
  }

  get(value: string): ValueType | undefined {
    return this.types.get(value);
  }

  dims(value: string): readonly Dim[] | undefined {
    return this.types.get(value)?.dims ?? undefined;
  }

  dtype(value: string): DType | undefined {
    return this.types.get(value)?.dtype;
  }

  /** The integers of a shape-like value; undefined when not even their number is known. */
  ints(value: string): readonly Dim[] | undefined {
    const known = this.sizes.get(value);
    if (known) return known;
    const dims = this.dims(value);
    if (!dims || dims.length > 1) return undefined;
    const count = dims[0] ?? (dims.length === 0 ? 1 : null);
    return count === null || count > mostDimensions ? undefined : new Array<Dim>(count).fill(null);
  }

  /** Records what a node gives. */
  follow(node: Node): void {
    const types = outputsOf(node, this);
    node.outputs.forEach((output, index) => {
      const type = types[index];
      if (output !== '' && type && (type.dims?.length ?? 0) <= mostDimensions) this.types.set(output, type);
    });
    this.followSizes(node);
  }

  private followSizes(node: Node): void {
    const [output = ''] = node.outputs;
    const [first = '', second = ''] = node.inputs;
    if (node.op === 'Shape') {
      const dims = this.dims(first);
      const [start, end] = [intAttribute(node, 'start', 0), node.attributes['end']];
      if (dims) this.sizes.set(output, dims.slice(start, typeof end === 'number' ? end : undefined));
    } else if (node.op === 'Gather') {
      const [from, at] = [this.sizes.get(first), this.sizes.get(second)];
      const index = at?.length === 1 ? at[0] : null;
      if (from && typeof index === 'number') this.sizes.set(output, [from.at(index) ?? null]);
    } else if (node.op === 'Concat' && intAttribute(node, 'axis', 0) === 0) {
      const parts = node.inputs.map((input) => this.sizes.get(input));
      if (parts.every((part) => part !== undefined)) this.sizes.set(output, parts.flat());
    } else if (node.op === 'Unsqueeze' || node.op === 'Identity') {
      const sizes = this.sizes.get(first);
      if (sizes) this.sizes.set(output, sizes);
    }
  }
}
