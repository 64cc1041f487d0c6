import { throwIfCancelled } from '../../shared/errors';
import type { EncodedFile, EncodeParams, Explained, Versions } from '../../shared/protocol/protocol';
import { type ImageSource, sameImage } from '../../shared/question/question';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import { limitedSize } from '../../shared/rendering/saveEstimate';
import { sharedScales } from '../../shared/rendering/scales';
import type { RawMap, RgbImage } from '../../shared/results/attribution';
import { encodeNpy } from '../files/npy';
import { float32 } from '../graph/ir/tensor';
import { type Canvas, canvasOf, resizeCanvas, type Shown } from './canvas';
import { encodeImage } from './encodeImage';
import { renderFigure } from './figure';
import { fileNames } from './fileNames';
import { classTitle, imageText } from './provenance';
import { resultJson, type SavedCard } from './resultJson';

export interface EncodeDependencies {
  /** The upright image at its own size (`prediction.imageSize`). */
  decode(image: ImageSource): Promise<RgbImage>;
  readonly versions: Versions;
  /** Title of a method; its id when absent. */
  readonly methodTitle?: (id: string) => string;
  readonly signal?: AbortSignal;
  /** Told after each file. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The files of an explanation, in this order: for each card its overlay (`<method>.png` or `.jpg`) and its raw map (`<method>.npy`: float32,
 * H×W or H×W×C at model-input size), then `figure.png` with all panels side by side, then `result.json`. A method that is there several
 * times is named by its cards' keys. One overlay is in memory at a time.
 *
 * Overlays have the size of the image, or of what the model saw of it in the view `model`, and are made smaller where `longestSide` says so.
 */
export async function encodeFiles(
  params: EncodeParams,
  { decode, versions, methodTitle = (id) => id, signal, onProgress }: EncodeDependencies,
): Promise<readonly EncodedFile[]> {
  const { display, format = 'png' } = params;
  const shown = (await showAll([params, ...(params.others ?? [])], decode)).map((each) => ({
    ...each,
    canvas: canvasOf(each, display.view),
  }));
  const cards = shown.flatMap(({ explained }) => explained.attributions);
  const names = fileNames(cards, format);
  const scales = sharedScales(
    cards.map(({ method, map }, i) => ({ key: String(i), column: method, map })),
    display,
  );
  const scaleOf = (card: (typeof cards)[number]) => scales.get(String(cards.indexOf(card)));

  const files: EncodedFile[] = [];
  const add = (file: EncodedFile): void => {
    files.push(file);
    onProgress?.(files.length, 2 * cards.length + 2);
  };
  const saved: SavedCard[] = [];
  for (const { explained, canvas } of shown) {
    const { image, region } = await resized(canvas, params);
    for (const attribution of explained.attributions) {
      throwIfCancelled(signal);
      const { map, method } = attribution;
      const scale = scaleOf(attribution);
      const { pixels, sign, low, high } = renderOverlay({ image, region, map, display, ...(scale && { scale }) });
      const title = `${methodTitle(method)} for ${classTitle(explained.prediction.target)}`;
      const bytes = await encodeImage(pixels, image.width, image.height, imageText(explained, title), format);
      const name = names[saved.length]!;
      saved.push({ ...name, width: image.width, height: image.height, sign, low, high });
      add({ name: name.overlay, bytes });
      add({ name: name.npy, bytes: encodeMap(map) });
    }
  }
  throwIfCancelled(signal);
  const figure = { shown, display, scaleOf, methodTitle, whylightVersion: versions.whylight };
  add({ name: 'figure.png', bytes: await renderFigure(figure) });
  add({ name: 'result.json', bytes: new TextEncoder().encode(resultJson(params, versions, saved)) });
  return files;
}

function resized(canvas: Canvas, limits: Pick<EncodeParams, 'longestSide' | 'format'>): Promise<Canvas> {
  const { width, height } = limitedSize(canvas.image, limits);
  return resizeCanvas(canvas, width, height);
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
