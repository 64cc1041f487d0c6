import type { EncodeParams } from '../../shared/protocol/protocol';
import { modelFrame } from '../../shared/rendering/view';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What will be written. */
export interface Sizes {
  /** Overlays. */
  readonly count: number;
  /** Size of the overlays of the explanation's own image, in pixels. */
  readonly overlay: Size;
  /** Their size without a limit: that of the image, or of what the model saw of it in the view `model`. */
  readonly full: Size;
  /** Pixels of all images that are decoded and all overlays that are encoded. */
  readonly pixels: number;
}

/** The sizes of what an `encode` request writes, as the engine computes them. */
export function sizesOf(
  params: Pick<EncodeParams, 'prediction' | 'attributions' | 'others' | 'display' | 'longestSide'>,
): Sizes {
  const all = [params, ...(params.others ?? [])].map(({ prediction, attributions }) => {
    const full = fullSize(prediction, attributions, params.display.view);
    const overlay = limited(full, params.longestSide);
    const decoded = prediction.imageSize.width * prediction.imageSize.height;
    const { length } = attributions;
    return { full, overlay, count: length, pixels: decoded + length * overlay.width * overlay.height };
  });
  const sum = (key: 'count' | 'pixels') => all.reduce((total, each) => total + each[key], 0);
  const [{ overlay, full }] = all as [(typeof all)[number]];
  return { count: sum('count'), overlay, full, pixels: sum('pixels') };
}

/** True when writing takes a few seconds: encoding a PNG takes about 80 ms a megapixel. */
export function isLong({ pixels }: Sizes): boolean {
  return pixels > 12e6;
}

export function isReduced({ overlay, full }: Sizes): boolean {
  return overlay.width !== full.width || overlay.height !== full.height;
}

function fullSize(
  { imageSize, region }: EncodeParams['prediction'],
  [first]: EncodeParams['attributions'],
  view: EncodeParams['display']['view'],
): Size {
  return view === 'model' && first !== undefined ? modelFrame(region, first.map) : imageSize;
}

/** The same proportions, the longer side at most this many pixels. */
function limited({ width, height }: Size, longestSide: number | undefined): Size {
  const longest = Math.max(width, height);
  if (longestSide === undefined || longest <= longestSide) return { width, height };
  const side = (length: number) => Math.max(1, Math.round((length * longestSide) / longest));
  return { width: side(width), height: side(height) };
}
