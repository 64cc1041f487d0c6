/** Element types by their number in the schema (TensorType). */
import type { NumericDType } from '../../kit/tensors/elements';

export const tensorTypes: readonly (readonly [name: string, dtype: NumericDType | null])[] = [
  ['FLOAT32', 'float32'],
  ['FLOAT16', 'float16'],
  ['INT32', 'int32'],
  ['UINT8', 'uint8'],
  ['INT64', 'int64'],
  ['STRING', null],
  ['BOOL', 'bool'],
  ['INT16', 'int16'],
  ['COMPLEX64', null],
  ['INT8', 'int8'],
  ['FLOAT64', 'float64'],
  ['COMPLEX128', null],
  ['UINT64', 'uint64'],
  ['RESOURCE', null],
  ['VARIANT', null],
  ['UINT32', 'uint32'],
  ['UINT16', 'uint16'],
  ['INT4', 'int4'],
  ['BFLOAT16', 'bfloat16'],
  ['INT2', null],
  ['UINT4', 'uint4'],
];

/** How messages name a type, and what it is in the graph; null for one that the graph has not. */
export function tensorType(code: number): { readonly name: string; readonly dtype: NumericDType | null } {
  const [name, dtype] = tensorTypes[code] ?? [`type ${code}`, null];
  return { name, dtype };
}
