import sharp, { type OverlayOptions } from 'sharp';
import type { Explained } from '../../shared/protocol/protocol';
import type { DisplayOptions } from '../../shared/rendering/display';
import { formatValue, percent } from '../../shared/words/summary';
import { drawFrame, type Panel, panelsOf, resolution, type Shown } from './figureContent';
import { figureGrid } from './figureGrid';
import { drawPanelText, figureStyles, panelFoot, panelHead } from './figurePanel';
import { withText } from './png';
import { baseName, classTitle, differences, imageName, pngText } from './provenance';
import { drawText, ellipsise, measureText, type TextStyle, wrapText } from './text';

export interface FigureRequest {
  /** The explanation's own question first. */
  readonly shown: readonly Shown[];
  readonly display: DisplayOptions;
  readonly methodTitle: (id: string) => string;
  readonly whylightVersion: string;
}

const margin = 28;
const gap = 24;
const rowGap = 26;
/** One PNG with the image and every method side by side, with titles, times, colour bars with numbers, and findings. */
export async function renderFigure(request: FigureRequest): Promise<Uint8Array> {
  const [own] = request.shown;
  if (own === undefined) throw new RangeError('A figure shows at least one question.');
  const count = request.shown.reduce((sum, { explained }) => sum + explained.attributions.length, 0);
  const originals = request.shown.filter(
    ({ pixels }, i) => request.shown.findIndex((each) => each.pixels === pixels) === i,
  );
  const grid = figureGrid(count + originals.length, own.pixels);
  const panels: Panel[] = [];
  for (const shown of request.shown) {
    const words = differences(shown.explained, own.explained);
    panels.push(...(await panelsOf(shown, { ...request, grid, words, original: originals.includes(shown) })));
  }

  const width = 2 * margin + grid.columns * grid.imageWidth + (grid.columns - 1) * gap;
  const heading = drawHeading(own.explained, width - 2 * margin);
  const svg = [heading.svg];
  const images: OverlayOptions[] = [];
  let y = heading.bottom;
  for (let row = 0; row < grid.rows; row++) {
    const first = row * grid.columns;
    const inRow = panels.slice(first, first + grid.columns);
    inRow.forEach((panel, column) => {
      const x = margin + column * (grid.imageWidth + gap);
      svg.push(drawPanelText(panel, x, y, grid.imageWidth, grid.imageHeight, `scale${first + column}`));
      const { drawn, frame } = panel;
      const left = x * resolution + drawn.x;
      const top = (y + panelHead) * resolution + drawn.y;
      images.push({
        input: Buffer.from(panel.pixels.buffer, panel.pixels.byteOffset, panel.pixels.byteLength),
        raw: { width: drawn.width, height: drawn.height, channels: 4 },
        left,
        top,
      });
      if (frame) svg.push(drawFrame(frame, left, top));
    });
    const foot = Math.max(...inRow.map((panel) => panelFoot(panel, grid.imageWidth)));
    y += panelHead + grid.imageHeight + foot + rowGap;
  }
  const footer = footerLine(request, own.explained);
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
  return withText(
    png,
    pngText(own.explained, `Why ${classTitle(own.explained.prediction.target)}: ${imageName(own.explained.image)}`),
  );
}

function drawHeading({ prediction, image }: Explained, room: number): { svg: string; bottom: number } {
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
  return [mode, ...clip];
}
