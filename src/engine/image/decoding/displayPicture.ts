import type { Picture } from '../../../shared/results/attribution';
import { resample } from '../preprocessing/resample';

/**
 * The picture for the screen: at most `maxSide` pixels on its longer side (antialiased bilinear), never enlarged.
 * `scale` is displayed length over original length, 0 < scale ≤ 1.
 */
export function displayPicture(picture: Picture, maxSide: number): { picture: Picture; scale: number } {
  const scale = Math.min(1, maxSide / Math.max(picture.width, picture.height));
  if (scale === 1) return { picture, scale };
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  const { width, height, data } = resample(
    { ...picture, channels: 3 },
    side(picture.width),
    side(picture.height),
    'bilinear',
  );
  return { picture: { width, height, data }, scale };
}
