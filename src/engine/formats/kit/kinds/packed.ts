/** Archives that are no zip: named for what is in them, as far as their first bytes tell. */
import { constants, gunzipSync, inflateSync } from 'node:zlib';
import type { ByteSource } from '../bytes/byteSource';
import { type FileKind, quotedName, ways } from './kind';
import { pickleKind } from './pickles';
import { signatureKind, startsWith } from './signatures';

const latin1 = new TextDecoder('latin1');
const block = 512;
const mostNames = 2000;

/** Names in a tar archive, as far as its first blocks and the sizes in them lead. */
function tarNames(source: ByteSource): string[] {
  const names: string[] = [];
  for (let at = 0; at + block <= source.size && names.length < mostNames; ) {
    const header = source.read(at, block);
    const text = (start: number, length: number) =>
      latin1.decode(header.subarray(start, start + length)).replace(/\0.*$/s, '');
    const name = text(0, 100);
    const size = Number.parseInt(text(124, 12).trim(), 8);
    if (name === '' || !Number.isSafeInteger(size) || size < 0) break;
    names.push(name);
    at += block * (1 + Math.ceil(size / block));
  }
  return names;
}

const models =
  /(?:\.(?:onnx|h5|hdf5|keras|tflite|pt|pth|pt2|ckpt|bin|safetensors|pb|mlmodel|caffemodel|index|meta|nemo)|(?:^|\/)model\.json)$/i;

export function tarKind(source: ByteSource): FileKind {
  const names = tarNames(source);
  if (names.includes('storages') && names.includes('pickle')) {
    return {
      id: 'tar',
      what: 'a PyTorch checkpoint of the oldest format (a tar archive)',
      way: 'load and save it again with PyTorch',
    };
  }
  const inside = names.find((name) => models.test(name));
  if (inside === undefined) return { id: 'tar', what: 'a tar archive', way: ways.unpack };
  return { id: 'tar', what: `a tar archive with ${quotedName(inside)} in it`, way: ways.unpack };
}

/** The first bytes of what is packed; null where the packing is damaged. */
function firstBytes(packed: Uint8Array, unpack: typeof gunzipSync): Uint8Array | null {
  try {
    return new Uint8Array(unpack(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 }));
  } catch (error) {
    if (/^(?:Z_|ERR_BUFFER_TOO_LARGE)/.test(String((error as NodeJS.ErrnoException).code))) return null;
    throw error;
  }
}

/** Tells what is in a compressed file from its unpacked beginning; null when that is nothing known. */
function insideWhat(inner: Uint8Array | null): string | null {
  if (inner === null || inner.length === 0) return null;
  if (startsWith(inner, 'ustar', 257)) return 'a tar archive';
  if (inner[0] === 0x80 && inner[1]! <= 5) return pickleKind(inner).what;
  return signatureKind(inner)?.what ?? null;
}

/** @param head the first bytes. */
export function gzipKind(head: Uint8Array): FileKind {
  const inside = insideWhat(firstBytes(head, gunzipSync));
  return {
    id: 'other',
    what: inside === null ? 'a gzip archive' : `a gzip archive with ${inside} in it`,
    way: ways.unpack,
  };
}

/** Files of zlib: joblib writes them around pickles. Null for anything else that begins alike. */
export function zlibKind(head: Uint8Array): FileKind | null {
  if (head[0] !== 0x78 || (head[0] * 256 + head[1]!) % 31 !== 0) return null;
  const inner = firstBytes(head, inflateSync);
  if (inner?.[0] !== 0x80) return null;
  return pickleKind(inner);
}
