/** Element types by PyTorch's and by ONNX's numbers. */
import type { DType } from '../../../../graph/ir/tensor';
import { typeCode } from '../../../../graph/ops/elementTypes';

/** The types that a graph computes with. */
const graphTypes = [
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'bool',
  'uint32',
  'uint64',
] as const satisfies readonly DType[];

export type GraphDType = (typeof graphTypes)[number];

/** The `to` of a Cast. */
export function numberOf(dtype: GraphDType): number {
  return typeCode(dtype);
}

export function dtypeNumbered(number: number): GraphDType {
  return graphTypes.find((dtype) => typeCode(dtype) === number) ?? 'float32';
}

/** c10::ScalarType (c10/core/ScalarType.h), which TorchScript writes; complex and quantised types are not among them. */
const scalarTypes: Readonly<Record<number, DType>> = {
  0: 'uint8',
  1: 'int8',
  2: 'int16',
  3: 'int32',
  4: 'int64',
  5: 'float16',
  6: 'float32',
  7: 'float64',
  11: 'bool',
  15: 'bfloat16',
  27: 'uint16',
  28: 'uint32',
  29: 'uint64',
};

export function scalarType(number: number): DType | undefined {
  return scalarTypes[number];
}

/** The type that a value of the program has in the graph: all floating-point numbers are float32. */
export function graphType(dtype: DType): GraphDType {
  return graphTypes.find((each) => each === dtype) ?? 'float32';
}

export const isFloating = (dtype: DType): boolean => graphType(dtype) === 'float32';

/** PyTorch's order of type promotion among the types of a graph. */
const order: readonly GraphDType[] = [
  'bool',
  'uint8',
  'int8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
];

/** The higher of two types. */
export function higher(a: GraphDType, b: GraphDType): GraphDType {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

/** bool, integers or floats: within one, a scalar does not change a tensor's type. */
export function category(dtype: GraphDType): number {
  return dtype === 'bool' ? 0 : dtype === 'float32' ? 2 : 1;
}
