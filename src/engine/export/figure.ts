import sharp, { type OverlayOptions } from 'sharp';
import type { Explained } from '../../shared/protocol/protocol';
import type { DisplayOptions } from '../../shared/rendering/display';
import type { MapScale } from '../../shared/rendering/scales';
import type { Attribution } from '../../shared/results/attribution';
import type { Canvas, Shown } from './canvas';
import { alignColumns } from './figureColumns';
import { drawFrame, type Panel, type PanelOptions, panelsOf } from './figureContent';
import { type FigureGrid, figureGrid, rowsGrid } from './figureGrid';
import { drawHeading, drawRowHeading } from './figureHeading';
import { bareHead, drawPanelText, figureStyles, panelFoot, panelHead } from './figurePanel';
import { withText } from './png';
import { classTitle, imageName, imageText } from './provenance';
import { drawText, wrapText } from './text';

export interface FigureRequest {
  /** The explanation's own question first. */
  readonly shown: readonly (Shown & { readonly canvas: Canvas })[];
  readonly display: DisplayOptions;
  readonly scaleOf: (attribution: Attribution) => MapScale | undefined;
  readonly methodTitle: (id: string) => string;
  readonly whylightVersion: string;
}

/** Panels beside each other, null for an empty place; `about` has its heading above them. */
interface Band {
  readonly about: Explained | null;
  readonly panels: readonly (Panel | null)[];
}

const margin = 28;
const gap = 24;
const rowGap = 26;
const footerLineHeight = 16;
/** Pixels a figure unit, as long as the figure does not become larger than this many of them. */
const resolution = 2;
const mostPixels = 48e6;

/**
 * One PNG with the image and every method side by side, with titles, times, colour bars with numbers, and findings. Several questions stand in
 * rows with headings, the maps of one card below each other; on a shared scale a column has one colour bar, below its last map.
 */
export async function renderFigure(request: FigureRequest): Promise<Uint8Array> {
  const [own, ...others] = request.shown;
  if (own === undefined) throw new RangeError('A figure shows at least one question.');
  const columns = alignColumns(request.shown.map(({ explained }) => explained.attributions));
  const panels = 1 + (columns[0]?.length ?? 0);
  const grid =
    others.length === 0
      ? figureGrid(panels, own.canvas.image)
      : rowsGrid(panels, request.shown.length, own.canvas.image);
  const pixels = grid.columns * (grid.imageWidth + gap) * grid.rows * (grid.imageHeight + 110) * resolution ** 2;
  const scale = pixels > mostPixels ? 1 : resolution;
  const bands =
    others.length === 0 ? await gridBands(request, grid, scale) : await rowBands(request, grid, scale, columns);

  const width = 2 * margin + grid.columns * grid.imageWidth + (grid.columns - 1) * gap;
  const room = width - 2 * margin;
  const all = request.shown.map(({ explained }) => explained);
  const heading = drawHeading(all, margin, room);
  const svg = [heading.svg];
  const images: OverlayOptions[] = [];
  let y = heading.bottom;
  for (const [row, { about, panels: inRow }] of bands.entries()) {
    if (about) {
      const drawn = drawRowHeading(about, all, margin, y, room);
      svg.push(drawn.svg);
      y = drawn.bottom;
    }
    const head = inRow.some((panel) => panel !== null && panel.title !== '') ? panelHead : bareHead;
    inRow.forEach((panel, column) => {
      if (panel === null) return;
      const x = margin + column * (grid.imageWidth + gap);
      svg.push(drawPanelText(panel, { x, y, head, ...grid }, `scale${row}-${column}`));
      const { drawn, frame } = panel;
      const left = Math.round(x * scale + drawn.x);
      const top = Math.round((y + head) * scale + drawn.y);
      images.push({
        input: Buffer.from(panel.pixels.buffer, panel.pixels.byteOffset, panel.pixels.byteLength),
        raw: { width: drawn.width, height: drawn.height, channels: 4 },
        left,
        top,
      });
      if (frame) svg.push(drawFrame(frame, left, top, scale));
    });
    const foot = Math.max(0, ...inRow.map((panel) => (panel ? panelFoot(panel, grid.imageWidth) : 0)));
    y += head + grid.imageHeight + foot + (about ? 16 : rowGap);
  }
  if (others.length > 0) y += rowGap - 16;
  const footer = footerLine(request, own.explained);
  const lines = wrapText(footer, room, 2, figureStyles.footer);
  lines.forEach((line, i) => {
    svg.push(drawText(line, margin, y + 4 + i * footerLineHeight, figureStyles.footer));
  });
  const height = Math.ceil(y + 4 + (lines.length - 1) * footerLineHeight + margin * 0.75);

  const [pixelWidth, pixelHeight] = [width * scale, height * scale];
  const words = `<svg xmlns="http://www.w3.org/2000/svg" width="${pixelWidth}" height="${pixelHeight}" viewBox="0 0 ${width} ${height}">${svg.join('')}</svg>`;
  const png = await sharp({ create: { width: pixelWidth, height: pixelHeight, channels: 3, background: '#ffffff' } })
    .composite([...images, { input: Buffer.from(words), left: 0, top: 0 }])
    .removeAlpha()
    .png({ compressionLevel: 6 })
    .toBuffer();
  return withText(
    png,
    imageText(own.explained, `Why ${classTitle(own.explained.prediction.target)}: ${imageName(own.explained.image)}`),
  );
}

