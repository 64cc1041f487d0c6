import sharp from 'sharp';
import type { Explained } from '../../shared/protocol/protocol';
import type { DisplayOptions } from '../../shared/rendering/display';
import { type Distortion, modelView } from '../../shared/rendering/view';
import type { ImageRegion, RgbImage } from '../../shared/results/attribution';

/** What maps are drawn on. */
export interface Canvas {
  readonly image: RgbImage;
  /** What the maps cover, in its pixels. */
  readonly region: ImageRegion;
  /** What became too long in the view `model`; in that of the image, nothing. */
  readonly distortion: Distortion;
}

/** A question's results with the upright image at its own size. */
export interface Shown {
  readonly explained: Explained;
  readonly pixels: RgbImage;
}

/**
 * The image in the view of a display. `auto` is the whole image here: the sizes of overlays must not hang on its proportions, so whoever
 * shows something else on the screen asks for that.
 */
export function canvasOf({ explained, pixels }: Shown, view: DisplayOptions['view']): Canvas {
  const { region } = explained.prediction;
  const [first] = explained.attributions;
  if (view !== 'model' || first === undefined) {
    return { image: pixels, region, distortion: { factor: 1, stretched: null } };
  }
  // Maps have the size of the model's input.
  return modelView(pixels, region, first.map);
}

/** The canvas at another size. Small images are enlarged without blurring their pixels. */
export async function resizeCanvas(canvas: Canvas, width: number, height: number): Promise<Canvas> {
  const { image, region } = canvas;
  if (image.width === width && image.height === height) return canvas;
  const raw = { width: image.width, height: image.height, channels: 3 as const };
  const kernel = width >= 3 * image.width ? 'nearest' : 'lanczos3';
  const data = await sharp(image.data, { raw, limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel })
    .raw()
    .toBuffer();
  const across = width / image.width;
  const down = height / image.height;
  return {
    ...canvas,
    image: { width, height, data },
    region: { x: region.x * across, y: region.y * down, width: region.width * across, height: region.height * down },
  };
}
