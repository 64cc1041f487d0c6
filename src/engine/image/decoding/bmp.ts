import { ImageError } from '../../../shared/errors';
import type { RgbImage } from '../../../shared/results/attribution';
import { refuseHugeImage } from './imageLimit';

/** How pixels are stored (the header's `biCompression`). */
const compressions: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'RLE8',
  2: 'RLE4',
  3: 'bit fields',
  4: 'an embedded JPEG',
  5: 'an embedded PNG',
  6: 'bit fields',
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Bytes before the pixels. */
  readonly start: number;
  /** RGB triples. */
  readonly palette: Uint8Array;
  /** Red, green, blue, alpha; 0 where there is none. */
  readonly masks: readonly [number, number, number, number];
}

function readPalette(bytes: Uint8Array, at: number, entryBytes: number, entries: number): Uint8Array {
  const palette = new Uint8Array(entries * 3);
  for (let i = 0; i < entries; i++) {
    const from = at + i * entryBytes;
    palette.set([bytes[from + 2] ?? 0, bytes[from + 1] ?? 0, bytes[from] ?? 0], i * 3);
  }
  return palette;
}

function readHeader(bytes: Uint8Array, name: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = bytes.length >= 26 ? view.getUint32(14, true) : 0;
  const core = headerBytes === 12;
  if (!core && (headerBytes < 40 || headerBytes > 124 || bytes.length < 14 + headerBytes)) {
    throw new ImageError(`${name} is a BMP file that is cut off inside its header or has a header of an unknown kind.`);
  }
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = core ? view.getUint16(24, true) : view.getUint16(28, true);
  const compression = core ? 0 : view.getUint32(30, true);
  const height = Math.abs(rows);
  if (width <= 0 || height === 0)
    throw new ImageError(`${name} is a BMP file of ${width}×${height} pixels: it is damaged.`);
  refuseHugeImage(width, height, name);

  const fields = compression === 3 || compression === 6;
  const fits =
    compression === 0
      ? [1, 2, 4, 8, 16, 24, 32].includes(bits)
      : (compression === 1 && bits === 8) || (compression === 2 && bits === 4) || (fits16or32(bits) && fields);
  if (!fits) {
    throw new ImageError(
      `${name} is a BMP file with ${bits} bits a pixel and ${compressions[compression] ?? `compression ${compression}`}, which is not supported; save it as PNG.`,
    );
  }
  let masks: Header['masks'] = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  if (fields) {
    const count = headerBytes >= 56 || compression === 6 ? 4 : 3;
    if (bytes.length < 54 + count * 4) throw new ImageError(`${name} is cut off inside its colour masks.`);
    const mask = (i: number): number => (i < count ? view.getUint32(54 + i * 4, true) : 0);
    masks = [mask(0), mask(1), mask(2), mask(3)];
  }
  const used = core ? 0 : view.getUint32(46, true);
  const entries = bits > 8 ? 0 : used === 0 ? 1 << bits : Math.min(used, 1 << bits);
  const start = view.getUint32(10, true);
  const palette = readPalette(bytes, 14 + headerBytes, core ? 3 : 4, entries);
  return { width, height, topDown: rows < 0, bits, compression, start, palette, masks };
}

const fits16or32 = (bits: number): boolean => bits === 16 || bits === 32;

/** Palette indices of an RLE8 or RLE4 stream, in stored row order; pixels that the stream skips are index 0. */
function readRunLengths(bytes: Uint8Array, header: Header, name: string): Uint8Array {
  const { width, height, bits } = header;
  const indices = new Uint8Array(width * height);
  const perByte = bits === 4 ? 2 : 1;
  let at = header.start;
  let x = 0;
  let y = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw new ImageError(`${name} is cut off: its run-length data ends before the image does.`);
    return byte;
  };
  const put = (index: number): void => {
    if (x < width && y < height) indices[y * width + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number): number => (perByte === 1 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(nibble(value, i));
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += next();
      y += next();
    } else {
      const bytesTaken = Math.ceil(value / perByte);
      let byte = 0;
      for (let i = 0; i < value; i++) {
        if (i % perByte === 0) byte = next();
        put(nibble(byte, i));
      }
      // Literal runs end on a 16-bit boundary.
      if (bytesTaken % 2 === 1) next();
    }
  }
  return indices;
}

/** Takes one channel out of a packed pixel and stretches it to 0..255, rounding down as Pillow does. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.trunc((((pixel & mask) >>> shift) * 255) / most);
}

function copyPalette(rgb: Uint8Array, to: number, palette: Uint8Array, index: number): void {
  rgb[to] = palette[index * 3] ?? 0;
  rgb[to + 1] = palette[index * 3 + 1] ?? 0;
  rgb[to + 2] = palette[index * 3 + 2] ?? 0;
}

/** True for bytes that begin as a BMP file does; its two letters alone also begin many a text. */
export function isBmp(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  return (
    [12, 16, 40, 52, 56, 64, 108, 124].includes(bytes[14]!) && bytes[15] === 0 && bytes[16] === 0 && bytes[17] === 0
  );
}

/**
 * Decodes a BMP file: 1, 2, 4 and 8 bits with a palette, 16, 24 and 32 bits, bit fields, RLE4 and RLE8, rows bottom-up or top-down, headers of
 * OS/2 and Windows. `alpha` holds the alpha channel where the file declares one; colours are not touched by it.
 * Throws ImageError naming `name` when the file is cut off, is too large ({@link refuseHugeImage}) or embeds a JPEG or PNG.
 * Format: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 */
export function decodeBmp(bytes: Uint8Array, name: string): { pixels: RgbImage; alpha: Uint8Array | null } {
  const header = readHeader(bytes, name);
  const { width, height, bits, palette, start } = header;
  const runs = header.compression === 1 || header.compression === 2;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (!runs && start + rowBytes * (height - 1) + Math.ceil((width * bits) / 8) > bytes.length) {
    throw new ImageError(
      `${name} is cut off: ${width}×${height} pixels of ${bits} bits need ${rowBytes * height} bytes and ${Math.max(0, bytes.length - start)} follow the header.`,
    );
  }
  const indices = runs ? readRunLengths(bytes, header, name) : null;
  const data = new Uint8Array(width * height * 3);
  const alpha = header.masks[3] === 0 ? null : new Uint8Array(width * height);
  const [red, green, blue, opacity] = header.masks.map(channelOf) as [Channel, Channel, Channel, Channel];
  for (let row = 0; row < height; row++) {
    const y = header.topDown ? row : height - 1 - row;
    const line = start + row * rowBytes;
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * 3;
      if (indices) {
        copyPalette(data, to, palette, indices[row * width + x]!);
      } else if (bits <= 8) {
        const bit = x * bits;
        const index = (bytes[line + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        copyPalette(data, to, palette, index);
      } else if (bits === 24) {
        const at = line + x * 3;
        data[to] = bytes[at + 2]!;
        data[to + 1] = bytes[at + 1]!;
        data[to + 2] = bytes[at]!;
      } else {
        const at = line + (x * bits) / 8;
        const low = bytes[at]! | (bytes[at + 1]! << 8);
        const pixel = bits === 16 ? low : low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
        data[to] = red(pixel);
        data[to + 1] = green(pixel);
        data[to + 2] = blue(pixel);
        if (alpha) alpha[y * width + x] = opacity(pixel);
      }
    }
  }
  return { pixels: { width, height, data }, alpha };
}

type Channel = (pixel: number) => number;
