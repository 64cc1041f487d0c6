/** Tells by its bytes what a file is; names and extensions are not looked at. */
import { CheckpointError } from '../../../shared/errors';
import type { ByteSource } from './bytes/byteSource';
import { type ProtobufKind, protobufKind } from './protobuf/protobufKinds';
import { ZipArchive } from './zip/zipArchive';

/** What readers and messages tell apart. `zip …` are archives by what they hold; the protobufs come last, since they have no mark. */
export type FileKindId =
  | 'hdf5'
  | 'tflite'
  | 'zip keras'
  | 'zip torchscript'
  | 'zip torch.export'
  | 'zip pickle'
  | 'zip'
  | 'legacy pickle'
  | 'pickle'
  | 'tar'
  | 'safetensors'
  | 'tensorflow index'
  | 'tensorflow.js'
  | 'tensorflow text'
  | 'json'
  | 'text'
  | 'other'
  | ProtobufKind;

export interface FileKind {
  readonly id: FileKindId;
  /** To complete the sentence “This file is …”. */
  readonly what: string;
}

const headBytes = 4096;
const latin1 = new TextDecoder('latin1');

function startsWith(bytes: Uint8Array, magic: readonly number[] | string, at = 0): boolean {
  const expected = typeof magic === 'string' ? [...magic].map((letter) => letter.charCodeAt(0)) : magic;
  return expected.every((byte, i) => bytes[at + i] === byte);
}

const hdf5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

const signatures: readonly (readonly [at: number, magic: readonly number[] | string, id: FileKindId, what: string])[] =
  [
    [0, hdf5, 'hdf5', 'an HDF5 file (Keras .h5)'],
    ...[512, 1024, 2048].map((at) => [at, hdf5, 'hdf5', 'an HDF5 file (Keras .h5)'] as const),
    [
      0,
      'version https://git-lfs.github.com/spec/',
      'other',
      'a Git LFS pointer instead of the file itself (run “git lfs pull”)',
    ],
    [4, 'ORTM', 'other', 'an onnxruntime .ort file'],
    [4, 'TFL3', 'tflite', 'a TensorFlow Lite model'],
    [
      0,
      [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20],
      'legacy pickle',
      'a PyTorch checkpoint of the old format',
    ],
    [257, 'ustar', 'tar', 'a tar archive'],
    [0, 'GGUF', 'other', 'a GGUF file'],
    [0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'other', 'a NumPy array'],
    [0, [0x1f, 0x8b], 'other', 'a gzip archive'],
    [0, [0x89, 0x50, 0x4e, 0x47], 'other', 'a PNG image'],
    [0, [0xff, 0xd8, 0xff], 'other', 'a JPEG image'],
  ];

/** What a zip archive holds, by the names in it. */
function zipKind(names: readonly string[]): FileKind {
  const has = (name: string) => names.some((each) => each === name || each.endsWith(`/${name}`));
  if (has('config.json') && names.some((name) => name.includes('model.weights.'))) {
    return { id: 'zip keras', what: 'a Keras 3 model (.keras)' };
  }
  if (has('constants.pkl')) return { id: 'zip torchscript', what: 'a TorchScript archive' };
  if (has('archive_format') || has('serialized_exported_program.json')) {
    return { id: 'zip torch.export', what: 'a torch.export archive (.pt2)' };
  }
  if (has('data.pkl')) return { id: 'zip pickle', what: 'a PyTorch checkpoint' };
  const ends = (ending: string) => names.some((name) => name.endsWith(ending));
  if (ends('.npy')) return { id: 'zip', what: 'a NumPy archive (.npz)' };
  if (ends('.onnx')) return { id: 'zip', what: 'a zip archive with an ONNX file in it (unpack it)' };
  return { id: 'zip', what: 'a zip archive' };
}

async function zipKindOf(source: ByteSource): Promise<FileKind> {
  try {
    return zipKind((await ZipArchive.open(source)).names);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { id: 'zip', what: 'a damaged zip archive (download or export it again)' };
  }
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

function textKind(head: Uint8Array): FileKind {
  const text = latin1.decode(head).trimStart();
  if (text.startsWith('{') && /"(modelTopology|weightsManifest)"/.test(text)) {
    return { id: 'tensorflow.js', what: 'a TensorFlow.js model' };
  }
  if (/^(node|library|versions|graph_def|meta_info_def|meta_graphs|saved_model_schema_version)\s*[{:<]/.test(text)) {
    return { id: 'tensorflow text', what: 'a TensorFlow graph in text form' };
  }
  if (/^(ir_version|producer_name)\s*:/.test(text)) return { id: 'text', what: 'an ONNX model in text form' };
  if (/^<(!doctype|html)/i.test(text)) {
    return { id: 'text', what: 'a web page instead of the file itself (download it again)' };
  }
  return text.startsWith('{') || text.startsWith('[')
    ? { id: 'json', what: 'a JSON file' }
    : { id: 'text', what: 'a text file' };
}

const protobufNames = {
  onnx: 'an ONNX model',
  'saved-model': 'a TensorFlow SavedModel',
  'meta-graph': 'a TensorFlow graph with its meta data (.meta)',
  'graph-def': 'a frozen TensorFlow graph',
  unknown: 'not a checkpoint of any known format, or damaged at its beginning',
} as const;

/**
 * What a file is by the marks that its format puts into every file, else by the protobuf that it is.
 *
 * @param source a file of at least one byte.
 */
export async function fileKind(source: ByteSource): Promise<FileKind> {
  const head = source.read(0, Math.min(headBytes, source.size)).slice();
  const known = signatures.find(([at, magic]) => startsWith(head, magic, at));
  if (known) return { id: known[2], what: known[3] };
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return zipKindOf(source);
  if (isSafetensors(head, source.size)) {
    return { id: 'safetensors', what: 'a safetensors file (weights without an architecture)' };
  }
  const end = source.read(source.size - Math.min(8, source.size), Math.min(8, source.size)).slice();
  if (startsWith(end, [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb])) {
    return { id: 'tensorflow index', what: 'a TensorFlow checkpoint index' };
  }
  if (isText(head)) return textKind(head);
  if (head[0] === 0x80 && head[1]! <= 5) {
    return { id: 'pickle', what: 'a pickle file (an old PyTorch or scikit-learn model)' };
  }
  const id = protobufKind(source);
  return { id, what: protobufNames[id] };
}
