/** Formats that begin with a mark of their own. */
import { type FileKind, ways } from './kind';

type Magic = readonly number[] | string;

export function startsWith(bytes: Uint8Array, magic: Magic, at = 0): boolean {
  const expected = typeof magic === 'string' ? [...magic].map((letter) => letter.charCodeAt(0)) : magic;
  return expected.every((byte, i) => bytes[at + i] === byte);
}

const hdf5: Magic = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const hdf5Kind: FileKind = { id: 'hdf5', what: 'an HDF5 file (Keras .h5)' };

const runs = (what: string, where: string): FileKind => ({
  id: 'other',
  what,
  way: `it runs on ${where} only; choose the model that it was made from`,
});
const model = (what: string, way: string = ways.onnx): FileKind => ({ id: 'other', what, way });
const packed = (what: string): FileKind => ({ id: 'other', what, way: ways.unpack });
const noModel = (what: string, way?: string): FileKind => ({
  id: 'other',
  what,
  ...(way && { way }),
  noCheckpoint: true,
});

const signatures: readonly (readonly [at: number, magic: Magic, kind: FileKind])[] = [
  [0, hdf5, hdf5Kind],
  ...[512, 1024, 2048].map((at) => [at, hdf5, hdf5Kind] as const),
  [4, 'TFL3', { id: 'tflite', what: 'a TensorFlow Lite model' }],
  [
    0,
    [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20],
    { id: 'legacy pickle', what: 'a PyTorch checkpoint of the old format' },
  ],
  [4, 'ORTM', runs('an onnxruntime .ort file', 'one version of onnxruntime')],
  [4, 'ET12', runs('an ExecuTorch program (.pte)', 'ExecuTorch')],
  [0, 'ptrt', runs('a TensorRT engine', 'the graphics card that it was built for')],
  [0, 'ftrt', runs('a TensorRT engine', 'the graphics card that it was built for')],
  [
    0,
    [0x12, 0x01, 0, 0, 0, 0, 0, 0],
    model('a file of MXNet weights (.params)', 'export the network to ONNX with mx2onnx'),
  ],
  [0, [0x64, 0x86, 0x01], runs('a compiled Hailo model', 'a Hailo chip')],
  [0, 'GGUF', model('a language model in GGUF', ways.none)],
  [0, 'lmgg', model('a language model in GGML', ways.none)],
  [0, 'tjgg', model('a language model in GGML', ways.none)],
  [0, 'binf', noModel('an XGBoost model, which takes tables and not images', ways.none)],
  [
    0,
    [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59],
    noModel('a NumPy array (.npy): numbers without a network', 'choose the model that it belongs to'),
  ],
  [0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], packed('a 7z archive')],
  [0, [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07], packed('a RAR archive')],
  [0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], packed('an xz archive')],
  [0, [0x28, 0xb5, 0x2f, 0xfd], packed('a Zstandard archive')],
  [0, 'BZh', packed('a bzip2 archive')],
  [0, [0x04, 0x22, 0x4d, 0x18], packed('an LZ4 archive')],
  [0, [0x89, 0x50, 0x4e, 0x47], noModel('a PNG image')],
  [0, [0xff, 0xd8, 0xff], noModel('a JPEG image')],
  [0, 'GIF8', noModel('a GIF image')],
  [8, 'WEBP', noModel('a WebP image')],
  [0, '%PDF', noModel('a PDF document')],
  [0, 'SQLite format 3\0', noModel('an SQLite database')],
  [0, 'PAR1', noModel('a Parquet table')],
  [0, 'ARROW1', noModel('an Arrow table')],
  [0, [0x7f, 0x45, 0x4c, 0x46], noModel('a program or library for Linux')],
  [0, 'MZ', noModel('a program or library for Windows')],
];

/** What the first bytes of a file say, or null. Marks of up to four letters also count in the middle of nothing else. */
export function signatureKind(head: Uint8Array): FileKind | null {
  return signatures.find(([at, magic]) => startsWith(head, magic, at))?.[2] ?? null;
}

const litePrefix = [0x62, 0x70, 0x6c, 0x69, 0x73, 0x74];

/** Formats whose mark is a pattern over several numbers. */
export function patternKind(head: Uint8Array, size: number): FileKind | null {
  if (head.length < 20) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [major, minor, revision] = [0, 4, 8].map((at) => view.getInt32(at, true));
  // Darknet: version 0.1 or 0.2, a revision, then how many images it saw: 32 bits in 0.1, 64 in 0.2.
  if (major === 0 && (minor === 1 || minor === 2) && revision! >= 0 && revision! <= 10 && size % 4 === 0) {
    return {
      id: 'other',
      what: 'a file of Darknet weights (.weights) without their network',
      way: 'convert it with its .cfg to ONNX',
    };
  }
  // PaddlePaddle: a version, no levels of detail, a version, then a message on the tensor: a data type, then its sizes.
  if (view.getUint32(0, true) === 0 && view.getUint32(4, true) === 0 && view.getUint32(8, true) === 0) {
    const length = view.getUint32(16, true);
    if (view.getUint32(12, true) === 0 && length >= 2 && length <= 64 && head[20] === 0x08) {
      return {
        id: 'other',
        what: 'a file of PaddlePaddle weights (.pdiparams) without their network',
        way: 'convert the folder with paddle2onnx',
      };
    }
  }
  if (startsWith(head, litePrefix)) return { id: 'other', what: 'a property list of macOS', noCheckpoint: true };
  return null;
}
