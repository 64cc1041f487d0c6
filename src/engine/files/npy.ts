import { basename } from 'node:path';
import { ImageError } from '../../shared/errors';
import { type DType, elementCount, type Tensor, type TensorData } from '../graph/ir/tensor';
import { FileProblem, readRegularFile } from './regularFile';

type TypedArray = Exclude<TensorData, readonly string[]>;

interface ElementType {
  readonly dtype: DType;
  readonly bytes: number;
  /** A view of `buffer`, which holds native-endian elements from byte 0. */
  view(buffer: ArrayBuffer): TypedArray;
}

/** NumPy type code (without the byte-order mark) → element type. float16 keeps its bit pattern, bool one byte each. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  f2: { dtype: 'float16', bytes: 2, view: (buffer) => new Uint16Array(buffer) },
  f4: { dtype: 'float32', bytes: 4, view: (buffer) => new Float32Array(buffer) },
  f8: { dtype: 'float64', bytes: 8, view: (buffer) => new Float64Array(buffer) },
  i1: { dtype: 'int8', bytes: 1, view: (buffer) => new Int8Array(buffer) },
  i2: { dtype: 'int16', bytes: 2, view: (buffer) => new Int16Array(buffer) },
  i4: { dtype: 'int32', bytes: 4, view: (buffer) => new Int32Array(buffer) },
  i8: { dtype: 'int64', bytes: 8, view: (buffer) => new BigInt64Array(buffer) },
  u1: { dtype: 'uint8', bytes: 1, view: (buffer) => new Uint8Array(buffer) },
  u2: { dtype: 'uint16', bytes: 2, view: (buffer) => new Uint16Array(buffer) },
  u4: { dtype: 'uint32', bytes: 4, view: (buffer) => new Uint32Array(buffer) },
  u8: { dtype: 'uint64', bytes: 8, view: (buffer) => new BigUint64Array(buffer) },
  b1: { dtype: 'bool', bytes: 1, view: (buffer) => new Uint8Array(buffer) },
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

interface Header {
  readonly code: string;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly dims: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array, name: string): Header {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new ImageError(`${name} is not a NumPy file: it does not begin with the .npy signature.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw new ImageError(`${name} is a NumPy file of version ${version}; versions 1 to 3 can be read.`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthBytes) throw new ImageError(`${name} is cut off inside its header.`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthBytes + length;
  if (start > bytes.length) throw new ImageError(`${name} is cut off inside its header.`);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(8 + lengthBytes, start));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  if (descr === undefined) {
    throw new ImageError(`${name} holds a structured array or a damaged header; a plain numeric array is needed.`);
  }
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (order === undefined || shape === undefined || !/^[\d\s,]*$/.test(shape)) {
    throw new ImageError(`${name} has a damaged header: ${text.trim().slice(0, 120)}`);
  }
  const dims = shape
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  const [, byteOrder = '', code = ''] = /^([<>=|]?)(.*)$/.exec(descr) ?? [];
  return { code, bigEndian: byteOrder === '>', fortranOrder: order === 'True', dims, start };
}

/** Column-major elements in row-major order. */
function toRowMajor<T extends TypedArray>(source: T, dims: readonly number[]): T {
  const result = source.slice() as T;
  const index = dims.map(() => 0);
  const strides: number[] = [];
  dims.reduce((stride, dim, axis) => {
    strides[axis] = stride;
    return stride * dim;
  }, 1);
  let from = 0;
  for (let to = 0; to < source.length; to++) {
    result[to] = source[from]!;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      index[axis]!++;
      if (index[axis]! < dims[axis]!) break;
      from -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/**
 * Reads the bytes of a `.npy` file (versions 1 to 3, either byte order, C or Fortran order) into a row-major tensor of the same shape.
 * float16 comes as bit patterns. Throws ImageError naming `name` when the bytes are no such file, are cut off or hold strings, objects or records.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpy(bytes: Uint8Array, name = 'The array'): Tensor {
  const { code, bigEndian, fortranOrder, dims, start } = readHeader(bytes, name);
  const type = elementTypes[code];
  if (!type) {
    throw new ImageError(`${name} holds elements of NumPy type “${code}”; floats, integers and booleans can be read.`);
  }
  const needed = elementCount(dims) * type.bytes;
  const present = bytes.length - start;
  if (!Number.isSafeInteger(needed) || present !== needed) {
    const problem = present < needed ? 'is cut off' : 'has more bytes than its shape needs';
    throw new ImageError(
      `${name} ${problem}: shape (${dims.join(', ')}) of ${type.dtype} takes ${needed} bytes and ${present} follow the header.`,
    );
  }
  // Not slice(): on a Node Buffer that is a view, and the elements must begin at byte 0 of their own buffer.
  const raw = new Uint8Array(bytes.subarray(start));
  if (bigEndian) swapBytes(raw, type.bytes);
  const data = type.view(raw.buffer);
  return { dtype: type.dtype, dims, data: fortranOrder && dims.length > 1 ? toRowMajor(data, dims) : data };
}

/** Most bytes of a `.npy` file that is read: far more than the input of any image model takes. */
const largestFile = 1024 ** 3;

/** Reads a `.npy` file; errors as {@link parseNpy}, and ImageError when it is no regular file of at most 1 GiB that can be read. */
export async function readNpy(path: string): Promise<Tensor> {
  try {
    return parseNpy(await readRegularFile(path, largestFile), basename(path));
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new ImageError(`${path} ${error.what}.`, { cause: error });
  }
}

/**
 * The bytes of a version-1 `.npy` file, C order, little-endian, its data aligned to 64 bytes as NumPy does.
 * Throws a RangeError for element types that NumPy lacks (bfloat16, the 4-bit types, strings).
 */
export function encodeNpy(tensor: Tensor): Uint8Array {
  const { dims, data } = tensor;
  const entry = Object.entries(elementTypes).find(([, type]) => type.dtype === tensor.dtype);
  if (!entry || !ArrayBuffer.isView(data)) throw new RangeError(`NumPy has no element type ${tensor.dtype}.`);
  if (data.length !== elementCount(dims)) {
    throw new RangeError(`${data.length} values do not fill the shape [${dims.join(', ')}].`);
  }
  const [code, { bytes }] = entry;
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const description = `{'descr': '${bytes === 1 ? '|' : '<'}${code}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + description.length + 1) / 64) * 64;
  const result = new Uint8Array(length + data.byteLength);
  result.set([...magic, 1, 0]);
  new DataView(result.buffer).setUint16(8, length - 10, true);
  result.set(new TextEncoder().encode(`${description.padEnd(length - 11)}\n`), 10);
  result.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return result;
}
