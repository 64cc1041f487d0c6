import { ImageError } from '../../../shared/errors';

/** Most pixels that are decoded: 16383², about 268 million, 805 MB as RGB. A larger header is taken for a decompression bomb. */
export const imageLimit = 0x3fff * 0x3fff;

/** Throws ImageError, before anything is allocated, when a header claims more than {@link imageLimit} pixels. */
export function refuseHugeImage(width: number, height: number, name: string): void {
  if (width * height <= imageLimit) return;
  const megapixels = (pixels: number): string => (pixels / 1e6).toFixed(0);
  throw new ImageError(
    `${name} claims ${width}×${height} pixels (${megapixels(width * height)} million); at most ${megapixels(imageLimit)} million are decoded, so make a smaller copy.`,
  );
}
