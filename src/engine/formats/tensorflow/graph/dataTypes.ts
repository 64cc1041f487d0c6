import type { DType } from '../../../graph/ir/tensor';

/** Numbers of DataType (tensorflow/core/framework/types.proto) that have a meaning here. */
export const dataType = { float: 1, int32: 3, string: 7, bool: 10, resource: 20 } as const;

/** Element types by their DataType; complex numbers, handles and the quantised types of old graphs are missing. */
const dtypes: ReadonlyMap<number, DType> = new Map<number, DType>([
  [1, 'float32'],
  [2, 'float64'],
  [3, 'int32'],
  [4, 'uint8'],
  [5, 'int16'],
  [6, 'int8'],
  [7, 'string'],
  [9, 'int64'],
  [10, 'bool'],
  [14, 'bfloat16'],
  [17, 'uint16'],
  [19, 'float16'],
  [22, 'uint32'],
  [23, 'uint64'],
]);

/** References (the types of variables of TensorFlow 1) are 100 above the type that they refer to. */
export function withoutReference(type: number): number {
  return type > 100 && type < 200 ? type - 100 : type;
}

/** The element type of a DataType; undefined for what is no array of one of the types here. */
export function dtypeOf(type: number): DType | undefined {
  return dtypes.get(withoutReference(type));
}

/** The DataType of an element type; undefined for those that TensorFlow packs otherwise. */
export function dataTypeOf(dtype: DType): number | undefined {
  return [...dtypes].find(([, each]) => each === dtype)?.[0];
}
