import { blendedColours } from './blend';
import { colourLookup } from './colourLookup';
import type { ColourMapName } from './colourMaps';
import type { SignMode } from './display';

export interface ColourBarTick {
  /** 0 at the low end of the bar, 1 at its high end. */
  readonly position: number;
  /** Raw value. */
  readonly value: number;
  readonly label: string;
}

export interface ColourStop {
  /** 0 at the low end, 1 at the high end. */
  readonly offset: number;
  /** `rgb(r, g, b)`. */
  readonly colour: string;
  /** Weight of the colour over what is behind it, 0..1. */
  readonly opacity: number;
}

/**
 * Marks at round raw values (steps of 1, 2 or 5 times a power of ten) between `low` and `high`, about `wanted` of them and never
 * fewer than two. `high` may be below `low`. Labels show the decimals of the step; very small and large numbers are in
 * scientific notation.
 */
export function colourBarTicks(low: number, high: number, wanted = 5): ColourBarTick[] {
  const span = Math.abs(high - low);
  if (!(span > 0) || !Number.isFinite(span)) {
    return [{ position: 0, value: low, label: tickLabel(low, Math.abs(low) || 1) }];
  }
  let step = roundStep(span / Math.max(1, wanted - 1));
  let values = multiples(low, high, step);
  while (values.length < 2) {
    step = nextSmaller(step);
    values = multiples(low, high, step);
  }
  return values.map((value) => ({ position: Math.abs(value - low) / span, value, label: tickLabel(value, step) }));
}

/** A mark whose label has found its place. */
export interface PlacedTick extends ColourBarTick {
  /** Middle of the label along the bar, in the unit of its width: at the mark, but near an end far enough inside. */
  readonly centre: number;
}

/** A bar with labels, in pixels or any other unit of length. */
export interface BarRoom {
  readonly width: number;
  /** Least space between two labels. */
  readonly space: number;
  /** Length of a label. */
  readonly measure: (label: string) => number;
}

/**
 * As many of about five marks (see {@link colourBarTicks}) as have room for labels that stay inside the bar and apart from each other. Where
 * no round step fits, those at the outside, else one alone (zero if there is one); none where not even that fits.
 */
export function fittingTicks(low: number, high: number, room: BarRoom): PlacedTick[] {
  let sparsest: ColourBarTick[] = [];
  for (const wanted of [5, 4, 3, 2]) {
    const ticks = colourBarTicks(low, high, wanted);
    if (sparsest.length === 0 || ticks.length < sparsest.length) sparsest = ticks;
    const placed = placeLabels(ticks, room);
    if (placed !== null) return placed;
  }
  const outside = [sparsest[0]!, sparsest.at(-1)!];
  const alone = sparsest.find(({ value }) => value === 0) ?? sparsest.at(-1)!;
  return placeLabels(outside, room) ?? placeLabels([alone], room) ?? [];
}

/** The marks with their labels; null where these do not fit. */
function placeLabels(ticks: readonly ColourBarTick[], { width, space, measure }: BarRoom): PlacedTick[] | null {
  const placed: PlacedTick[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const half = measure(tick.label) / 2;
    if (2 * half > width) return null;
    const centre = Math.min(width - half, Math.max(half, tick.position * width));
    if (centre - half < end + space) return null;
    end = centre + half;
    placed.push({ ...tick, centre });
  }
  return placed;
}

/**
 * Colours for a CSS or SVG gradient that shows the scale of a sign mode from its low to its high end.
 *
 * @param opacity of an overlay in mode `blended`: the colours then become transparent towards zero, as they do there; null for opaque ones.
 */
export function colourBarStops(
  colourMap: ColourMapName,
  sign: SignMode,
  opacity: number | null = null,
  count = opacity === null ? 18 : 33,
): ColourStop[] {
  if (opacity !== null) {
    return blendedColours(colourMap, sign, opacity, count).map(({ red, green, blue, weight }, i) => ({
      offset: i / (count - 1),
      colour: `rgb(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)})`,
      opacity: weight,
    }));
  }
  const lookup = colourLookup(colourMap, sign);
  return Array.from({ length: count }, (_, i) => {
    const offset = i / (count - 1);
    const start = 3 * Math.round(offset * 255);
    return { offset, colour: `rgb(${lookup[start]}, ${lookup[start + 1]}, ${lookup[start + 2]})`, opacity: 1 };
  });
}

/** The stops as a CSS image, low end on the left; what is behind it shows through where colours are transparent. */
export function colourBarCss(colourMap: ColourMapName, sign: SignMode, opacity: number | null = null): string {
  const stops = colourBarStops(colourMap, sign, opacity).map(({ offset, colour, opacity: weight }) => {
    const shown = opacity === null ? colour : colour.replace('rgb(', 'rgba(').replace(')', `, ${weight.toFixed(3)})`);
    return `${shown} ${(offset * 100).toFixed(1)}%`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** The step 1, 2 or 5 · 10ⁿ that is nearest to the wanted one by ratio. */
function roundStep(wanted: number): number {
  const exponent = Math.floor(Math.log10(wanted));
  const mantissa = wanted / 10 ** exponent;
  const factor = mantissa < Math.SQRT2 ? 1 : mantissa < Math.sqrt(10) ? 2 : mantissa < Math.sqrt(50) ? 5 : 10;
  return factor * 10 ** exponent;
}

function nextSmaller(step: number): number {
  return roundStep(step / 2.1);
}

function multiples(low: number, high: number, step: number): number[] {
  const [from, to] = low < high ? [low, high] : [high, low];
  const tolerance = 1e-9 * (to - from);
  const values: number[] = [];
  for (let i = Math.ceil((from - tolerance) / step); i * step <= to + tolerance; i++)
    values.push(i === 0 ? 0 : i * step);
  return low < high ? values : values.reverse();
}

function tickLabel(value: number, step: number): string {
  if (value === 0) return '0';
  const stepExponent = Math.floor(Math.log10(step) + 1e-9);
  const exponent = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const scientific = stepExponent < -4 || stepExponent > 4;
  const text = scientific
    ? value
        .toExponential(Math.max(0, exponent - stepExponent))
        .replace(/\.0+e/, 'e')
        .replace('e+', 'e')
    : value.toFixed(Math.max(0, -stepExponent));
  return text.replaceAll('-', '−');
}
