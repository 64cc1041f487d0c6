/** What the rules about types share. */
import type { Node } from '../../../../graph/ir/graph';
import type { Dim, DType, ValueType } from '../../../../graph/ir/tensor';

/** What is known of the values that nodes read. */
export interface Known {
  get(value: string): ValueType | undefined;
  dims(value: string): readonly Dim[] | undefined;
  ints(value: string): readonly Dim[] | undefined;
}

export type Outputs = readonly (ValueType | undefined)[];
export type Infer = (node: Node, known: Known) => Outputs;

/** The place of an axis that may be counted from the end; NaN when there is none of that number. */
export function axisOf(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  return Number.isInteger(result) && result >= 0 && result < Math.max(rank, 1) ? result : Number.NaN;
}

/** The common shape of operands, null where it depends on lengths that are not known. */
export function broadcast(shapes: readonly (readonly Dim[] | undefined)[]): readonly Dim[] | undefined {
  if (shapes.some((dims) => dims === undefined)) return undefined;
  const known = shapes as readonly (readonly Dim[])[];
  const rank = Math.max(0, ...known.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, i) => {
    const lengths = known.map((dims) => dims[i - rank + dims.length]).filter((dim) => dim !== undefined && dim !== 1);
    return lengths.length === 0 ? 1 : (lengths.find((dim) => dim !== null) ?? null);
  });
}

export const input = (node: Node, known: Known, index: number) => known.get(node.inputs[index] ?? '');
export const dimsOf = (node: Node, known: Known, index: number) => known.dims(node.inputs[index] ?? '');
export const dtypeOf = (node: Node, known: Known): DType => input(node, known, 0)?.dtype ?? 'float32';
export const typed = (dtype: DType, dims: readonly Dim[] | null | undefined): ValueType => ({
  dtype,
  dims: dims ?? null,
});

export const product = (dims: readonly Dim[]): Dim =>
  dims.reduce((whole, dim) => (whole === null || dim === null ? null : whole * dim), 1 as Dim);
