import sharp from 'sharp';
import type { EncodeParams, Explained } from '../../shared/protocol/protocol';
import type { DisplayOptions } from '../../shared/rendering/display';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { ImageRegion, RgbImage } from '../../shared/results/attribution';
import { formatSeconds } from '../../shared/words/summary';
import { type FigureGrid, fitInside } from './figureGrid';
import type { PanelText } from './figurePanel';

/** Pixels a figure unit. */
export const resolution = 2;

/** A question's results with the upright image at its own size. */
export interface Shown {
  readonly explained: Explained;
  readonly pixels: RgbImage;
}

/** What the model saw, in pixels of the drawn image. */
interface Frame {
  readonly region: ImageRegion;
  /** The image at its own size, and how much smaller it is drawn. */
  readonly pixels: RgbImage;
  readonly scale: number;
}

export interface Panel extends PanelText {
  /** RGBA at the drawn size. */
  readonly pixels: Uint8ClampedArray | Uint8Array;
  /** Where the image lies in its box, in pixels. */
  readonly drawn: ReturnType<typeof fitInside>;
  /** On the original only. */
  readonly frame: Frame | null;
}

export interface PanelOptions {
  readonly grid: FigureGrid;
  readonly display: DisplayOptions;
  readonly methodTitle: (id: string) => string;
  /** How the question differs from that in the heading; empty when it does not. */
  readonly words: readonly string[];
  /** Whether the image itself comes first. */
  readonly original: boolean;
}

/** The panels of one question: the image, where it is not shown yet, and each map over it. */
export async function panelsOf({ explained, pixels }: Shown, options: PanelOptions): Promise<Panel[]> {
  const { grid, display, methodTitle, words, original } = options;
  const { prediction, attributions } = explained;
  const drawn = fitInside(pixels, grid.imageWidth * resolution, grid.imageHeight * resolution);
  const small = await resizeImage(pixels, drawn.width, drawn.height);
  const scale = drawn.width / pixels.width;
  const region = {
    x: prediction.region.x * scale,
    y: (prediction.region.y * drawn.height) / pixels.height,
    width: prediction.region.width * scale,
    height: (prediction.region.height * drawn.height) / pixels.height,
  };
  const panels: Panel[] = [];
  if (original) panels.push({ ...originalPanel(explained, small), drawn, frame: { region, pixels, scale } });
  for (const attribution of attributions) {
    const overlay = renderOverlay({ image: small, region, map: attribution.map, display });
    panels.push({
      pixels: overlay.pixels,
      drawn,
      frame: null,
      title: methodTitle(attribution.method),
      detail: [...words, ...(attribution.preset ? [`preset ${attribution.preset}`] : [])].join(' · '),
      layer: attribution.layer,
      time: formatSeconds(attribution.seconds),
      scale: overlay,
      caption: [],
      notes: [...new Set([...overlay.findings, ...attribution.notes])],
    });
  }
  return panels;
}

function originalPanel({ prediction }: Explained, small: RgbImage): Omit<Panel, 'drawn' | 'frame'> {
  const { width, height } = prediction.imageSize;
  return {
    pixels: opaque(small),
    title: 'Image',
    detail: `${width} × ${height} pixels`,
    layer: null,
    time: '',
    scale: null,
    caption: seesAll(prediction) ? [] : ['The model saw the framed part.'],
    notes: [],
  };
}

function seesAll({ region, imageSize }: Pick<EncodeParams['prediction'], 'region' | 'imageSize'>): boolean {
  return region.x < 1 && region.y < 1 && region.width > imageSize.width - 1 && region.height > imageSize.height - 1;
}

/** A frame around what the model saw, the rest of the pixels dimmed. */
export function drawFrame({ region, pixels, scale }: Frame, left: number, top: number): string {
  const unit = (length: number): number => length / resolution;
  const whole = { width: pixels.width * scale, height: pixels.height * scale };
  if (region.width > whole.width - scale && region.height > whole.height - scale) return '';
  const outer = `M${unit(left)} ${unit(top)}h${unit(Math.round(whole.width))}v${unit(Math.round(whole.height))}h${-unit(Math.round(whole.width))}z`;
  const inner = `M${unit(left + region.x)} ${unit(top + region.y)}v${unit(region.height)}h${unit(region.width)}v${-unit(region.height)}z`;
  const frame = `x="${unit(left + region.x) + 1.5}" y="${unit(top + region.y) + 1.5}" width="${unit(region.width) - 3}" height="${unit(region.height) - 3}" fill="none"`;
  return [
    `<path d="${outer}${inner}" fill="#000000" fill-opacity="0.45"/>`,
    `<rect ${frame} stroke="#000000" stroke-opacity="0.6" stroke-width="3"/>`,
    `<rect ${frame} stroke="#ffffff" stroke-width="1.5"/>`,
  ].join('');
}

async function resizeImage(pixels: RgbImage, width: number, height: number): Promise<RgbImage> {
  if (pixels.width === width && pixels.height === height) return pixels;
  const raw = { width: pixels.width, height: pixels.height, channels: 3 as const };
  const kernel = width >= 3 * pixels.width ? 'nearest' : 'lanczos3';
  const data = await sharp(pixels.data, { raw, limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel })
    .raw()
    .toBuffer();
  return { width, height, data };
}

function opaque(image: RgbImage): Uint8Array {
  const pixels = new Uint8Array(image.width * image.height * 4).fill(255);
  for (let i = 0, o = 0; o < pixels.length; i += 3, o += 4) {
    pixels[o] = image.data[i]!;
    pixels[o + 1] = image.data[i + 1]!;
    pixels[o + 2] = image.data[i + 2]!;
  }
  return pixels;
}
