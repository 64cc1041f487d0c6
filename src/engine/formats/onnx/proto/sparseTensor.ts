import { CheckpointError } from '../../../../shared/errors';
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import type { MessageReader } from '../../kit/protobuf/protobuf';
import { type NumericDType, newArray } from '../../kit/tensors/elements';
import type { ExternalData } from './externalData';
import { loadTensor, readTensorProto, type TensorRecord } from './tensorProto';

/** A SparseTensorProto: values, and where they stand in a tensor of zeros. */
export interface SparseRecord {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: TensorRecord;
  readonly indices: TensorRecord;
}

/** A sparse tensor's size is not bounded by its file: half a gigabyte of float32 is the most that is unpacked. */
const mostElements = 2 ** 27;

export function readSparseTensor(message: MessageReader): SparseRecord {
  let values: TensorRecord | null = null;
  let indices: TensorRecord | null = null;
  const dims: bigint[] = [];
  for (const field of message.fields()) {
    if (field.number === 1) values = readTensorProto(field.message());
    else if (field.number === 2) indices = readTensorProto(field.message());
    else if (field.number === 3) field.eachInt64((dim) => dims.push(dim));
  }
  if (!values || !indices) throw new CheckpointError('A sparse weight of the checkpoint lacks its values or indices.');
  const count = dims.reduce((product, dim) => product * dim, 1n);
  if (dims.some((dim) => dim < 0n) || count > BigInt(mostElements)) {
    throw problem(values.name, `has the shape [${dims.join(', ')}], more than ${mostElements} elements or not a shape`);
  }
  return { name: values.name, dims: dims.map(Number), values, indices };
}

/** @throws CheckpointError when an index lies outside the tensor. */
export function loadSparse(record: SparseRecord, external: ExternalData): Tensor {
  const { name, dims } = record;
  const values = loadTensor(record.values, external);
  const indices = loadTensor(record.indices, external);
  if (values.dtype === 'string' || indices.dtype !== 'int64')
    throw problem(name, 'is sparse with unusual element types');
  const count = elementCount(values.dims);
  const perValue = indices.dims.length === 2 ? dims.length : 1;
  if (elementCount(indices.dims) !== count * perValue)
    throw problem(name, 'is sparse and lacks an index for each value');
  const size = elementCount(dims);
  const dense = newArray(values.dtype as NumericDType, size);
  for (let i = 0; i < count; i++) {
    let at = 0;
    for (let axis = 0; axis < perValue; axis++) {
      const index = Number(indices.data[i * perValue + axis]);
      const length = perValue === 1 ? size : (dims[axis] as number);
      if (index < 0 || index >= length) throw problem(name, `is sparse and has the index ${index}, outside its shape`);
      at = perValue === 1 ? index : at * length + index;
    }
    dense[at] = values.data[i] as never;
  }
  return { dtype: values.dtype, dims, data: dense };
}

function problem(name: string, what: string): CheckpointError {
  return new CheckpointError(`The weight “${name || '(unnamed)'}” of the checkpoint ${what}.`);
}
