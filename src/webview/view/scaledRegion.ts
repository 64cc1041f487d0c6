import type { Prediction } from '../../shared/explanation/events';
import type { ImageRegion } from '../../shared/results/attribution';
import type { Pixel } from './cursor';

/** The part that the model saw, in pixels of the image shown (which may be smaller than the image). */
export function shownRegion({ region, pixels, imageSize }: Prediction): ImageRegion {
  const across = pixels.width / imageSize.width;
  const down = pixels.height / imageSize.height;
  return { x: region.x * across, y: region.y * down, width: region.width * across, height: region.height * down };
}

/** The image's own pixel under a pixel of the image shown. */
export function imagePixel(pixel: Pixel, { pixels, imageSize }: Prediction): Pixel {
  return {
    x: Math.floor(((pixel.x + 0.5) * imageSize.width) / pixels.width),
    y: Math.floor(((pixel.y + 0.5) * imageSize.height) / pixels.height),
  };
}

/** Whether the region leaves out some of the image (by more than rounding). */
export function isPart(region: ImageRegion, pixels: { readonly width: number; readonly height: number }): boolean {
  return (
    region.x > 0.5 ||
    region.y > 0.5 ||
    region.x + region.width < pixels.width - 0.5 ||
    region.y + region.height < pixels.height - 0.5
  );
}
