import { throwIfCancelled } from '../../shared/errors';
import type { EncodedFile, EncodeParams, Versions } from '../../shared/protocol/protocol';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { Attribution, RawMap, RgbImage } from '../../shared/results/attribution';
import { encodeNpy } from '../files/npy';
import { float32 } from '../graph/ir/tensor';
import { renderFigure } from './figure';
import { encodePng } from './png';
import { classTitle, pngText } from './provenance';
import { type MethodFiles, resultJson } from './resultJson';

export interface EncodeDependencies {
  /** The upright image at its own size (`prediction.imageSize`). */
  readonly pixels: RgbImage;
  readonly versions: Versions;
  /** Title of a method; its id when absent. */
  readonly methodTitle?: (id: string) => string;
  readonly signal?: AbortSignal;
}

/**
 * The files of an explanation, in this order: for each method its overlay at the image's own size (`<method>.png`) and its raw map
 * (`<method>.npy`: float32, H×W or H×W×C at model-input size), then `figure.png` with all panels side by side, then `result.json`.
 * One overlay is in memory at a time.
 */
export async function encodeFiles(
  params: EncodeParams,
  { pixels, versions, methodTitle = (id) => id, signal }: EncodeDependencies,
): Promise<readonly EncodedFile[]> {
  const { prediction, display } = params;
  if (pixels.width !== prediction.imageSize.width || pixels.height !== prediction.imageSize.height) {
    throw new RangeError(
      `The image has ${pixels.width}×${pixels.height} pixels, but the explanation was made for ${prediction.imageSize.width}×${prediction.imageSize.height}.`,
    );
  }
  const names = fileNames(params.attributions);
  const files: EncodedFile[] = [];
  for (const [i, attribution] of params.attributions.entries()) {
    throwIfCancelled(signal);
    const overlay = renderOverlay({ image: pixels, region: prediction.region, map: attribution.map, display });
    const title = `${methodTitle(attribution.method)} for ${classTitle(prediction.target)}`;
    const png = await encodePng(overlay.pixels, pixels.width, pixels.height, pngText(params, title));
    files.push({ name: names[i]!.png, bytes: png }, { name: names[i]!.npy, bytes: encodeMap(attribution.map) });
  }
  throwIfCancelled(signal);
  const figure = await renderFigure({ ...params, pixels, methodTitle, whylightVersion: versions.whylight });
  const json = new TextEncoder().encode(resultJson(params, versions, names));
  return [...files, { name: 'figure.png', bytes: figure }, { name: 'result.json', bytes: json }];
}

function encodeMap({ data, width, height, channels }: RawMap): Uint8Array {
  return encodeNpy(float32(channels === 1 ? [height, width] : [height, width, channels], data));
}

/** `<method>.png` and `.npy`; a method that is there several times (with other parameters) gets `-2`, `-3` …. */
function fileNames(attributions: readonly Attribution[]): MethodFiles[] {
  const seen = new Map<string, number>();
  return attributions.map(({ method }) => {
    const count = (seen.get(method) ?? 0) + 1;
    seen.set(method, count);
    const stem = count === 1 ? method : `${method}-${count}`;
    return { npy: `${stem}.npy`, png: `${stem}.png` };
  });
}
