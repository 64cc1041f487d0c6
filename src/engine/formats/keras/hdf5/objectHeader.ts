/**
 * Where a dataset's elements lie, from its object header: the library's bindings do not tell. Layout of the headers: HDF5 File Format
 * Specification, IV.A.
 */
import type { Bytes } from './instance';

export interface Storage {
  readonly layout: 'compact' | 'contiguous' | 'chunked' | 'virtual' | 'unknown';
  /** Of contiguous elements: where they begin in the file, and how many bytes they are; null when none were ever written. */
  readonly range: { readonly start: number; readonly bytes: number } | null;
  /** True when the elements lie in another file. */
  readonly external: boolean;
}

const unknown: Storage = { layout: 'unknown', range: null, external: false };
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const undefinedAddress = 0xffff_ffff_ffff_ffffn;
const mostMessages = 4096;
const mostBlocks = 64;

/** A window on the file; reads outside of it give null. */
class Window {
  constructor(private readonly bytes: Bytes) {}

  at(offset: number, length: number): DataView | null {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.bytes.size)) return null;
    const target = new Uint8Array(length);
    this.bytes.readInto(target, offset);
    return new DataView(target.buffer);
  }
}

/** Where addresses are counted from: behind a user block. null when addresses are not 8 bytes long. */
export function baseAddress(bytes: Bytes): number | null {
  const window = new Window(bytes);
  for (let at = 0; at < bytes.size; at = at === 0 ? 512 : at * 2) {
    const head = window.at(at, 24);
    if (!head) return null;
    if (!signature.every((byte, i) => head.getUint8(i) === byte)) continue;
    const sizes = head.getUint8(8) < 2 ? [head.getUint8(13), head.getUint8(14)] : [head.getUint8(9), head.getUint8(10)];
    return sizes.every((size) => size === 8) ? at : null;
  }
  return null;
}

interface Message {
  readonly type: number;
  readonly shared: boolean;
  readonly body: DataView;
}

/** @param address of the header, counted from `base`. */
export function storageOf(bytes: Bytes, base: number, address: number): Storage {
  const messages = messagesOf(new Window(bytes), base, address);
  if (!messages) return unknown;
  const external = messages.some(({ type }) => type === 7);
  const layout = messages.find(({ type }) => type === 8);
  if (!layout || layout.shared) return { ...unknown, external };
  return { ...layoutOf(layout.body, base), external };
}

function layoutOf(body: DataView, base: number): Omit<Storage, 'external'> {
  const none = { layout: 'unknown', range: null } as const;
  if (body.byteLength < 2) return none;
  const version = body.getUint8(0);
  if (version < 3 || version > 5) return none;
  const kind = (['compact', 'contiguous', 'chunked', 'virtual'] as const)[body.getUint8(1)];
  if (kind === undefined) return none;
  if (kind !== 'contiguous') return { layout: kind, range: null };
  if (body.byteLength < 18) return none;
  const start = body.getBigUint64(2, true);
  if (start === undefinedAddress) return { layout: 'contiguous', range: null };
  return { layout: 'contiguous', range: { start: base + Number(start), bytes: Number(body.getBigUint64(10, true)) } };
}

/** All messages of a header and its continuations; null for what is no header. */
function messagesOf(window: Window, base: number, address: number): readonly Message[] | null {
  const head = window.at(base + address, 16);
  if (!head) return null;
  if (head.getUint32(0) === 0x4f484452) return secondVersion(window, base, address, head);
  if (head.getUint8(0) !== 1) return null;
  return blocks(window, base, [base + address + 16, head.getUint32(8, true)], (block, found) => {
    for (let at = 0; at + 8 <= block.byteLength; ) {
      const size = block.getUint16(at + 2, true);
      if (!found(block.getUint16(at, true), block.getUint8(at + 4), at + 8, size)) return;
      at += 8 + size;
    }
  });
}

function secondVersion(window: Window, base: number, address: number, head: DataView): readonly Message[] | null {
  const flags = head.getUint8(5);
  const width = 1 << (flags & 3);
  const before = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizes = window.at(base + address + before, width);
  if (!sizes) return null;
  const first = [1, 2, 4, 8].indexOf(width);
  const length = [
    () => sizes.getUint8(0),
    () => sizes.getUint16(0, true),
    () => sizes.getUint32(0, true),
    () => Number(sizes.getBigUint64(0, true)),
  ][first]?.();
  if (length === undefined) return null;
  const step = flags & 4 ? 6 : 4;
  const start = base + address + before + width;
  return blocks(window, base, [start, length], (block, found) => {
    // Continuations begin with a signature and, as the first block does not, end with a checksum inside their length.
    const continued = block.byteLength >= 4 && block.getUint32(0) === 0x4f43484b;
    const end = continued ? block.byteLength - 4 : block.byteLength;
    for (let at = continued ? 4 : 0; at + step <= end; ) {
      const size = block.getUint16(at + 1, true);
      if (!found(block.getUint8(at), block.getUint8(at + 3), at + step, size)) return;
      at += step + size;
    }
  });
}

type Found = (type: number, flags: number, at: number, size: number) => boolean;

function blocks(
  window: Window,
  base: number,
  first: readonly [number, number],
  walk: (block: DataView, found: Found) => void,
): readonly Message[] | null {
  const messages: Message[] = [];
  const open = [first];
  for (let count = 0; open.length > 0; count++) {
    const [start, length] = open.shift() as readonly [number, number];
    const block = length > 1 << 20 ? null : window.at(start, length);
    if (!block || count > mostBlocks) return null;
    let whole = true;
    walk(block, (type, flags, at, size) => {
      whole = at + size <= block.byteLength && messages.length < mostMessages;
      if (!whole) return false;
      const body = new DataView(block.buffer, block.byteOffset + at, size);
      if (type === 0x10 && size >= 16) {
        open.push([base + Number(body.getBigUint64(0, true)), Number(body.getBigUint64(8, true))]);
      } else messages.push({ type, shared: (flags & 2) !== 0, body });
      return true;
    });
    if (!whole) return null;
  }
  return messages;
}
