import type { ImageRegion, RgbImage } from '../results/attribution';
import type { DisplayOptions } from './display';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image longer than this many times its shorter side is a strip in which nothing can be read. */
const longestProportion = 3;

/** The view that a display shows an image of this size in: `auto` is `model` where the longer side is more than three times the shorter. */
export function chosenView({ view }: Pick<DisplayOptions, 'view'>, { width, height }: Size): 'image' | 'model' {
  if (view !== 'auto') return view;
  return Math.max(width, height) > longestProportion * Math.min(width, height) ? 'model' : 'image';
}

/** How unequally the two directions were scaled on the way into the model. */
export interface Distortion {
  /** 1: not at all (to within 1 %); 1.5: one direction 1.5 times as much as the other. */
  readonly factor: number;
  /** What became too long; null where nothing did. */
  readonly stretched: 'width' | 'height' | null;
}

/** Where a model view lies and how large it is. */
export interface ModelFrame extends Size {
  /** The part of the image that is shown, in its pixels; whole ones where nothing is distorted. It may reach outside of the image. */
  readonly source: ImageRegion;
  /** What the map covers, in pixels of the view: all of it, to within half a pixel. */
  readonly region: ImageRegion;
  readonly distortion: Distortion;
}

/** What the model saw of an image. */
export interface ModelView extends ModelFrame {
  /** Black where the model saw what is outside of the image. */
  readonly image: RgbImage;
}

/** Most pixels of a view whose shorter side is lengthened; one of a larger part of the image has as many pixels as that part. */
const mostPixels = 4e6;

/**
 * The frame of {@link modelView}.
 *
 * @param region the part of the image that the model saw, in image pixels; need not be whole. For words on the distortion take that of
 * the image at its own size: the sides of a smaller copy are rounded.
 * @param inputSize of the model's input; only its proportions count.
 */
export function modelFrame(region: ImageRegion, inputSize: Size): ModelFrame {
  const down = inputSize.height * region.width;
  const across = inputSize.width * region.height;
  const factor = Math.max(down, across) / Math.min(down, across);
  if (factor < 1.01) {
    const source = wholeRegion(region);
    const { width, height } = source;
    const own = { ...region, x: region.x - source.x, y: region.y - source.y };
    return { source, width, height, region: own, distortion: { factor: 1, stretched: null } };
  }
  // No pixel is lost: the side that the model saw longer is lengthened, the other one stays.
  const higher = down > across;
  const long = { width: region.width * (higher ? 1 : factor), height: region.height * (higher ? factor : 1) };
  const most = Math.max(mostPixels, region.width * region.height);
  const scale = Math.min(1, Math.sqrt(most / (long.width * long.height)));
  const width = Math.max(1, Math.round(long.width * scale));
  const height = Math.max(1, Math.round(long.height * scale));
  return {
    source: region,
    width,
    height,
    region: { x: 0, y: 0, width, height },
    distortion: { factor, stretched: higher ? 'height' : 'width' },
  };
}

/**
 * The image cropped to what the model saw and, where the model saw it distorted, resampled (bilinear) to the proportions of its input.
 *
 * @param region the part of the image that the model saw, in pixels of `image`; need not be whole, nor inside.
 * @param inputSize of the model's input; only its proportions count.
 */
export function modelView(image: RgbImage, region: ImageRegion, inputSize: Size): ModelView {
  const frame = modelFrame(region, inputSize);
  const data = frame.distortion.stretched === null ? crop(image, frame.source) : resample(image, frame);
  return { ...frame, image: { width: frame.width, height: frame.height, data } };
}

/** The whole pixels that a region covers; at least one. */
export function wholeRegion(region: ImageRegion): ImageRegion {
  const x = Math.round(region.x);
  const y = Math.round(region.y);
  return {
    x,
    y,
    width: Math.max(1, Math.round(region.x + region.width) - x),
    height: Math.max(1, Math.round(region.y + region.height) - y),
  };
}

