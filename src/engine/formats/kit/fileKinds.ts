/** Tells by its bytes what a file is; names and extensions are not looked at. */
import type { ByteSource } from './bytes/byteSource';
import { protobufKind } from './protobuf/protobufKinds';

const headBytes = 4096;
const tailBytes = 65536;
const latin1 = new TextDecoder('latin1');

function startsWith(bytes: Uint8Array, magic: readonly number[] | string, at = 0): boolean {
  const expected = typeof magic === 'string' ? [...magic].map((letter) => letter.charCodeAt(0)) : magic;
  return expected.every((byte, i) => bytes[at + i] === byte);
}

const signatures: readonly (readonly [at: number, magic: readonly number[] | string, what: string])[] = [
  [0, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], 'an HDF5 file (Keras .h5)'],
  [512, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], 'an HDF5 file (Keras .h5)'],
  [0, 'version https://git-lfs.github.com/spec/', 'a Git LFS pointer instead of the file itself (run “git lfs pull”)'],
  [4, 'ORTM', 'an onnxruntime .ort file'],
  [4, 'TFL3', 'a TensorFlow Lite model'],
  [0, [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], 'a PyTorch checkpoint of the old format'],
  [257, 'ustar', 'a tar archive'],
  [0, 'GGUF', 'a GGUF file'],
  [0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'a NumPy array'],
  [0, [0x1f, 0x8b], 'a gzip archive'],
  [0, [0x89, 0x50, 0x4e, 0x47], 'a PNG image'],
  [0, [0xff, 0xd8, 0xff], 'a JPEG image'],
];

/** What a zip archive holds, by the names in its directory at the end. */
function zipKind(tail: Uint8Array): string {
  const names = latin1.decode(tail);
  if (names.includes('model.weights.h5') && names.includes('config.json')) return 'a Keras 3 model (.keras)';
  if (names.includes('constants.pkl')) return 'a TorchScript archive';
  if (names.includes('archive_format') || names.includes('serialized_exported_program.json'))
    return 'a torch.export archive (.pt2)';
  if (names.includes('data.pkl')) return 'a PyTorch checkpoint';
  if (names.includes('.npy')) return 'a NumPy archive (.npz)';
  if (names.includes('.onnx')) return 'a zip archive with an ONNX file in it (unpack it)';
  return 'a zip archive';
}

/** Length of the header, then JSON. */
function isSafetensors(head: Uint8Array, size: number): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const headerLength = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  return headerLength >= 2n && headerLength <= BigInt(Math.min(size - 8, 100_000_000));
}

function isText(head: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary data from text.
    return !/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function textKind(head: Uint8Array): string {
  const text = latin1.decode(head).trimStart();
  if (/"(modelTopology|weightsManifest)"/.test(text)) return 'a TensorFlow.js model';
  if (/^(node|graph_def|meta_graphs|saved_model_schema_version)\s*[{:]/.test(text))
    return 'a TensorFlow graph in text form';
  if (/^(ir_version|producer_name)\s*:/.test(text)) return 'an ONNX model in text form';
  if (/^<(!doctype|html)/i.test(text)) return 'a web page instead of the file itself (download it again)';
  if (text.startsWith('{') || text.startsWith('[')) return 'a JSON file';
  return 'a text file';
}

/**
 * What a file is by the marks that its format puts into every file, to complete the sentence “This file is …”; null when it has none, as
 * protobufs have none.
 *
 * @param source a file of at least one byte
 */
export function markedKind(source: ByteSource): string | null {
  const head = source.read(0, Math.min(headBytes, source.size)).slice();
  const known = signatures.find(([at, magic]) => startsWith(head, magic, at));
  if (known) return known[2];
  const tail = Math.min(tailBytes, source.size);
  const end = source.read(source.size - tail, tail).slice();
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return zipKind(end);
  if (isSafetensors(head, source.size)) return 'a safetensors file (weights without an architecture)';
  if (startsWith(end, [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], tail - 8))
    return 'a TensorFlow checkpoint index';
  if (isText(head)) return textKind(head);
  if (head[0] === 0x80 && head[1]! <= 5) return 'a pickle file (an old PyTorch or scikit-learn model)';
  return null;
}

const protobufNames = {
  onnx: 'an ONNX model',
  'saved-model': 'a TensorFlow SavedModel',
  'meta-graph': 'a TensorFlow graph with its meta data (.meta)',
  'graph-def': 'a frozen TensorFlow graph',
  unknown: 'not a checkpoint of any known format, or damaged at its beginning',
} as const;

/** What a file is, to complete the sentence “This file is …”, with or without a mark. */
export function fileKind(source: ByteSource): string {
  return markedKind(source) ?? protobufNames[protobufKind(source)];
}
