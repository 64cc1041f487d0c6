import type { EncodeParams } from '../../shared/protocol/protocol';
import { estimateSave, overlaySize } from '../../shared/rendering/saveEstimate';

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
  /** Of all files, roughly; see `estimateSave`. */
  readonly bytes: number;
}

/** The sizes of what an `encode` request writes, as the engine computes them. */
export function sizesOf(
  params: Pick<EncodeParams, 'prediction' | 'attributions' | 'others' | 'display' | 'longestSide' | 'format'>,
): Sizes {
  const { longestSide, format, display } = params;
  const options = { view: display.view, longestSide, format };
  const questions = [params, ...(params.others ?? [])].map(({ prediction: { imageSize, region }, attributions }) => ({
    imageSize,
    region,
    maps: attributions.map(({ map }) => map),
  }));
  const all = questions.map((question) => {
    const { full, overlay } = overlaySize(question, options);
    const decoded = question.imageSize.width * question.imageSize.height;
    const { length } = question.maps;
    return { full, overlay, count: length, pixels: decoded + length * overlay.width * overlay.height };
  });
  const sum = (key: 'count' | 'pixels') => all.reduce((total, each) => total + each[key], 0);
  const [{ overlay, full }] = all as [(typeof all)[number]];
  return { count: sum('count'), overlay, full, pixels: sum('pixels'), bytes: estimateSave(questions, options).bytes };
}

/** True when writing takes a few seconds: encoding a PNG takes about 80 ms a megapixel. */
export function isLong({ pixels }: Sizes): boolean {
  return pixels > 12e6;
}

export function isReduced({ overlay, full }: Sizes): boolean {
  return overlay.width !== full.width || overlay.height !== full.height;
}
