import type { ImageRegion, RawMap } from '../results/attribution';
import type { DisplayOptions } from './display';
import { modelFrame } from './view';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** One question whose maps are saved. */
export interface QuestionToSave {
  /** Of the upright image. */
  readonly imageSize: Size;
  /** The part of it that the model saw. */
  readonly region: ImageRegion;
  readonly maps: readonly Pick<RawMap, 'width' | 'height' | 'channels'>[];
}

export interface SaveOptions {
  /** `auto` is the whole image, as for all files. */
  readonly view: DisplayOptions['view'];
  /** Of overlays, in pixels; without one they have the size of the image, or of what the model saw. */
  readonly longestSide?: number | undefined;
  readonly format?: 'png' | 'jpeg' | undefined;
}

/** Sizes of the overlays of a question, in pixels. */
export interface OverlaySize {
  /** Without a limit. */
  readonly full: Size;
  readonly overlay: Size;
}

/** How large overlays become. Without maps there is nothing that says what the model's input looks like, so the view is the image's. */
export function overlaySize(
  { imageSize, region, maps: [first] }: QuestionToSave,
  { view, longestSide }: Pick<SaveOptions, 'view' | 'longestSide'>,
): OverlaySize {
  const { width, height } = view === 'model' && first !== undefined ? modelFrame(region, first) : imageSize;
  const full = { width, height };
  return { full, overlay: limitedSize(full, longestSide) };
}

/** The same proportions, the longer side at most this many pixels; never larger. */
export function limitedSize({ width, height }: Size, longestSide: number | undefined): Size {
  const longest = Math.max(width, height);
  if (longestSide === undefined || longest <= longestSide) return { width, height };
  const side = (length: number): number => Math.max(1, Math.round((length * longestSide) / longest));
  return { width: side(width), height: side(height) };
}

/** What saving writes. */
export interface SaveEstimate {
  /** An overlay and a raw map for each map, the figure and result.json. */
  readonly files: number;
  /** Of all files together; see {@link estimateSave} for its error. */
  readonly bytes: number;
}

/**
 * Bytes a pixel of overlays in mode `blended`, measured on photographs of 0.1 to 24 megapixels. Maps with a channel for each colour have a
 * value for each pixel; maps of one channel are smooth, as class activation and occlusion maps are.
 */
const bytesPerPixel = {
  png: { fine: 1.8, smooth: 1.3 },
  jpeg: { fine: 0.33, smooth: 0.14 },
} as const;

/** The figure draws each panel at this many pixels across, in proportions between 2 : 1 and 2 : 3. */
const panelWidth = 560;
const figureBytesPerPixel = 1.8;

/**
 * How many files saving writes and about how large they are, in microseconds and without encoding anything. For photographs the bytes are
 * right to within 35 %; drawings and flat areas need less, down to a fifth.
 */
export function estimateSave(questions: readonly QuestionToSave[], options: SaveOptions): SaveEstimate {
  const density = bytesPerPixel[options.format ?? 'png'];
  const count = questions.reduce((sum, { maps }) => sum + maps.length, 0);
  let bytes = 2000 * (count + 1);
  for (const question of questions) {
    const { overlay } = overlaySize(question, options);
    const proportion = Math.min(1.5, Math.max(0.5, overlay.height / overlay.width));
    bytes += (question.maps.length + 1) * panelWidth ** 2 * proportion * figureBytesPerPixel;
    for (const { width, height, channels } of question.maps) {
      bytes += overlay.width * overlay.height * (channels > 1 ? density.fine : density.smooth);
      bytes += 4 * width * height * channels + 128;
    }
  }
  return { files: 2 * count + 2, bytes: Math.round(bytes) };
}
