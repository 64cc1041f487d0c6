import { CheckpointError } from '../../../../shared/errors';
import { elementBytes, mostDimensions, type Tensor } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import type { Field, MessageReader } from '../../kit/protobuf/protobuf';
import { type NumericData, type NumericDType, newArray } from '../../kit/tensors/elements';
import { storedTensor, unpackNibbles } from '../../kit/tensors/storedTensor';
import { dataTypeName, dtypeOf } from './dataTypes';
import type { ExternalData } from './externalData';

/** A TensorProto whose elements are still in the file. */
export interface TensorRecord {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** raw_data. */
  readonly raw: ByteRange | null;
  /** float_data, int32_data, string_data, int64_data, double_data or uint64_data, in file order. */
  readonly typed: readonly Field[];
  /** Entries of external_data; null when the data is in the file. */
  readonly external: ReadonlyMap<string, string> | null;
}

const typedFields: ReadonlySet<number> = new Set([4, 5, 6, 7, 10, 11]);

/** Shared, since a file may hold very many small tensors. */
const nothing: readonly never[] = [];

function readEntry(message: MessageReader): [string, string] {
  let key = '';
  let value = '';
  for (const field of message.fields()) {
    if (field.number === 1) key = field.text();
    else if (field.number === 2) value = field.text();
  }
  return [key, value];
}

/** Reads everything of a TensorProto but its elements. */
export function readTensorProto(message: MessageReader): TensorRecord {
  const dims: number[] = [];
  const typed: Field[] = [];
  let external: Map<string, string> | null = null;
  let name = '';
  let dataType = 0;
  let raw: ByteRange | null = null;
  let isExternal = false;
  for (const field of message.fields()) {
    if (field.number === 1) field.eachInt64((dim) => addDim(dims, dim));
    else if (field.number === 2) dataType = field.integer();
    else if (field.number === 8) name = field.text();
    else if (field.number === 9) raw = field.range();
    else if (field.number === 13) {
      external ??= new Map();
      external.set(...readEntry(field.message()));
    } else if (field.number === 14) isExternal = field.integer() === 1;
    else if (typedFields.has(field.number)) typed.push(field);
  }
  return {
    name,
    dims: dims.length === 0 ? nothing : dims,
    dataType,
    raw,
    typed: typed.length === 0 ? nothing : typed,
    external: isExternal ? (external ?? new Map()) : null,
  };
}

function addDim(dims: number[], dim: bigint): void {
  if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER) || dims.length === mostDimensions) {
    throw new CheckpointError(
      `A weight of the checkpoint has the impossible dimension ${dim} in place ${dims.length}.`,
    );
  }
  dims.push(Number(dim));
}

/**
 * The tensor; the elements of large ones are read when they are first wanted. Nothing is allocated before the sizes were found to agree
 * with the file.
 *
 * @throws CheckpointError when type, shape and data contradict each other, or the element type is not read here.
 */
export function loadTensor(record: TensorRecord, external: ExternalData): Tensor {
  const dtype = dtypeOf(record.dataType);
  if (!dtype) throw problem(record, `has elements of type ${dataTypeName(record.dataType)}, which is not supported`);
  const count = record.dims.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(count)) {
    throw problem(record, `has the impossible shape [${record.dims.join(', ')}]`);
  }
  const { dims } = record;
  if (dtype === 'string') return { dtype, dims, data: readStrings(record, count) };
  const bytes = Math.ceil(count * elementBytes[dtype]);
  if (record.external) {
    return storedTensor(dtype, dims, external.range(record.name, record.external, bytes));
  }
  if (!record.raw) return { dtype, dims, data: readTyped(record, dtype, count) };
  const { start, end } = record.raw;
  if (end - start !== bytes) {
    throw problem(record, `is ${dtypeShape(record)}, which takes ${bytes} bytes, but holds ${end - start}`);
  }
  return storedTensor(dtype, dims, record.raw);
}

/** The typed field that onnx.proto names for an element type. */
function fieldFor(dtype: NumericDType): number {
  if (dtype === 'float32') return 4;
  if (dtype === 'int64') return 7;
  if (dtype === 'float64') return 10;
  if (dtype === 'uint32' || dtype === 'uint64') return 11;
  return 5;
}

function readTyped(record: TensorRecord, dtype: NumericDType, count: number): NumericData {
  const number = fieldFor(dtype);
  const fields = record.typed.filter((field) => field.number === number);
  const nibbles = dtype === 'int4' || dtype === 'uint4';
  const stored = nibbles ? Math.ceil(count / 2) : count;
  // Every stored element takes at least a byte of the file.
  const available = fields.reduce((sum, field) => sum + Math.max(1, field.end - field.start), 0);
  const wrong = (given: string) => problem(record, `is ${dtypeShape(record)} but holds ${given} values`);
  if (stored > available) throw wrong(available === 0 ? 'no' : 'fewer');
  const data = newArray(nibbles ? 'uint8' : dtype, stored);
  const wide = dtype === 'int64' || dtype === 'uint64';
  let next = 0;
  const add = (value: number | bigint) => {
    if (next < stored) data[next] = value as never;
    next++;
  };
  for (const field of fields) {
    if (number === 4) field.eachFloat(4, add);
    else if (number === 10) field.eachFloat(8, add);
    // Storing a negative bigint in a BigUint64Array, or a wide number in a narrow array, keeps the low bits, as the format means it.
    else field.eachInt64(wide ? add : (value) => add(Number(BigInt.asIntN(64, value))));
  }
  if (next !== stored) throw wrong(String(next));
  return nibbles ? unpackNibbles(dtype, count, data as Uint8Array) : data;
}

function readStrings(record: TensorRecord, count: number): readonly string[] {
  const fields = record.typed.filter((field) => field.number === 6);
  if (fields.length !== count) {
    throw problem(record, `is ${dtypeShape(record)} but holds ${fields.length} texts`);
  }
  return fields.map((field) => field.text());
}

function dtypeShape(record: TensorRecord): string {
  return `${dataTypeName(record.dataType)}[${record.dims.join(', ')}]`;
}

function problem(record: TensorRecord, what: string): CheckpointError {
  return new CheckpointError(`The weight “${record.name || '(unnamed)'}” of the checkpoint ${what}.`);
}
