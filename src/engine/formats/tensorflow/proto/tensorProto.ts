/** TensorProto: dense bytes, or lists of values whose last one fills what is missing. */
import { CheckpointError } from '../../../../shared/errors';
import { type DType, elementBytes, elementCount, type Tensor } from '../../../graph/ir/tensor';
import type { ByteRange } from '../../kit/bytes/byteSource';
import type { Field, MessageReader } from '../../kit/protobuf/protobuf';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import { type NumericData, type NumericDType, newArray } from '../../kit/tensors/elements';
import { storedTensor } from '../../kit/tensors/storedTensor';
import { dtypeOf } from '../graph/dataTypes';
import { readShape } from './shapeProto';

/** Fewer values than elements are usual for small fills only; beyond this many elements they are the lie of a file about its size. */
const largestFill = 2 ** 26;
/** More texts than this are no part of a network. */
const mostTexts = 2 ** 20;

/** The field of TensorProto that holds the values of an element type. */
function fieldFor(dtype: DType): number {
  switch (dtype) {
    case 'float32':
      return 5;
    case 'float64':
      return 6;
    case 'string':
      return 8;
    case 'int64':
      return 10;
    case 'bool':
      return 11;
    case 'float16':
    case 'bfloat16':
      return 13;
    case 'uint32':
      return 16;
    case 'uint64':
      return 17;
    default:
      return 7;
  }
}

/**
 * A TensorProto's tensor; large ones stay in their file.
 *
 * @returns null when its elements are of a type that is not read, such as handles or complex numbers.
 * @throws CheckpointError when type, shape and data contradict each other.
 */
export function readTensorProto(message: MessageReader): Tensor | null {
  let type = 0;
  let shape: readonly (number | null)[] | null = [];
  let content: ByteRange | null = null;
  const typed: Field[] = [];
  for (const field of message.fields()) {
    if (field.number === 1) type = field.integer();
    else if (field.number === 2) shape = readShape(field.message());
    else if (field.number === 4) content = field.range();
    else if (field.number >= 5) typed.push(field);
  }
  const dtype = dtypeOf(type);
  if (!dtype) return null;
  const dims = knownDims(shape);
  if (dtype === 'string') return { dtype, dims, data: readTexts(typed, dims) };
  if (content && content.end > content.start) return dense(dtype, dims, content);
  return filled(
    dtype,
    dims,
    typed.filter((field) => field.number === fieldFor(dtype)),
  );
}

function knownDims(shape: readonly (number | null)[] | null): readonly number[] {
  const dims = shape as readonly number[] | null;
  if (!dims || dims.includes(null as never) || !Number.isSafeInteger(elementCount(dims))) {
    throw new CheckpointError(
      `The checkpoint is damaged: a constant in it has the impossible shape [${shape?.map((dim) => dim ?? '?').join(', ') ?? '?'}].`,
    );
  }
  return dims;
}

function dense(dtype: NumericDType, dims: readonly number[], content: ByteRange): Tensor {
  const bytes = elementCount(dims) * elementBytes[dtype];
  if (content.end - content.start !== bytes) {
    throw new CheckpointError(
      `The checkpoint is damaged: a constant in it is ${dtype}[${dims.join(', ')}], which takes ${bytes} bytes, but holds ${content.end - content.start}.`,
    );
  }
  return storedTensor(dtype, dims, content);
}

/**
 * A tensor of which type and shape are stated elsewhere: the elements that a TensorProto lists.
 *
 * @throws CheckpointError when they do not fit.
 */
export function listedTensor(dtype: NumericDType, dims: readonly number[], message: MessageReader): Tensor {
  let content: ByteRange | null = null;
  const typed: Field[] = [];
  for (const field of message.fields()) {
    if (field.number === 4) content = field.range();
    else if (field.number === fieldFor(dtype)) typed.push(field);
  }
  return content ? dense(dtype, dims, content) : filled(dtype, dims, typed);
}

/** The elements that the fields list, the last one for all that follow; zeros where there is none. */
function filled(dtype: NumericDType, dims: readonly number[], fields: readonly Field[]): Tensor {
  const count = elementCount(dims);
  const given = newArray(dtype, Math.min(count, most(dtype, fields)));
  let next = 0;
  const add = (value: number | bigint) => {
    if (next < given.length) given[next] = value as never;
    next++;
  };
  const wide = dtype === 'int64' || dtype === 'uint64';
  for (const field of fields) {
    if (dtype === 'float32') field.eachFloat(4, add);
    else if (dtype === 'float64') field.eachFloat(8, add);
    else field.eachInt64(wide ? add : (value) => add(Number(BigInt.asIntN(64, value))));
  }
  if (next > count) {
    throw new CheckpointError(
      `The checkpoint is damaged: a constant in it is ${dtype}[${dims.join(', ')}] but lists ${next} values.`,
    );
  }
  const values = given.subarray(0, next) as NumericData;
  if (next === count) return { dtype, dims, data: values };
  return derivedTensor(dtype, dims, () => {
    if (count > largestFill) {
      throw new CheckpointError(
        `The checkpoint is damaged: a constant in it states ${count} elements and holds ${next}.`,
      );
    }
    const data = newArray(dtype, count);
    data.set(values as never);
    if (next > 0) data.fill(values[next - 1] as never, next);
    return data;
  });
}

/** The most values that the fields can hold: each takes a byte of the file at least. */
function most(dtype: NumericDType, fields: readonly Field[]): number {
  const each = dtype === 'float32' ? 4 : dtype === 'float64' ? 8 : 1;
  return fields.reduce((sum, { start, end }) => sum + Math.max(1, Math.ceil((end - start) / each)), 0);
}

const text = new TextDecoder();

function readTexts(typed: readonly Field[], dims: readonly number[]): readonly string[] {
  const count = elementCount(dims);
  const given = typed.filter((field) => field.number === 8).map((field) => text.decode(field.bytes()));
  if (given.length > count || count > mostTexts) {
    throw new CheckpointError(`The checkpoint is damaged: a constant of ${count} texts in it lists ${given.length}.`);
  }
  while (given.length < count) given.push(given.at(-1) ?? '');
  return given;
}
