/** Writes the tables of TensorFlow's checkpoints, also such as no TensorFlow writes. */
import { maskedCrc32c } from '../../../src/engine/formats/tensorflow/bundle/crc32c';

export interface TableOptions {
  readonly pack?: (block: Uint8Array) => Uint8Array;
  /** Of the only block, in place of the true one. */
  readonly handle?: { readonly offset: number; readonly size: number };
  /** How many restarts the block states. */
  readonly restarts?: number;
}

type Pairs = readonly (readonly [key: Uint8Array, value: Uint8Array])[];

export function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return [...bytes, left];
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function block(pairs: Pairs, restarts: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let before: Uint8Array = new Uint8Array();
  for (const [key, value] of pairs) {
    let shared = 0;
    while (shared < Math.min(key.length, before.length) && key[shared] === before[shared]) shared++;
    parts.push(Uint8Array.from([...varint(shared), ...varint(key.length - shared), ...varint(value.length)]));
    parts.push(key.subarray(shared), value);
    before = key;
  }
  return Buffer.concat([...parts, word(0), word(restarts)]);
}

/** A table of one block. */
export function tableOf(pairs: Pairs, { pack, handle, restarts = 1 }: TableOptions = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  const add = (content: Uint8Array): number[] => {
    const stored = Uint8Array.from(pack ? pack(Uint8Array.from(content)) : content);
    const typed = Uint8Array.from([...stored, pack ? 1 : 0]);
    parts.push(typed, word(maskedCrc32c(typed)));
    const place = [...varint(at), ...varint(stored.length)];
    at += stored.length + 5;
    return place;
  };
  const data = add(block(pairs, restarts));
  const place = handle ? [...varint(handle.offset), ...varint(handle.size)] : data;
  const meta = add(block([], 1));
  const index = add(block([[Uint8Array.of(0xff), Uint8Array.from(place)]], 1));
  const footer = new Uint8Array(48);
  footer.set([...meta, ...index]);
  footer.set([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], 40);
  return Uint8Array.from(Buffer.concat([...parts, footer]));
}
