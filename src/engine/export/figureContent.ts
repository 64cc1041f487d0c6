import type { Explained } from '../../shared/protocol/protocol';
import type { DisplayOptions } from '../../shared/rendering/display';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { MapScale } from '../../shared/rendering/scales';
import type { Distortion } from '../../shared/rendering/view';
import type { Attribution, ImageRegion, RgbImage } from '../../shared/results/attribution';
import { formatSeconds } from '../../shared/words/summary';
import { type Canvas, resizeCanvas, type Shown } from './canvas';
import { type FigureGrid, fitInside } from './figureGrid';
import type { PanelText } from './figurePanel';

/** What the model saw, in pixels of the drawn image. */
interface Frame {
  readonly region: ImageRegion;
  /** Size of the drawn image, and how much smaller than the image it is. */
  readonly width: number;
  readonly height: number;
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
  /** Pixels a figure unit. */
  readonly resolution: number;
  readonly display: DisplayOptions;
  readonly scaleOf: (attribution: Attribution) => MapScale | undefined;
  readonly methodTitle: (id: string) => string;
  /** What tells a card from the first one of its method, in words; empty where nothing does. */
  readonly changed: (attribution: Attribution) => string;
}

/** The panels of one question: the image, and each map over it. */
export async function panelsOf(
  shown: Shown & { readonly canvas: Canvas },
  options: PanelOptions,
): Promise<{ readonly original: Panel; readonly maps: readonly Panel[] }> {
  const { grid, resolution, display, scaleOf, methodTitle, changed } = options;
  const { explained, canvas } = shown;
  const drawn = fitInside(canvas.image, grid.imageWidth * resolution, grid.imageHeight * resolution);
  const small = await resizeCanvas(canvas, drawn.width, drawn.height);
  const { image, region } = small;
  const frame = { region, width: drawn.width, height: drawn.height, scale: drawn.width / canvas.image.width };
  const whole = canvas.image === shown.pixels;
  const original: Panel = {
    ...originalPanel(explained, image, whole, canvas.distortion),
    drawn,
    frame: whole ? frame : null,
  };
  const maps = explained.attributions.map((attribution): Panel => {
    const scale = scaleOf(attribution);
    const overlay = renderOverlay({ image, region, map: attribution.map, display, ...(scale && { scale }) });
    return {
      pixels: overlay.pixels,
      drawn,
      frame: null,
      title: methodTitle(attribution.method),
      detail: [attribution.preset ? `preset ${attribution.preset}` : '', changed(attribution)]
        .filter(Boolean)
        .join(' · '),
      layer: attribution.layer,
      time: formatSeconds(attribution.seconds),
      scale: overlay,
      caption: [],
      notes: [...new Set([...overlay.findings, ...attribution.notes])],
    };
  });
  return { original, maps };
}

function originalPanel(
  { prediction }: Explained,
  image: RgbImage,
  whole: boolean,
  { factor, stretched }: Distortion,
): Omit<Panel, 'drawn' | 'frame'> {
  const { width, height } = prediction.imageSize;
  const stretch = stretched && `Stretched ${Number(factor.toFixed(2))} : 1 in ${stretched}, as the model saw it.`;
  const said = whole ? (seesAll(prediction) ? [] : ['The model saw the framed part.']) : stretch ? [stretch] : [];
  return {
    pixels: opaque(image),
    title: whole ? 'Image' : 'What the model saw',
    detail: `${whole || seesAll(prediction) ? '' : 'part of '}${width} × ${height} pixels`,
    layer: null,
    time: '',
    scale: null,
    caption: said,
    notes: [],
  };
}

function seesAll({ region, imageSize }: Pick<Explained['prediction'], 'region' | 'imageSize'>): boolean {
  return region.x < 1 && region.y < 1 && region.width > imageSize.width - 1 && region.height > imageSize.height - 1;
}

/** A frame around what the model saw, the rest of the pixels dimmed. */
export function drawFrame(
  { region, width, height, scale }: Frame,
  left: number,
  top: number,
  resolution: number,
): string {
  const unit = (length: number): number => length / resolution;
  if (region.width > width - scale && region.height > height - scale) return '';
  const outer = `M${unit(left)} ${unit(top)}h${unit(width)}v${unit(height)}h${-unit(width)}z`;
  const inner = `M${unit(left + region.x)} ${unit(top + region.y)}v${unit(region.height)}h${unit(region.width)}v${-unit(region.height)}z`;
  const frame = `x="${unit(left + region.x) + 1.5}" y="${unit(top + region.y) + 1.5}" width="${unit(region.width) - 3}" height="${unit(region.height) - 3}" fill="none"`;
  return [
    `<path d="${outer}${inner}" fill="#000000" fill-opacity="0.45"/>`,
    `<rect ${frame} stroke="#000000" stroke-opacity="0.6" stroke-width="3"/>`,
    `<rect ${frame} stroke="#ffffff" stroke-width="1.5"/>`,
  ].join('');
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
