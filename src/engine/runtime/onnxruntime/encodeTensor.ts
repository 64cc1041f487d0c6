import { type DType, elementCount, type Tensor, type TensorData } from '../../graph/tensor';
import { ProtobufWriter } from './protobufWriter';

/** Numbers of TensorProto.DataType in onnx.proto. */
export const onnxTypeNumber: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
};

type NumericData = Exclude<TensorData, readonly string[]>;

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Constants smaller than this many bytes stay in the protobuf. */
const inlineBytes = 1024;
/** Integer constants are mostly shapes and indices that onnxruntime wants to see while it infers shapes. */
const inlineIntegerBytes = 65536;

/** Bytes that are handed to onnxruntime beside the protobuf. */
export interface ExternalTensor {
  readonly path: string;
  readonly data: Uint8Array;
}

/** The elements as ONNX's raw_data: little-endian, 4-bit types packed two to a byte, low half first. */
function rawBytes(tensor: Tensor): Uint8Array {
  const data = tensor.data as NumericData;
  if (tensor.dtype === 'int4' || tensor.dtype === 'uint4') {
    const packed = new Uint8Array(Math.ceil(data.length / 2));
    for (let i = 0; i < data.length; i++) packed[i >> 1] = packed[i >> 1]! | ((Number(data[i]) & 15) << (4 * (i & 1)));
    return packed;
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (littleEndian || data.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = bytes.slice();
  const size = data.BYTES_PER_ELEMENT;
  for (let start = 0; start < swapped.length; start += size) swapped.subarray(start, start + size).reverse();
  return swapped;
}

function isInline(tensor: Tensor, bytes: number): boolean {
  const { dtype } = tensor;
  if (dtype === 'int4' || dtype === 'uint4') return true;
  const float = dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
  return bytes < (float ? inlineBytes : inlineIntegerBytes);
}

/**
 * A TensorProto. When `external` is given, a large tensor's bytes are appended to it (a view, not a copy) and the protobuf only names them:
 * a protobuf ends at 2 GB, and onnxruntime would hold several copies of it while it loads.
 */
export function encodeTensor(name: string, tensor: Tensor, external?: ExternalTensor[]): ProtobufWriter {
  if (tensor.data.length !== elementCount(tensor.dims)) {
    throw new RangeError(`${name}: ${tensor.data.length} values do not fill the shape [${tensor.dims.join(', ')}].`);
  }
  const writer = new ProtobufWriter();
  writer.integers(1, tensor.dims).integer(2, onnxTypeNumber[tensor.dtype]);
  if (tensor.dtype === 'string') {
    for (const text of tensor.data as readonly string[]) writer.string(6, text);
    return writer.string(8, name);
  }
  const bytes = rawBytes(tensor);
  writer.string(8, name);
  if (!external || isInline(tensor, bytes.length)) return writer.data(9, bytes);
  const path = `constant-${external.length}`;
  external.push({ path, data: bytes });
  const entry = (key: string, value: string) => new ProtobufWriter().string(1, key).string(2, value);
  writer.message(13, entry('location', path)).message(13, entry('offset', '0'));
  return writer.message(13, entry('length', String(bytes.length))).integer(14, 1);
}
