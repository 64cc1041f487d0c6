/** What elementwise operators share: broadcasting forward and its adjoint. */
import type { Node } from '../ir/graph';
import { broadcastDims, broadcastIndices, fromNumbers, toNumbers } from '../ir/numbers';
import { type DType, elementCount, type Tensor } from '../ir/tensor';
import type { BackwardContext, InferContext, OperatorDefinition } from './definition';

export function broadcastInputs(c: InferContext, from = 0): number[] {
  const shapes = Array.from({ length: c.inputCount - from }, (_, index) => c.dims(index + from));
  const text = () => shapes.map((dims) => `[${dims.join(', ')}]`).join(' and ');
  return broadcastDims(...shapes) ?? c.fail(`combines shapes that do not fit each other: ${text()}`);
}

/** Adjoint of broadcasting: sums `g` (of shape `from`) over the axes along which a value of shape `to` was repeated. */
export function unbroadcast(b: BackwardContext, g: string, from: readonly number[], to: readonly number[]): string {
  const extra = from.length - to.length;
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  const summed = leading.length > 0 ? b.emit('ReduceSum', [g, b.ints(leading)], { keepdims: 0 }) : g;
  const repeated = to.flatMap((length, axis) => (length === 1 && from[axis + extra] !== 1 ? [axis] : []));
  return repeated.length > 0 ? b.emit('ReduceSum', [summed, b.ints(repeated)], { keepdims: 1 }) : summed;
}

/** The gradient of input `index` from a gradient in the output's shape; null when it is not wanted. */
export function toInput(b: BackwardContext, index: number, g: () => string): string | null {
  return b.wanted(index) ? unbroadcast(b, g(), b.dims(b.y()), b.dims(b.x(index))) : null;
}

/** Applies a function of numbers to broadcast operands. */
export function foldElementwise(
  apply: (...values: number[]) => number,
  resultType?: DType,
): NonNullable<OperatorDefinition['fold']> {
  return (inputs: readonly (Tensor | undefined)[]) => {
    const operands = inputs.filter((input): input is Tensor => input !== undefined);
    const dims = broadcastDims(...operands.map((operand) => operand.dims)) as number[];
    const values = operands.map(toNumbers);
    const indices = operands.map((operand) => broadcastIndices(operand.dims, dims));
    const result = Array.from({ length: elementCount(dims) }, (_, i) =>
      apply(...values.map((value, operand) => value[indices[operand]?.[i] as number] as number)),
    );
    return [fromNumbers(resultType ?? (operands[0] as Tensor).dtype, dims, result)];
  };
}

/** An operator of one value that keeps shape and type. */
export function unary(
  backward: (b: BackwardContext) => string,
  apply?: (value: number, node: Node) => number,
): OperatorDefinition {
  return {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0) }],
    fold: apply && ((inputs, node) => foldElementwise((value) => apply(value, node))(inputs, node)),
    backward: (b) => [backward(b)],
  };
}

/** Zeros in a value's shape, whatever its batch length. */
export function zerosLike(b: BackwardContext, value: string): string {
  return b.emit('ConstantOfShape', [b.emit('Shape', [value])]);
}

/** g ⊙ derivative. */
export function times(b: BackwardContext, derivative: string): string {
  return b.emit('Mul', [b.g(), derivative]);
}
