/** Tells by its bytes what a file is; names and extensions are not looked at. */
import type { ByteSource } from './bytes/byteSource';
import { hdf5Kind } from './kinds/hdf5';
import { type FileKind, sizeText, ways } from './kinds/kind';
import { gzipKind, tarKind, zlibKind } from './kinds/packed';
import { pickleKindOf } from './kinds/pickles';
import { otherProtobufKind } from './kinds/protobufs';
import { isSafetensors, safetensorsKind } from './kinds/safetensors';
import { patternKind, signatureKind, startsWith } from './kinds/signatures';
import { isText, textKind } from './kinds/texts';
import { zipKind } from './kinds/zips';
import { protobufKind } from './protobuf/protobufKinds';

export type { FileKind, FileKindId } from './kinds/kind';

const headBytes = 4096;
const indexEnd = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** Places of a file that was reserved and never filled. */
function isZeroFilled(source: ByteSource): boolean {
  const length = Math.min(headBytes, source.size);
  const places = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.floor(share * (source.size - length)));
  return places.every((at) => isZero(source.read(at, length)));
}

/** The sizes that Flax writes: a map whose first key is a text and whose first value is a map or an array. */
function isFlax(head: Uint8Array): boolean {
  const [first, second] = head;
  const at = first! >= 0x81 && first! <= 0x8f ? 1 : first === 0xde ? 3 : 0;
  const keyLength = (at === 1 ? second! : head[at]!) - 0xa0;
  if (at === 0 || !(keyLength >= 1 && keyLength <= 31) || head.length < at + keyLength + 2) return false;
  const key = head.subarray(at + 1, at + 1 + keyLength);
  const value = head[at + 1 + keyLength]!;
  const isMap = (value >= 0x80 && value <= 0x8f) || value === 0xde;
  const isArray = value >= 0xc7 && value <= 0xc9;
  return key.every((byte) => byte >= 0x20 && byte < 0x7f) && (isMap || isArray);
}

const protobufNames = {
  onnx: 'an ONNX model',
  'saved-model': 'a TensorFlow SavedModel',
  'meta-graph': 'a TensorFlow graph with its meta data (.meta)',
  'graph-def': 'a frozen TensorFlow graph',
} as const;

function binaryKind(source: ByteSource, head: Uint8Array): FileKind {
  if (head[0] === 0x80 && head[1]! <= 5) return pickleKindOf(source);
  const packed = zlibKind(head) ?? patternKind(head, source.size);
  if (packed) return packed;
  const id = protobufKind(source);
  if (id !== 'unknown') return { id, what: protobufNames[id] };
  if (isFlax(head)) {
    return { id: 'other', what: 'a file of Flax weights (.msgpack), without a network', way: ways.onnx };
  }
  return (
    otherProtobufKind(source) ?? {
      id: 'unknown',
      what: 'not a checkpoint of any known format, or damaged at its beginning',
      noCheckpoint: true,
    }
  );
}

/**
 * What a file is by the marks that its format puts into every file, else by the protobuf that it is.
 *
 * @param source a file of at least one byte.
 */
export async function fileKind(source: ByteSource): Promise<FileKind> {
  const head = source.read(0, Math.min(headBytes, source.size)).slice();
  const known = signatureKind(head);
  if (known) return known.id === 'hdf5' ? hdf5Kind(source) : known;
  if (startsWith(head, 'ustar', 257)) return tarKind(source);
  if (startsWith(head, [0x1f, 0x8b])) return gzipKind(head);
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return zipKind(source);
  if (isSafetensors(head)) return safetensorsKind(source);
  const end = source.read(source.size - Math.min(8, source.size), Math.min(8, source.size)).slice();
  if (startsWith(end, indexEnd)) return { id: 'tensorflow index', what: 'a TensorFlow checkpoint index' };
  if (isText(head)) return textKind(head, source.size);
  if (source.size >= 64 && isZeroFilled(source)) {
    return {
      id: 'other',
      what: `${sizeText(source.size)} of zeros: its download reserved the place and did not fill it`,
      way: ways.again,
    };
  }
  return binaryKind(source, head);
}
