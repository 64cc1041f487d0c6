import type { ImageRegion, RawMap, RgbImage } from '../results/attribution';
import { type BlendedColour, blendedColours } from './blend';
import { chooseColourMap, colourLookup } from './colourLookup';
import type { ColourMapName } from './colourMaps';
import type { DisplayOptions, SignMode } from './display';
import { type NormalisedMap, normaliseMap } from './normalise';
import { rowSampler } from './resampleMap';
import type { MapScale } from './scales';
import { summedMap } from './summedMap';
import { type TopPixels, topPixels } from './topPixels';
import { wholeRegion } from './view';

export interface OverlayRequest {
  readonly image: RgbImage;
  /** The part of the image that the map covers, in image pixels (need not be whole). */
  readonly region: ImageRegion;
  readonly map: RawMap;
  readonly display: DisplayOptions;
  /** The scale that the map has in common with others; its own when absent. */
  readonly scale?: MapScale;
  /** RGB 0..255 towards which hidden parts are dimmed; black when absent. */
  readonly background?: readonly [number, number, number];
}

export interface Overlay {
  /** RGBA, 4 bytes a pixel, of the image's size, opaque. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Raw values at the ends of the colour scale, see NormalisedMap. */
  readonly low: number;
  readonly high: number;
  /** The colour map of the scale; `greys` in mode `masked`, where brightness shows the value. */
  readonly colourMap: ColourMapName;
  /** The sign mode as used; never `auto`, and never `signed` in the modes `masked` and `top-k`. */
  readonly sign: SignMode;
  /** Weight of the colours over the image at an end of the scale, 0..1, falling to 0 at zero; null where they are opaque: all but `blended`. */
  readonly opacity: number | null;
  /** Only in mode `top-k`. */
  readonly top?: TopPixels & {
    /** Smallest raw value that is kept. */
    readonly rawThreshold: number;
  };
  readonly findings: readonly string[];
}

/** Brightness that is left of what the model did not see, and of what is not among the top. */
const outsideBrightness = 0.22;
const belowTopBrightness = 0.35;

/**
 * Draws a map over an image.
 *
 * - `heat-map`: the map's colours alone.
 * - `blended`: the map's colours over the image in grey, weighted by `opacity` and by the value's magnitude, so that zero is transparent
 *   (see `blendedColours`). In grey, because the image's own colours would be taken for the map's.
 * - `masked`: the image times the normalised value, so that only what matters stays bright.
 * - `top-k`: the image where the map is among its top k % (of the pixels of the covered region), the rest grey and dim. Pixels
 *   that tie with the threshold are all kept; pixels at or below zero never are.
 *
 * `masked` and `top-k` cannot show a sign: there `auto` and `signed` mean `positive`, or `negative` when nothing is positive.
 * Outside of `region`, which the model did not see, the image is grey and dim in every mode.
 */
export function renderOverlay(request: OverlayRequest): Overlay {
  const { image, map, display, scale, background = [0, 0, 0] } = request;
  const findings: string[] = [];
  const sign = shownSign(map, display, scale, findings);
  const { outlierPercentile } = display;
  const normalised = normaliseMap(map, { sign, outlierPercentile, ...(scale && { limit: scale.limit }) });
  findings.unshift(...normalised.findings);

  const frame = wholeRegion(request.region);
  const pixels = dimmedAround(image, frame, background);
  const colourMap = display.mode === 'masked' ? 'greys' : chooseColourMap(display.colourMap, normalised.sign);
  const opacity = display.mode === 'blended' ? Math.min(1, Math.max(0, display.opacity)) : null;
  let top: Overlay['top'];
  if (display.mode === 'top-k') {
    const found = topPixels(normalised, frame.width, frame.height, display.topK);
    const { threshold, share } = found;
    top = { threshold, share, rawThreshold: threshold * normalised.high };
    if (found.finding) findings.push(found.finding);
    paintTop(pixels, image, frame, found, background);
  } else if (display.mode === 'masked') {
    paintMasked(pixels, image, frame, normalised, background);
  } else if (opacity !== null) {
    paintBlended(pixels, image, frame, normalised, blendedColours(colourMap, normalised.sign, opacity, 1025));
  } else {
    paintColours(pixels, image, frame, normalised, colourLookup(colourMap, normalised.sign));
  }
  const { low, high } = normalised;
  return { pixels, low, high, colourMap, sign: normalised.sign, opacity, ...(top && { top }), findings };
}

function shownSign(
  map: RawMap,
  { mode, sign }: DisplayOptions,
  scale: MapScale | undefined,
  findings: string[],
): SignMode | 'auto' {
  if (mode !== 'masked' && mode !== 'top-k') return scale?.sign ?? sign;
  if (sign !== 'auto' && sign !== 'signed') return sign;
  const { positiveSum, negativeSum, positive } = summedMap(map).statistics;
  const masked = scale?.sign ?? (positive === 0 && negativeSum < 0 ? 'negative' : 'positive');
  if (masked === 'negative') return masked;
  const negativeShare = -negativeSum / (positiveSum - negativeSum);
  if (negativeShare > 0.01) {
    findings.push(
      `A mask has no sign: only positive values are shown; ${Math.round(negativeShare * 100)} % of the map is negative.`,
    );
  }
  return 'positive';
}

function luma(data: Uint8Array, i: number): number {
  return (77 * data[i]! + 150 * data[i + 1]! + 29 * data[i + 2]! + 128) >> 8;
}

