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
  { view, longestSide, format }: SaveOptions,
): OverlaySize {
  const { width, height } = view === 'model' && first !== undefined ? modelFrame(region, first) : imageSize;
  const full = { width, height };
  return { full, overlay: limitedSize(full, { longestSide, format }) };
}

/** The longest side that libjpeg writes. */
const longestJpeg = 65_500;

/** The same proportions, the longer side at most what is asked for and what the format can hold; never larger. */
export function limitedSize(
  { width, height }: Size,
  { longestSide = Number.POSITIVE_INFINITY, format }: Pick<SaveOptions, 'longestSide' | 'format'>,
): Size {
  const longest = Math.max(width, height);
  const most = format === 'jpeg' ? Math.min(longestSide, longestJpeg) : longestSide;
  if (longest <= most) return { width, height };
  const side = (length: number): number => Math.max(1, Math.round((length * most) / longest));
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
 * Bytes a pixel of overlays in mode `blended`, measured on photographs of 0.1 to 24 megapixels: those of an overlay of 150,000 pixels, and the
 * exponent by which they become fewer as it grows, because maps and images are smoother then. Maps with a channel for each colour have a
 * value of its own for each pixel of the model's input; those of one channel, as of class activation and occlusion, are smooth.
 */
const density = {
  png: { fine: [1.95, -0.045], smooth: [1.65, -0.12] },
  jpeg: { fine: [0.44, -0.23], smooth: [0.19, -0.22] },
} as const;
const measuredAt = 150_000;

/** The figure draws each panel at this many pixels across, in proportions between 2 : 1 and 2 : 3. */
const panelWidth = 560;
const figureBytesPerPixel = 1.8;

/**
 * How many files saving writes and about how large they are, in microseconds and without encoding anything. For photographs the bytes are
 * right to within 25 %; drawings and flat areas need less, down to a fifth, and cameras with much noise more.
 */
export function estimateSave(questions: readonly QuestionToSave[], options: SaveOptions): SaveEstimate {
  const { fine, smooth } = density[options.format ?? 'png'];
  const count = questions.reduce((sum, { maps }) => sum + maps.length, 0);
  let bytes = 2000 * (count + 1);
  for (const question of questions) {
    const { overlay } = overlaySize(question, options);
    const proportion = Math.min(1.5, Math.max(0.5, overlay.height / overlay.width));
    bytes += (question.maps.length + 1) * panelWidth ** 2 * proportion * figureBytesPerPixel;
    for (const { width, height, channels } of question.maps) {
      const pixels = overlay.width * overlay.height;
      const [most, exponent] = channels > 1 ? fine : smooth;
      bytes += pixels * most * (pixels / measuredAt) ** exponent;
      bytes += 4 * width * height * channels + 128;
    }
  }
  return { files: 2 * count + 2, bytes: Math.round(bytes) };
}
