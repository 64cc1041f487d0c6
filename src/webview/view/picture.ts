import type { Prediction } from '../../shared/explanation/events';
import type { DisplayOptions } from '../../shared/rendering/display';
import { chosenView, type Distortion, modelFrame, modelView } from '../../shared/rendering/view';
import type { ImageRegion, RgbImage } from '../../shared/results/attribution';
import type { Pixel, Size } from './cursor';
import { imagePixel, shownRegion } from './scaledRegion';

/** An image as the cards show it: all of it, or what the model saw. */
export interface Picture {
  readonly view: 'image' | 'model';
  readonly image: RgbImage;
  /** The part that the maps cover, in pixels of `image`. */
  readonly region: ImageRegion;
  readonly distortion: Distortion;
  /** A part of the image that is shown, in its pixels, as a part of this one. */
  place(region: ImageRegion): ImageRegion;
  /** The pixel of the image at its own size that lies under a pixel of this one. */
  imagePixel(pixel: Pixel): Pixel;
}

const known = new WeakMap<Prediction, { image?: Picture; model?: Picture }>();

/** What the cards of an answer show under a display; computed once for each view. */
export function pictureOf(prediction: Prediction, display: Pick<DisplayOptions, 'view'>): Picture {
  const view = chosenView(display, prediction.imageSize);
  const pictures = known.get(prediction) ?? {};
  known.set(prediction, pictures);
  pictures[view] ??= view === 'image' ? wholeImage(prediction) : seenImage(prediction);
  return pictures[view];
}

function wholeImage(prediction: Prediction): Picture {
  return {
    view: 'image',
    image: prediction.pixels,
    region: shownRegion(prediction),
    distortion: distortionOf(prediction),
    place: (region) => region,
    imagePixel: (pixel) => imagePixel(pixel, prediction),
  };
}

function seenImage(prediction: Prediction): Picture {
  const { pixels } = prediction;
  const { image, region, source } = modelView(pixels, shownRegion(prediction), inputSize(prediction));
  const within = (at: number, start: number, length: number, own: number) => start + ((at + 0.5) * length) / own - 0.5;
  return {
    view: 'model',
    image,
    region,
    distortion: distortionOf(prediction),
    place: (part) => ({
      x: ((part.x - source.x) * image.width) / source.width,
      y: ((part.y - source.y) * image.height) / source.height,
      width: (part.width * image.width) / source.width,
      height: (part.height * image.height) / source.height,
    }),
    imagePixel: ({ x, y }) =>
      imagePixel(
        { x: within(x, source.x, source.width, image.width), y: within(y, source.y, source.height, image.height) },
        prediction,
      ),
  };
}

/** Told from the image at its own size: the sides of the smaller copy are rounded. */
function distortionOf(prediction: Prediction): Distortion {
  return modelFrame(prediction.region, inputSize(prediction)).distortion;
}

/** Height and width of the model's input, in pixels. */
function inputSize({ input }: Prediction): Size {
  if (input.preprocessing !== null) return input.preprocessing;
  const [first = 1, second = 1, third = 1] = input.size;
  // Without the batch: channels first or last.
  return first <= 4 && first < third ? { width: third, height: second } : { width: second, height: first };
}
