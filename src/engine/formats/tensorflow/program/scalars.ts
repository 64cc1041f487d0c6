/** Values of one element that decide which part of a graph runs. */
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import { dtypeOf } from '../graph/dataTypes';
import type { TfAttribute } from '../graph/graphDef';

/** A tensor's only element as a number, true as 1; null for more elements, texts and what is no number. */
export function scalarOf(tensor: Tensor | undefined): number | null {
  if (!tensor || tensor.dtype === 'string' || tensor.dtype.endsWith('float16') || elementCount(tensor.dims) !== 1)
    return null;
  return Number(tensor.data[0]);
}

export function boolean(value: boolean): Tensor {
  return { dtype: 'bool', dims: [], data: Uint8Array.of(value ? 1 : 0) };
}

function numberOf(dtype: 'float32' | 'int32' | 'int64', dims: readonly number[], value: number): Tensor | null {
  if (dtype === 'float32') return { dtype, dims, data: Float32Array.of(value) };
  if (!Number.isSafeInteger(value)) return null;
  return dtype === 'int32'
    ? { dtype, dims, data: Int32Array.of(value) }
    : { dtype, dims, data: BigInt64Array.of(BigInt(value)) };
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  NotEqual: (a, b) => a !== b,
  Less: (a, b) => a < b,
  LessEqual: (a, b) => a <= b,
  Greater: (a, b) => a > b,
  GreaterEqual: (a, b) => a >= b,
  LogicalAnd: (a, b) => a !== 0 && b !== 0,
  LogicalOr: (a, b) => a !== 0 || b !== 0,
};

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  AddV2: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  FloorDiv: (a, b) => Math.floor(a / b),
  FloorMod: (a, b) => a - b * Math.floor(a / b),
  Maximum: Math.max,
  Minimum: Math.min,
};

/**
 * What an operator makes of scalars: of predicates, counters of loops and switches; null for all others.
 *
 * @param inputs undefined where a value is not known.
 */
export function foldScalar(
  op: string,
  inputs: readonly (Tensor | undefined)[],
  attributes: ReadonlyMap<string, TfAttribute>,
): Tensor | null {
  const [first, second] = inputs;
  const a = scalarOf(first);
  if (a === null || !first) return null;
  if (op === 'LogicalNot') return boolean(a === 0);
  if (op === 'Cast') return cast(first, a, attributes.get('DstT'));
  const b = scalarOf(second);
  if (b === null || !second || first.dims.length + second.dims.length > 0) return null;
  if (Object.hasOwn(comparisons, op)) return boolean((comparisons[op] as (a: number, b: number) => boolean)(a, b));
  if (!Object.hasOwn(arithmetic, op) || first.dtype !== 'int32') return null;
  return numberOf('int32', [], (arithmetic[op] as (a: number, b: number) => number)(a, b) | 0);
}

function cast(tensor: Tensor, value: number, to: TfAttribute | undefined): Tensor | null {
  const dtype = to?.kind === 'type' ? dtypeOf(to.value) : undefined;
  if (dtype === 'bool') return { dtype, dims: tensor.dims, data: Uint8Array.of(value === 0 ? 0 : 1) };
  if (dtype === 'int32' || dtype === 'int64') return numberOf(dtype, tensor.dims, Math.trunc(value));
  return dtype === 'float32' ? numberOf(dtype, tensor.dims, value) : null;
}
