import type { Prediction } from '../../shared/protocol/protocol';
import type { ImageRegion } from '../../shared/results/attribution';
import type { Cursor } from './cursor';

/** The part that the model saw, in pixels of the picture shown (which may be smaller than the image). */
export function shownRegion({ region, picture, imageSize }: Prediction): ImageRegion {
  const across = picture.width / imageSize.width;
  const down = picture.height / imageSize.height;
  return { x: region.x * across, y: region.y * down, width: region.width * across, height: region.height * down };
}

/** The image's own pixel under a pixel of the picture shown. */
export function imagePixel(cursor: Cursor, { picture, imageSize }: Prediction): Cursor {
  return {
    x: Math.floor(((cursor.x + 0.5) * imageSize.width) / picture.width),
    y: Math.floor(((cursor.y + 0.5) * imageSize.height) / picture.height),
  };
}

/** Whether the region leaves out some of the picture (by more than rounding). */
export function isPart(region: ImageRegion, picture: { readonly width: number; readonly height: number }): boolean {
  return (
    region.x > 0.5 ||
    region.y > 0.5 ||
    region.x + region.width < picture.width - 0.5 ||
    region.y + region.height < picture.height - 0.5
  );
}
