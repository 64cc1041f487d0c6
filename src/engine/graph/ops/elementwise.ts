/** What elementwise operators share: broadcasting forward and its adjoint. */
import type { Node } from '../ir/graph';
import { broadcastDims, broadcastIndices, fromNumbers, numbersOf } from '../ir/numbers';
import { type DType, elementCount, type Tensor } from '../ir/tensor';
import type { BackwardContext, InferContext, OperatorDefinition } from './definition';

export function broadcastInputs(c: InferContext, from = 0): number[] {
  const shapes = Array.from({ length: c.inputCount - from }, (_, index) => c.dims(index + from));
  const text = () => [...new Set(shapes.map((dims) => `[${dims.join(', ')}]`))].slice(0, 4).join(' and ');
  return broadcastDims(shapes) ?? c.fail(`combines shapes that do not fit each other: ${text()}`);
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

type Fold = NonNullable<OperatorDefinition['fold']>;

/** An operand's elements by place in the broadcast result. */
function broadcastValues(operand: Tensor, dims: readonly number[]): (place: number) => number {
  const [values, places] = [numbersOf(operand), broadcastIndices(operand.dims, dims)];
  return (place) => values[places[place] as number] as number;
}

const broadcastOf = (operands: readonly Tensor[]) => broadcastDims(operands.map(({ dims }) => dims)) as number[];

const notGiven = () => Number.NaN;

/** Applies a function of up to three numbers to broadcast operands. */
export function foldElementwise(apply: (a: number, b: number, c: number) => number, resultType?: DType): Fold {
  return (inputs) => {
    const operands = inputs.filter((input): input is Tensor => input !== undefined);
    const dims = broadcastOf(operands);
    const each = operands.slice(0, 3).map((operand) => broadcastValues(operand, dims));
    const [a = notGiven, b = notGiven, c = notGiven] = each;
    const result = new Float64Array(elementCount(dims));
    for (let i = 0; i < result.length; i++) result[i] = apply(a(i), b(i), c(i));
    return [fromNumbers(resultType ?? (operands[0] as Tensor).dtype, dims, result)];
  };
}

/** Combines any number of broadcast operands, one after the other; `mean` divides by how many they are. */
export function foldVariadic(combine: (total: number, value: number) => number, mean = false): Fold {
  return (inputs) => {
    const operands = inputs as readonly Tensor[];
    const dims = broadcastOf(operands);
    const result = new Float64Array(elementCount(dims));
    operands.forEach((operand, index) => {
      const value = broadcastValues(operand, dims);
      for (let i = 0; i < result.length; i++)
        result[i] = index === 0 ? value(i) : combine(result[i] as number, value(i));
    });
    const results = mean ? result.map((total) => total / operands.length) : result;
    return [fromNumbers((operands[0] as Tensor).dtype, dims, results)];
  };
}

/** An operator of one value that keeps shape and type. */
export function unary(
  backward: (b: BackwardContext) => string,
  apply?: (value: number, node: Node) => number,
): OperatorDefinition {
  return {
    inputs: [1],
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