/** The image, grey and dim outside of the frame; black inside, where a map is to be painted. */
function dimmedAround(
  image: RgbImage,
  frame: ImageRegion,
  background: readonly [number, number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const { data, width, height } = image;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let alpha = 3; alpha < pixels.length; alpha += 4) pixels[alpha] = 255;
  const [r, g, b] = background.map((v) => v * (1 - outsideBrightness)) as [number, number, number];
  const dim = (from: number, to: number): void => {
    for (let i = 3 * from, o = 4 * from; o < 4 * to; i += 3, o += 4) {
      const grey = luma(data, i) * outsideBrightness;
      pixels[o] = r + grey;
      pixels[o + 1] = g + grey;
      pixels[o + 2] = b + grey;
    }
  };
  const left = Math.min(width, Math.max(0, frame.x));
  const right = Math.min(width, Math.max(left, frame.x + frame.width));
  for (let y = 0; y < height; y++) {
    const row = y * width;
    if (y < frame.y || y >= frame.y + frame.height) dim(row, row + width);
    else {
      dim(row, row + left);
      dim(row + right, row + width);
    }
  }
  return pixels;
}

/** Calls `paint` for each row of the frame that is inside the image, with the first pixel's index and the columns of the frame shown. */
function eachRow(
  image: RgbImage,
  frame: ImageRegion,
  paint: (row: number, firstColumn: number, endColumn: number, pixel: number) => void,
): void {
  const firstColumn = Math.max(0, -frame.x);
  const endColumn = Math.min(frame.width, image.width - frame.x);
  for (let row = Math.max(0, -frame.y); row < Math.min(frame.height, image.height - frame.y); row++) {
    paint(row, firstColumn, endColumn, (frame.y + row) * image.width + frame.x + firstColumn);
  }
}

function paintColours(
  pixels: Uint8ClampedArray,
  image: RgbImage,
  frame: ImageRegion,
  map: NormalisedMap,
  lookup: Uint8Array,
): void {
  const rows = rowSampler(map, frame.width, frame.height);
  const [gain, offset] = map.sign === 'signed' ? [127.5, 128] : [255, 0.5];
  eachRow(image, frame, (row, first, end, pixel) => {
    const values = rows(row);
    for (let x = first, o = 4 * pixel; x < end; x++, o += 4) {
      const entry = 3 * ((values[x]! * gain + offset) | 0);
      pixels[o] = lookup[entry]!;
      pixels[o + 1] = lookup[entry + 1]!;
      pixels[o + 2] = lookup[entry + 2]!;
    }
  });
}

/** @param colours of values in even steps; of an odd number, so that a signed zero has its own. */
function paintBlended(
  pixels: Uint8ClampedArray,
  image: RgbImage,
  frame: ImageRegion,
  map: NormalisedMap,
  colours: readonly BlendedColour[],
): void {
  const rows = rowSampler(map, frame.width, frame.height);
  const steps = colours.length - 1;
  const [gain, offset] = map.sign === 'signed' ? [steps / 2, steps / 2 + 0.5] : [steps, 0.5];
  const table = Float32Array.from(
    colours.flatMap(({ red, green, blue, weight }) => [red * weight, green * weight, blue * weight, 1 - weight]),
  );
  eachRow(image, frame, (row, first, end, pixel) => {
    const values = rows(row);
    for (let x = first, i = 3 * pixel, o = 4 * pixel; x < end; x++, i += 3, o += 4) {
      const entry = 4 * ((values[x]! * gain + offset) | 0);
      const grey = luma(image.data, i) * table[entry + 3]!;
      pixels[o] = table[entry]! + grey;
      pixels[o + 1] = table[entry + 1]! + grey;
      pixels[o + 2] = table[entry + 2]! + grey;
    }
  });
}

function paintMasked(
  pixels: Uint8ClampedArray,
  image: RgbImage,
  frame: ImageRegion,
  map: NormalisedMap,
  background: readonly [number, number, number],
): void {
  const rows = rowSampler(map, frame.width, frame.height);
  const [r, g, b] = background;
  const { data } = image;
  eachRow(image, frame, (row, first, end, pixel) => {
    const values = rows(row);
    for (let x = first, i = 3 * pixel, o = 4 * pixel; x < end; x++, i += 3, o += 4) {
      const value = values[x]!;
      pixels[o] = r + (data[i]! - r) * value;
      pixels[o + 1] = g + (data[i + 1]! - g) * value;
      pixels[o + 2] = b + (data[i + 2]! - b) * value;
    }
  });
}

function paintTop(
  pixels: Uint8ClampedArray,
  image: RgbImage,
  frame: ImageRegion,
  top: TopPixels & { readonly values: Float32Array },
  background: readonly [number, number, number],
): void {
  const { data } = image;
  const [r, g, b] = background.map((v) => v * (1 - belowTopBrightness)) as [number, number, number];
  eachRow(image, frame, (row, first, end, pixel) => {
    const start = row * frame.width;
    for (let x = first, i = 3 * pixel, o = 4 * pixel; x < end; x++, i += 3, o += 4) {
      if (top.values[start + x]! >= top.threshold) {
        pixels[o] = data[i]!;
        pixels[o + 1] = data[i + 1]!;
        pixels[o + 2] = data[i + 2]!;
      } else {
        const grey = luma(data, i) * belowTopBrightness;
        pixels[o] = r + grey;
        pixels[o + 1] = g + grey;
        pixels[o + 2] = b + grey;
      }
    }
  });
}
