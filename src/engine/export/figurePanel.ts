import { colourBarStops, fittingTicks } from '../../shared/rendering/colourBar';
import type { Overlay } from '../../shared/rendering/renderOverlay';
import { formatValue } from '../../shared/words/summary';
import { drawText, ellipsise, ellipsiseStart, measureText, type TextStyle, wrapText } from './text';

const ink = '#1b1f24';
const muted = '#5b6470';
export const figureStyles = {
  heading: { size: 24, weight: 'semibold', colour: ink },
  headingDetail: { size: 24, weight: 'regular', colour: muted },
  line: { size: 13, weight: 'regular', colour: muted },
  warning: { size: 12, weight: 'regular', colour: '#8a4600' },
  title: { size: 15, weight: 'semibold', colour: ink },
  detail: { size: 11.5, weight: 'regular', colour: muted },
  tick: { size: 11, weight: 'regular', colour: ink },
  footer: { size: 11, weight: 'regular', colour: muted },
} as const satisfies Record<string, TextStyle>;

/** The scale of a panel: what {@link Overlay} says about it. */
export type PanelScale = Pick<Overlay, 'low' | 'high' | 'colourMap' | 'sign' | 'opacity' | 'top'>;

export interface PanelText {
  readonly title: string;
  /** Left end of the line below the title. */
  readonly detail: string;
  /** Name of the target layer, behind the detail. */
  readonly layer: string | null;
  /** Its right end: the time. */
  readonly time: string;
  readonly scale: PanelScale | null;
  /** Below the image when there is no scale. */
  readonly caption: readonly string[];
  readonly notes: readonly string[];
}

/** Heights of a panel's parts, in figure units. */
export const panelHead = 42;
/** Of a panel without a title. */
export const bareHead = 22;
const barHeight = 10;
const noteLine = 15;
const noteLines = 3;

/** Where a panel stands. */
export interface PanelPlace {
  /** Its upper left corner. */
  readonly x: number;
  readonly y: number;
  /** Height of what stands above the image. */
  readonly head: number;
  readonly imageWidth: number;
  readonly imageHeight: number;
}

/** Height of what stands below the image. */
export function panelFoot(panel: PanelText, width: number): number {
  const notes = wrapNotes(panel, width).length;
  return scaleHeight(panel) + (notes > 0 ? 4 + notes * noteLine : 0);
}

/** The words and the colour bar of a panel. `id` makes the gradient's name unique. */
export function drawPanelText(panel: PanelText, place: PanelPlace, id: string): string {
  const { title, detail, warning } = figureStyles;
  const { x, y, head, imageWidth: width, imageHeight } = place;
  const timeWidth = panel.time === '' ? 0 : measureText(panel.time, detail) + 10;
  const parts = [
    drawText(ellipsise(panel.title, width, title), x, y + 15, title),
    drawText(detailLine(panel, width - timeWidth), x, y + head - 9, detail),
    drawText(panel.time, x + width, y + head - 9, detail, 'end'),
  ];
  const below = y + head + imageHeight;
  if (panel.scale) parts.push(drawScale(panel.scale, x, below + 8, width, id));
  panel.caption.forEach((line, i) => {
    parts.push(drawText(ellipsise(line, width, detail), x, below + 17 + i * 15, detail));
  });
  wrapNotes(panel, width).forEach((line, i) => {
    parts.push(drawText(line, x, below + scaleHeight(panel) + 14 + i * noteLine, warning));
  });
  return parts.join('');
}

function scaleHeight({ scale, caption }: PanelText): number {
  if (scale) return scale.top ? 22 : 34;
  return caption.length > 0 ? 22 : 4;
}

/** A layer's name is cut at its beginning: layers of a network mostly differ at the end. */
function detailLine({ detail, layer }: PanelText, room: number): string {
  const style = figureStyles.detail;
  if (!layer) return ellipsise(detail, room, style);
  const before = detail === '' ? 'layer ' : `${detail} · layer `;
  return before + ellipsiseStart(layer, room - measureText(before, style), style);
}

function wrapNotes(panel: PanelText, width: number): string[] {
  return wrapText(panel.notes.join(' '), width, noteLines, figureStyles.warning);
}

function drawScale(scale: PanelScale, x: number, y: number, width: number, id: string): string {
  if (scale.top) return drawThreshold(scale.top, scale.sign, x, y);
  const { tick } = figureStyles;
  const stops = colourBarStops(scale.colourMap, scale.sign, scale.opacity).map(
    ({ offset, colour, opacity }) =>
      `<stop offset="${offset.toFixed(4)}" stop-color="${colour}" stop-opacity="${opacity.toFixed(4)}"/>`,
  );
  const parts = [
    `<linearGradient id="${id}">${stops.join('')}</linearGradient>`,
    ...(scale.opacity === null ? [] : [chequers(x, y, width)]),
    `<rect x="${x}" y="${y}" width="${width}" height="${barHeight}" fill="url(#${id})"/>`,
    `<rect x="${x + 0.25}" y="${y + 0.25}" width="${width - 0.5}" height="${barHeight - 0.5}" fill="none" stroke="#1b1f24" stroke-opacity="0.35" stroke-width="0.5"/>`,
  ];
  const room = { width, space: 6, measure: (label: string) => measureText(label, tick) };
  for (const { position, label, centre } of fittingTicks(scale.low, scale.high, room)) {
    const at = x + position * width;
    parts.push(`<path d="M${at.toFixed(2)} ${y + barHeight}v3.5" stroke="${ink}" stroke-width="0.8"/>`);
    parts.push(drawText(label, x + centre, y + 23, tick, 'middle'));
  }
  return parts.join('');
}

/** What is behind transparent colours, as drawing programs show it. */
function chequers(x: number, y: number, width: number): string {
  const side = barHeight / 2;
  const path = Array.from({ length: Math.ceil(width / side) }, (_, i) => {
    const length = Math.min(side, width - i * side);
    return `M${x + i * side} ${y + (i % 2) * side}h${length}v${side}h${-length}z`;
  });
  return `<rect x="${x}" y="${y}" width="${width}" height="${barHeight}" fill="#ffffff"/><path d="${path.join('')}" fill="#d4d8dd"/>`;
}

function drawThreshold(top: NonNullable<PanelScale['top']>, sign: PanelScale['sign'], x: number, y: number): string {
  const { detail } = figureStyles;
  if (!Number.isFinite(top.threshold)) return drawText('No pixel is kept', x, y + 9, detail);
  const share = `${Number((top.share * 100).toFixed(1))} %`;
  const comparison = sign === 'negative' ? '≤' : '≥';
  const subject = sign === 'absolute' ? 'magnitude' : 'value';
  return drawText(
    `In colour: ${share} of the pixels, ${subject} ${comparison} ${formatValue(top.rawThreshold)}`,
    x,
    y + 9,
    detail,
  );
}
