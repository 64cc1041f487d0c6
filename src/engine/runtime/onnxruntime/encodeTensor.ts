import { LazyTensor } from '../../graph/ir/lazyTensor';
import { type DType, elementBytes, elementCount, type Tensor, type TensorData } from '../../graph/ir/tensor';
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

/** Where onnxruntime finds a constant's bytes: a name of its own or a file's, and the range in it. */
export interface Place {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Finds places for constants outside of the protobuf; null for one that is to stay inside. */
export type Placing = (tensor: Tensor, bytes: number) => Place | null;

/** The elements as ONNX's raw_data: little-endian, 4-bit types packed two to a byte, low half first. */
export function rawBytes(tensor: Tensor): Uint8Array {
  const data = LazyTensor.passing(tensor) as NumericData;
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

/** How many bytes a tensor's raw_data takes; 0 for texts, which have none. */
export function rawLength({ dtype, dims }: Tensor): number {
  return dtype === 'string' ? 0 : Math.ceil(elementCount(dims) * elementBytes[dtype]);
}

/** Small constants and those that onnxruntime reads while it infers shapes stand in the protobuf. */
export function isInline(tensor: Tensor, bytes = rawLength(tensor)): boolean {
  const { dtype } = tensor;
  if (dtype === 'int4' || dtype === 'uint4' || dtype === 'string') return true;
  const float = dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
  return bytes < (float ? inlineBytes : inlineIntegerBytes);
}

/**
 * A TensorProto. Where `place` gives one, a large tensor's bytes are left there and the protobuf only names the place: a protobuf ends at
 * 2 GB, and onnxruntime would hold several copies of it while it loads.
 */
export function encodeTensor(name: string, tensor: Tensor, place?: Placing): ProtobufWriter {
  const bytes = rawLength(tensor);
  // A lazy tensor's size was compared with its file when it was read.
  if (!(tensor instanceof LazyTensor) && tensor.data.length !== elementCount(tensor.dims)) {
    throw new RangeError(`${name}: ${tensor.data.length} values do not fill the shape [${tensor.dims.join(', ')}].`);
  }
  const writer = new ProtobufWriter();
  writer.integers(1, tensor.dims).integer(2, onnxTypeNumber[tensor.dtype]);
  if (tensor.dtype === 'string') {
    for (const text of tensor.data as readonly string[]) writer.string(6, text);
    return writer.string(8, name);
  }
  writer.string(8, name);
  const placed = place && !isInline(tensor, bytes) ? place(tensor, bytes) : null;
  if (!placed) return writer.data(9, rawBytes(tensor));
  for (const [key, value] of Object.entries(placed))
    writer.message(13, new ProtobufWriter().string(1, key).string(2, String(value)));
  return writer.integer(14, 1);
}
