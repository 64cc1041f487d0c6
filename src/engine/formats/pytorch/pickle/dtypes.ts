/** Element types by PyTorch's names, and how the storages of pickles call them. */
import { elementBytes } from '../../../graph/ir/tensor';
import type { NumericDType } from '../../kit/tensors/elements';
import type { PickleGlobal } from './values';

/** Those that have a counterpart here. */
const known: ReadonlyMap<string, NumericDType> = new Map<string, NumericDType>([
  ['float32', 'float32'],
  ['float64', 'float64'],
  ['float16', 'float16'],
  ['bfloat16', 'bfloat16'],
  ['int8', 'int8'],
  ['uint8', 'uint8'],
  ['int16', 'int16'],
  ['uint16', 'uint16'],
  ['int32', 'int32'],
  ['uint32', 'uint32'],
  ['int64', 'int64'],
  ['uint64', 'uint64'],
  ['bool', 'bool'],
]);

const ofStorage: ReadonlyMap<string, string> = new Map([
  ['FloatStorage', 'float32'],
  ['DoubleStorage', 'float64'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  ['QInt8Storage', 'qint8'],
  ['QUInt8Storage', 'quint8'],
  ['QInt32Storage', 'qint32'],
  ['QUInt4x2Storage', 'quint4x2'],
  ['QUInt2x4Storage', 'quint2x4'],
  ['ComplexFloatStorage', 'complex64'],
  ['ComplexDoubleStorage', 'complex128'],
  ['UntypedStorage', 'untyped'],
  ['_UntypedStorage', 'untyped'],
]);

/** Bytes of an element of those that have no counterpart here. */
const otherBytes: ReadonlyMap<string, number> = new Map([
  ['qint8', 1],
  ['quint8', 1],
  ['qint32', 4],
  ['quint4x2', 1],
  ['quint2x4', 1],
  ['complex64', 8],
  ['complex128', 16],
  ['untyped', 1],
]);

const otherNames: ReadonlyMap<string, string> = new Map([
  ['float', 'float32'],
  ['double', 'float64'],
  ['half', 'float16'],
  ['long', 'int64'],
  ['int', 'int32'],
  ['short', 'int16'],
]);

/** The element type of a storage's class; undefined for what is none. */
export function storageDtype(type: PickleGlobal): string | undefined {
  return type.module === 'torch' || type.module.startsWith('torch.') ? ofStorage.get(type.name) : undefined;
}

/** `torch.float` as `float32`. */
export function dtypeName({ name }: PickleGlobal): string {
  return otherNames.get(name) ?? name;
}

/** Undefined for complex, quantised and other types that have no counterpart. */
export function graphElements(dtype: string): NumericDType | undefined {
  return known.get(dtype);
}

/** Bytes of an element of a storage, as {@link storageDtype} calls its type. */
export function storageBytes(dtype: string): number {
  const same = known.get(dtype);
  return same ? elementBytes[same] : (otherBytes.get(dtype) as number);
}
