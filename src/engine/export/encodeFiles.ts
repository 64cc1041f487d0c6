import { throwIfCancelled } from '../../shared/errors';
import type { EncodedFile, EncodeParams, Explained, Versions } from '../../shared/protocol/protocol';
import { type ImageSource, sameImage } from '../../shared/question/question';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { RawMap, RgbImage } from '../../shared/results/attribution';
import { encodeNpy } from '../files/npy';
import { float32 } from '../graph/ir/tensor';
import { renderFigure } from './figure';
import type { Shown } from './figureContent';
import { fileNames } from './fileNames';
import { encodePng } from './png';
import { classTitle, pngText } from './provenance';
import { resultJson } from './resultJson';

export interface EncodeDependencies {
  /** The upright image at its own size (`prediction.imageSize`). */
  decode(image: ImageSource): Promise<RgbImage>;
  readonly versions: Versions;
  /** Title of a method; its id when absent. */
  readonly methodTitle?: (id: string) => string;
  readonly signal?: AbortSignal;
}

/**
 * The files of an explanation, in this order: for each card its overlay at the image's own size (`<method>.png`) and its raw map
 * (`<method>.npy`: float32, H×W or H×W×C at model-input size), then `figure.png` with all panels side by side, then `result.json`.
 * A method that is there several times is named by its cards' keys. One overlay is in memory at a time.
 */
export async function encodeFiles(
  params: EncodeParams,
  { decode, versions, methodTitle = (id) => id, signal }: EncodeDependencies,
): Promise<readonly EncodedFile[]> {
  const shown = await showAll([params, ...(params.others ?? [])], decode);
  const names = fileNames(shown.flatMap(({ explained }) => explained.attributions));
  const files: EncodedFile[] = [];
  for (const { explained, pixels } of shown) {
    const { prediction } = explained;
    for (const attribution of explained.attributions) {
      throwIfCancelled(signal);
      const { map, method } = attribution;
      const overlay = renderOverlay({ image: pixels, region: prediction.region, map, display: params.display });
      const title = `${methodTitle(method)} for ${classTitle(prediction.target)}`;
      const png = await encodePng(overlay.pixels, pixels.width, pixels.height, pngText(explained, title));
      const name = names[files.length / 2]!;
      files.push({ name: name.png, bytes: png }, { name: name.npy, bytes: encodeMap(map) });
    }
  }
  throwIfCancelled(signal);
  const figure = await renderFigure({
    shown,
    display: params.display,
    methodTitle,
    whylightVersion: versions.whylight,
  });
  const json = new TextEncoder().encode(resultJson(params, versions, names));
  return [...files, { name: 'figure.png', bytes: figure }, { name: 'result.json', bytes: json }];
}

/** Each with its image; one that several share is decoded once. */
async function showAll(all: readonly Explained[], decode: EncodeDependencies['decode']): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const explained of all) {
    const same = shown.find((each) => sameImage(each.explained.image, explained.image));
    const pixels = same?.pixels ?? (await decode(explained.image));
    const { width, height } = explained.prediction.imageSize;
    if (pixels.width !== width || pixels.height !== height) {
      throw new RangeError(
        `The image has ${pixels.width}×${pixels.height} pixels, but the explanation was made for ${width}×${height}.`,
      );
    }
    shown.push({ explained, pixels });
  }
  return shown;
}

function encodeMap({ data, width, height, channels }: RawMap): Uint8Array {
  return encodeNpy(float32(channels === 1 ? [height, width] : [height, width, channels], data));
}
