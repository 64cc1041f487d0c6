/**
 * Ranks of values while a network is written: what many layers depend on. Lengths that the description leaves open are tried with some
 * number, so that they must not be relied on; ranks and lengths that the description gives are right.
 */
import { CheckpointError, UnsupportedOperatorError } from '../../../../shared/errors';
import { Inference } from '../../../graph/inference/inference';
import type { Node } from '../../../graph/ir/graph';
import type { Tensor, ValueType } from '../../../graph/ir/tensor';

/** Stands for the lengths that are open: larger than what networks for images of any size need. */
const triedLength = 256;
const largestEvaluated = 64;

export class KnownShapes {
  private readonly inputs = new Map<string, ValueType>();
  private readonly constants = new Map<string, Tensor>();
  private readonly inference = new Inference(this.inputs, this.constants, largestEvaluated);
  private made = 0;
  /** False once a length other than the batch's had to be tried. */
  isExact = true;

  input(name: string, { dtype, dims }: ValueType): void {
    const tried = dims?.map((dim, axis) => dim ?? (axis === 0 ? 1 : triedLength)) ?? null;
    if (dims?.slice(1).includes(null)) this.isExact = false;
    this.inputs.set(name, { dtype, dims: tried });
  }

  constant(name: string, tensor: Tensor): void {
    this.constants.set(name, tensor);
  }

  /** What follows from nodes in an order in which they can be computed; what contradicts its operator stays unknown. */
  apply(nodes: readonly Node[]): void {
    for (const node of nodes) this.applyOne(node);
  }

  private applyOne(node: Node): void {
    const add = (op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string => {
      const output = `:${this.made++}`;
      this.applyOne({ op, name: node.name, inputs, outputs: [output], attributes });
      return output;
    };
    const tensor = (value: Tensor): string => {
      const name = `:${this.made++}`;
      this.constants.set(name, value);
      return name;
    };
    const ints = (values: readonly number[]): string =>
      tensor({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
    try {
      this.inference.apply(this.inference.explicit(node, { emit: add, ints, tensor }));
    } catch (error) {
      if (!(error instanceof CheckpointError || error instanceof UnsupportedOperatorError)) throw error;
    }
  }

  /** undefined for what is not known. */
  dims(value: string): readonly number[] | undefined {
    const type = this.inference.type(value);
    return (type?.dims as readonly number[] | null | undefined) ?? undefined;
  }

  dtype(value: string): string | undefined {
    return this.inference.type(value)?.dtype;
  }
}