function panelOptions(request: FigureRequest, grid: FigureGrid, resolution: number): PanelOptions {
  return { ...request, grid, resolution, changed: (card) => changedParameters(card, request.shown) };
}

/** The image and the maps of one question, over as few rows as hold them. */
async function gridBands(request: FigureRequest, grid: FigureGrid, scale: number): Promise<Band[]> {
  const { original, maps } = await panelsOf(request.shown[0]!, panelOptions(request, grid, scale));
  const panels = [original, ...maps];
  return Array.from({ length: grid.rows }, (_, row) => ({
    about: null,
    panels: panels.slice(row * grid.columns, (row + 1) * grid.columns),
  }));
}

/** One row for each question: its image, where that is not the one above, and its maps. */
async function rowBands(
  request: FigureRequest,
  grid: FigureGrid,
  scale: number,
  columns: readonly (readonly (number | null)[])[],
): Promise<Band[]> {
  const { shown, display } = request;
  const legendOnce = display.scale === 'shared' && display.mode !== 'top-k';
  const bands: Band[] = [];
  for (const [row, each] of shown.entries()) {
    const { original, maps } = await panelsOf(each, panelOptions(request, grid, scale));
    const cells = columns[row]!.map((index, column): Panel | null => {
      const panel = index === null ? undefined : maps[index];
      if (panel === undefined) return null;
      const first = columns.findIndex((cards) => cards[column] !== null);
      const last = columns.findLastIndex((cards) => cards[column] !== null);
      return {
        ...panel,
        title: first === row ? panel.title : '',
        scale: legendOnce && last !== row ? null : panel.scale,
      };
    });
    const above = shown[row - 1];
    const repeats = above !== undefined && sameCanvas(above, each);
    const image = repeats ? null : { ...original, title: row === 0 ? original.title : '' };
    bands.push({ about: each.explained, panels: [image, ...cells] });
  }
  return bands;
}

/** The parameters in which a card differs from the first one of its method; a preset says itself what it changes. */
function changedParameters(card: Attribution, shown: FigureRequest['shown']): string {
  const first = shown.flatMap(({ explained }) => explained.attributions).find(({ method }) => method === card.method);
  if (first === undefined || card.preset !== first.preset) return '';
  const changed = Object.entries(card.parameters).filter(([name, value]) => first.parameters[name] !== value);
  return changed.map(([name, value]) => `${name} ${value}`).join(', ');
}

function sameCanvas(a: FigureRequest['shown'][number], b: FigureRequest['shown'][number]): boolean {
  const [left, right] = [a.explained.prediction.region, b.explained.prediction.region];
  const same = (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(left[side] - right[side]) < 1);
  return a.pixels === b.pixels && same && a.canvas.distortion.factor === b.canvas.distortion.factor;
}

function footerLine({ display, whylightVersion }: FigureRequest, { prediction }: Explained): string {
  return [`Whylight ${whylightVersion}`, `runtime ${prediction.runtime.id}`, ...displayWords(display)].join(' · ');
}

function displayWords(display: DisplayOptions): string[] {
  const mode = {
    'heat-map': 'heat map',
    blended: `heat map over the image, opacity ${Math.round(display.opacity * 100)} % at the ends of the scale and none at zero`,
    masked: 'image masked by the map',
    'top-k': `top ${display.topK} % of the pixels`,
  }[display.mode];
  const clip = display.outlierPercentile > 0 ? [`largest ${display.outlierPercentile} % of the values clipped`] : [];
  const shared = display.scale === 'shared' && display.mode !== 'top-k' ? ['one scale for the maps of a method'] : [];
  return [mode, ...clip, ...shared];
}
