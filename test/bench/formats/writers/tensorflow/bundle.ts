/** TensorFlow's checkpoints: weights in one file of bytes, and a table of keys and values (as leveldb has) that says where they are. */
import { ProtobufWriter } from '../../../../../src/engine/runtime/onnxruntime/protobufWriter';
import type { Weight } from '../../network/description';
import { bytesOf, save } from '../writer';
import { shapeProto } from './encode';
import { types } from './graph';

/** CRC-32C, eight tables for eight bytes at a time. */
const tables = (() => {
  const all = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first] = all as [Uint32Array];
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    first[i] = c >>> 0;
  }
  for (let table = 1; table < 8; table++)
    for (let i = 0; i < 256; i++) {
      const before = (all[table - 1] as Uint32Array)[i] as number;
      (all[table] as Uint32Array)[i] = ((before >>> 8) ^ (first[before & 255] as number)) >>> 0;
    }
  return all as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
})();

export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = 0xffffffff;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** As TensorFlow and leveldb store one. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function fixed32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** A block with its type (not compressed) and checksum. */
function block(entries: readonly Entry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [key, value] of entries)
    parts.push(Uint8Array.from([0, ...varint(key.length), ...varint(value.length)]), key, value);
  // One restart, at the beginning.
  parts.push(fixed32(0), fixed32(1), Uint8Array.of(0));
  const content = Buffer.concat(parts);
  return Buffer.concat([content, fixed32(masked(crc32c(content)))]);
}

function table(entries: readonly Entry[]): Uint8Array {
  const handle = (offset: number, bytes: Uint8Array) => [...varint(offset), ...varint(bytes.length - 5)];
  const data = block(entries);
  const meta = block([]);
  const [lastKey] = entries.at(-1) as Entry;
  const index = block([[lastKey, Uint8Array.from(handle(0, data))]]);
  const handles = [...handle(data.length, meta), ...handle(data.length + meta.length, index)];
  const footer = Buffer.alloc(48);
  footer.set(handles);
  footer.set([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], 40);
  return Buffer.concat([data, meta, index, footer]);
}

/** Writes `prefix.index` and `prefix.data-00000-of-00001`. */
export function saveBundle(folder: string, prefix: string, weights: ReadonlyMap<string, Weight>): void {
  const ordered = [...weights].map(([name, weight]) => [Buffer.from(name), weight] as const);
  ordered.sort(([a], [b]) => Buffer.compare(a, b));
  const header = new ProtobufWriter().integer(1, 1).message(3, new ProtobufWriter().integer(1, 1));
  const entries: Entry[] = [[new Uint8Array(), header.finish()]];
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [key, { dims, data }] of ordered) {
    const bytes = bytesOf(data);
    const entry = new ProtobufWriter().integer(1, types.float).message(2, shapeProto(dims));
    entry.integer(4, offset).integer(5, bytes.length);
    // Field 6 is four bytes wide, like a float.
    const crc = new DataView(fixed32(masked(crc32c(bytes))).buffer);
    const checksum = Buffer.concat([Uint8Array.of((6 << 3) | 5), new Uint8Array(crc.buffer)]);
    entries.push([key, Buffer.concat([entry.finish(), checksum])]);
    chunks.push(bytes);
    offset += bytes.length;
  }
  save(folder, `${prefix}.data-00000-of-00001`, Buffer.concat(chunks));
  save(folder, `${prefix}.index`, table(entries));
}