function crop(image: RgbImage, { x, y, width, height }: ImageRegion): Uint8Array {
  if (x === 0 && y === 0 && width === image.width && height === image.height) return image.data;
  const data = new Uint8Array(width * height * 3);
  const left = Math.max(0, x);
  const right = Math.min(image.width, x + width);
  if (left >= right) return data;
  for (let row = Math.max(0, y); row < Math.min(image.height, y + height); row++) {
    const from = 3 * (row * image.width + left);
    data.set(image.data.subarray(from, from + 3 * (right - left)), 3 * ((row - y) * width + left - x));
  }
  return data;
}

/** Weights are whole parts of this many, so that a weighted sum of bytes is a whole number. */
const parts = 256;

/** For each target position along one side: where the source pixel before it begins, where the one behind it does, and its weight in 256ths. */
function axis(start: number, length: number, source: number, target: number, stride: number) {
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const weight = new Int32Array(target);
  const inside = new Uint8Array(target);
  for (let i = 0; i < target; i++) {
    const centre = start + ((i + 0.5) * length) / target;
    const position = Math.min(source - 1, Math.max(0, centre - 0.5));
    const before = Math.floor(position);
    first[i] = before * stride;
    second[i] = Math.min(source - 1, before + 1) * stride;
    weight[i] = Math.round((position - before) * parts);
    // To within half a pixel: regions are rounded to whole pixels wherever they are drawn.
    inside[i] = Number(centre > -0.5 && centre < source + 0.5);
  }
  return { first, second, weight, inside };
}

function resample(image: RgbImage, { source, width, height }: ModelFrame): Uint8Array {
  const columns = axis(source.x, source.width, image.width, width, 3);
  const rows = axis(source.y, source.height, image.height, height, 3 * image.width);
  const sameColumns = width === image.width && source.x === 0 && source.width === image.width;
  const data = new Uint8Array(width * height * 3);
  const above = new Uint8Array(3 * width);
  const below = new Uint8Array(3 * width);
  let heldAbove = -1;
  let heldBelow = -1;
  for (let y = 0, o = 0; y < height; y++, o += 3 * width) {
    if (!rows.inside[y]) continue;
    const wantedAbove = rows.first[y]!;
    const wantedBelow = rows.second[y]!;
    if (wantedAbove !== heldAbove) {
      if (wantedAbove === heldBelow) above.set(below);
      else acrossRow(image.data, wantedAbove, columns, sameColumns, above);
      heldAbove = wantedAbove;
    }
    if (wantedBelow !== heldBelow) {
      acrossRow(image.data, wantedBelow, columns, sameColumns, below);
      heldBelow = wantedBelow;
    }
    const second = rows.weight[y]!;
    const first = parts - second;
    if (second === 0) data.set(above, o);
    else for (let i = 0; i < above.length; i++) data[o + i] = (above[i]! * first + below[i]! * second + 128) >> 8;
  }
  return data;
}

/** One row of the image, stretched to the columns. */
function acrossRow(
  data: Uint8Array,
  start: number,
  { first, second, weight, inside }: ReturnType<typeof axis>,
  asIs: boolean,
  into: Uint8Array,
): void {
  if (asIs) {
    into.set(data.subarray(start, start + into.length));
    return;
  }
  for (let x = 0, o = 0; x < first.length; x++, o += 3) {
    const left = start + first[x]!;
    const right = start + second[x]!;
    const behind = inside[x]! * weight[x]!;
    const before = inside[x]! * (parts - weight[x]!);
    into[o] = (data[left]! * before + data[right]! * behind + 128) >> 8;
    into[o + 1] = (data[left + 1]! * before + data[right + 1]! * behind + 128) >> 8;
    into[o + 2] = (data[left + 2]! * before + data[right + 2]! * behind + 128) >> 8;
  }
}
