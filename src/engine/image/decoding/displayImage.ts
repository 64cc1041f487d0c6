import type { RgbImage } from '../../../shared/results/attribution';
import { resample } from '../preprocessing/resample';

/**
 * The image for the screen: at most `maxSide` pixels on its longer side (antialiased bilinear), never enlarged.
 * `scale` is displayed length over original length, 0 < scale ≤ 1.
 */
export function displayImage(pixels: RgbImage, maxSide: number): { pixels: RgbImage; scale: number } {
  const scale = Math.min(1, maxSide / Math.max(pixels.width, pixels.height));
  if (scale === 1) return { pixels, scale };
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  const { width, height, data } = resample(
    { ...pixels, channels: 3 },
    side(pixels.width),
    side(pixels.height),
    'bilinear',
  );
  return { pixels: { width, height, data }, scale };
}
