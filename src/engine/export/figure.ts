import sharp, { type OverlayOptions } from 'sharp';
import type { EncodeParams } from '../../shared/protocol/protocol';
import type { DisplayOptions } from '../../shared/rendering/display';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { RgbImage } from '../../shared/results/attribution';
import { formatSeconds, formatValue, percent } from '../../shared/words/summary';
import { figureGrid, fitInside } from './figureGrid';
import { drawPanelText, figureStyles, type PanelText, panelFoot, panelHead } from './figurePanel';
import { withText } from './png';
import { classTitle, imageName, pngText } from './provenance';
import { drawText, ellipsise, measureText, type TextStyle, wrapText } from './text';

export interface FigureRequest extends EncodeParams {
  /** The upright image at its own size. */
  readonly pixels: RgbImage;
  readonly methodTitle: (id: string) => string;
  readonly whylightVersion: string;
}

const margin = 28;
const gap = 24;
const rowGap = 26;
/** Pixels a figure unit. */
const resolution = 2;

interface Panel extends PanelText {
  /** RGBA at the drawn size. */
  readonly pixels: Uint8ClampedArray | Uint8Array;
}

/** One PNG with the image and every method side by side, with titles, times, colour bars with numbers, and findings. */
export async function renderFigure(request: FigureRequest): Promise<Uint8Array> {
  const { prediction, attributions, pixels } = request;
  const grid = figureGrid(attributions.length + 1, pixels);
  const drawn = fitInside(pixels, grid.imageWidth * resolution, grid.imageHeight * resolution);
  const small = await resizeImage(pixels, drawn.width, drawn.height);
  const scale = drawn.width / pixels.width;
  const region = {
    x: prediction.region.x * scale,
    y: (prediction.region.y * drawn.height) / pixels.height,
    width: prediction.region.width * scale,
    height: (prediction.region.height * drawn.height) / pixels.height,
  };

  const panels: Panel[] = [originalPanel(request, small)];
  for (const attribution of attributions) {
    const overlay = renderOverlay({ image: small, region, map: attribution.map, display: request.display });
    panels.push({
      pixels: overlay.pixels,
      title: request.methodTitle(attribution.method),
      detail: attribution.preset ? `preset ${attribution.preset}` : '',
      layer: attribution.layer,
      time: formatSeconds(attribution.seconds),
      scale: overlay,
      caption: [],
      notes: [...new Set([...overlay.findings, ...attribution.notes])],
    });
  }

  const width = 2 * margin + grid.columns * grid.imageWidth + (grid.columns - 1) * gap;
  const heading = drawHeading(request, width - 2 * margin);
  const svg = [heading.svg];
  const images: OverlayOptions[] = [];
  let y = heading.bottom;
  for (let row = 0; row < grid.rows; row++) {
    const first = row * grid.columns;
    const inRow = panels.slice(first, first + grid.columns);
    inRow.forEach((panel, column) => {
      const x = margin + column * (grid.imageWidth + gap);
      svg.push(drawPanelText(panel, x, y, grid.imageWidth, grid.imageHeight, `scale${first + column}`));
      const left = x * resolution + drawn.x;
      const top = (y + panelHead) * resolution + drawn.y;
      images.push({
        input: Buffer.from(panel.pixels.buffer, panel.pixels.byteOffset, panel.pixels.byteLength),
        raw: { width: drawn.width, height: drawn.height, channels: 4 },
        left,
        top,
      });
      if (row === 0 && column === 0) svg.push(drawRegion(region, pixels, scale, left, top));
    });
    const foot = Math.max(...inRow.map((panel) => panelFoot(panel, grid.imageWidth)));
    y += panelHead + grid.imageHeight + foot + rowGap;
  }
  const footer = footerLine(request);
  svg.push(drawText(ellipsise(footer, width - 2 * margin, figureStyles.footer), margin, y + 4, figureStyles.footer));
  const height = Math.ceil(y + 4 + margin * 0.75);

  const pixelWidth = width * resolution;
  const pixelHeight = height * resolution;
  const words = `<svg xmlns="http://www.w3.org/2000/svg" width="${pixelWidth}" height="${pixelHeight}" viewBox="0 0 ${width} ${height}">${svg.join('')}</svg>`;
  const png = await sharp({ create: { width: pixelWidth, height: pixelHeight, channels: 3, background: '#ffffff' } })
    .composite([...images, { input: Buffer.from(words), left: 0, top: 0 }])
    .removeAlpha()
    .png({ compressionLevel: 6 })
    .toBuffer();
  return withText(png, pngText(request, `Why ${classTitle(prediction.target)}: ${imageName(request.image)}`));
}

function originalPanel({ prediction }: FigureRequest, small: RgbImage): Panel {
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

function drawHeading({ prediction, image }: FigureRequest, room: number): { svg: string; bottom: number } {
  const { heading, headingDetail, line, warning } = figureStyles;
  const { target, top5, model, input } = prediction;
  const probability = percent(target.probability);
  const titleRoom = room - measureText(`  ${probability}`, headingDetail);
  const title = ellipsise(classTitle(target), titleRoom, heading);
  const others = top5.filter((score) => score.index !== target.index).slice(0, 4);
  const lines = [
    [
      `class ${target.index}`,
      `logit ${formatValue(target.logit, 4)}`,
      ...(others.length > 0
        ? [`other classes: ${others.map((score) => `${classTitle(score)} ${percent(score.probability)}`).join(', ')}`]
        : []),
    ].join(' · '),
    [
      imageName(image),
      `checkpoint ${baseName(model.path)} (${model.format})`,
      `model input ${input.size.join(' × ')}${input.preprocessing ? `, preprocessing ${input.preprocessing.preset}` : ''}`,
    ].join(' · '),
  ];
  const parts = [
    drawText(title, margin, margin + 22, heading),
    drawText(probability, margin + measureText(`${title}  `, heading), margin + 22, headingDetail),
  ];
  let baseline = margin + 27;
  const add = (text: string, style: TextStyle): void => {
    for (const wrapped of wrapText(text, room, 2, style)) {
      baseline += 19;
      parts.push(drawText(wrapped, margin, baseline, style));
    }
  };
  for (const text of lines) add(text, line);
  if (input.guessed) add(`The preprocessing was guessed, so the maps may mislead: ${input.how}`, warning);
  return { svg: parts.join(''), bottom: baseline + 24 };
}

/** A frame around what the model saw, the rest of the pixels dimmed. */
function drawRegion(
  region: { x: number; y: number; width: number; height: number },
  pixels: RgbImage,
  scale: number,
  left: number,
  top: number,
): string {
  const unit = (pixels: number): number => pixels / resolution;
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

function footerLine({ display, prediction, whylightVersion }: FigureRequest): string {
  return [`Whylight ${whylightVersion}`, `runtime ${prediction.runtime.id}`, ...displayWords(display)].join(' · ');
}

function displayWords(display: DisplayOptions): string[] {
  const mode = {
    'heat-map': 'heat map',
    blended: `heat map over the image, opacity ${Math.round(display.opacity * 100)} %`,
    masked: 'image masked by the map',
    'top-k': `top ${display.topK} % of the pixels`,
  }[display.mode];
  const clip = display.outlierPercentile > 0 ? [`largest ${display.outlierPercentile} % of the values clipped`] : [];
  return [mode, ...clip];
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

function baseName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}
