/** TensorFlow's checkpoints: weights in one file of bytes, and a table of keys and values (as leveldb has) that says where they are. */
import { maskedCrc32c } from '../../../../../src/engine/formats/tensorflow/bundle/crc32c';
import { ProtobufWriter } from '../../../../../src/engine/runtime/onnxruntime/protobufWriter';
import type { Weight } from '../../network/description';
import { bytesOf, save } from '../writer';
import { shapeProto } from './encode';
import { types } from './graph';

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
  return Buffer.concat([content, fixed32(maskedCrc32c(content))]);
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
    const crc = new DataView(fixed32(maskedCrc32c(bytes)).buffer);
    const checksum = Buffer.concat([Uint8Array.of((6 << 3) | 5), new Uint8Array(crc.buffer)]);
    entries.push([key, Buffer.concat([entry.finish(), checksum])]);
    chunks.push(bytes);
    offset += bytes.length;
  }
  save(folder, `${prefix}.data-00000-of-00001`, Buffer.concat(chunks));
  save(folder, `${prefix}.index`, table(entries));
}
