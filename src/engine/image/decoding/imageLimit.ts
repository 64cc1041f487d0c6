import { ImageError } from '../../../shared/errors';

/** Most pixels that are decoded: 2²⁷, about 134 million, 403 MB as RGB. A header that claims more is taken for a decompression bomb. */
export const imageLimit = 2 ** 27;

/** Most bytes that decoding may take at once, the pixels that it answers included. */
const decodedLimit = 2 ** 30;

/** Throws ImageError, before anything is allocated, when a header claims more than `limit` pixels. */
export function refuseHugeImage(width: number, height: number, name: string, limit = imageLimit): void {
  if (width * height <= limit) return;
  throw new ImageError(
    `${name} claims ${width}×${height} pixels (${millions(width * height)} million); at most ${millions(limit)} million are decoded, so make a smaller copy.`,
  );
}

/** What decides how much memory an image takes while it is decoded. */
export interface DecodingCost {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** 1 or 2. */
  readonly bytesPerChannel: number;
  /** Stored in several passes (interlaced, progressive) or turned: nothing can be given out before the whole image is in memory. */
  readonly whole: boolean;
}

/** Throws ImageError, before anything is allocated, when an image has too many pixels, or decoding it would take more than 1 GiB. */
export function refuseCostlyImage(cost: DecodingCost, name: string): void {
  const { width, height, channels, bytesPerChannel, whole } = cost;
  refuseHugeImage(width, height, name);
  const answered = Math.max(3, Math.min(4, channels));
  const bytes = width * height * (answered + (whole ? channels * bytesPerChannel : 0));
  if (bytes <= decodedLimit) return;
  throw new ImageError(
    `${name} would take ${(bytes / 2 ** 20).toFixed(0)} MiB to decode (${width}×${height} pixels, stored so that all of them are needed at once); at most ${decodedLimit / 2 ** 20} MiB are given, so make a smaller copy.`,
  );
}

function millions(pixels: number): string {
  return (pixels / 1e6).toFixed(0);
}
