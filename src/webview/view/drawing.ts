import type { Prediction } from '../../shared/explanation/events';
import { answerFor, type Explanation, shownMap } from '../../shared/explanation/explanation';
import { differenceDisplay, differenceMap, type PlacedMap } from '../../shared/rendering/difference';
import type { DisplayOptions } from '../../shared/rendering/display';
import { type MapScale, sharedScales } from '../../shared/rendering/scales';
import type { Attribution, ImageRegion, RawMap } from '../../shared/results/attribution';
import type { Cell } from './arrangement';
import { type Picture, pictureOf } from './picture';
import { shownRegion } from './scaledRegion';

/** What a card draws. */
export interface Drawing {
  /** `partial`: unfinished, of a card that never had a finished one; `difference`: this card's map minus that of the card beside it. */
  readonly kind: 'map' | 'partial' | 'difference';
  readonly map: RawMap;
  /** The part of the picture that the map covers. */
  readonly region: ImageRegion;
  readonly picture: Picture;
  readonly display: DisplayOptions;
  /** The scale that it has in common with others; null for its own. */
  readonly scale: MapScale | null;
  /** The finished result; null of an unfinished one. */
  readonly attribution: Attribution | null;
  readonly prediction: Prediction;
  /** True for what was computed before the card was asked anew. */
  readonly stale: boolean;
}

/** What the cards draw, by their keys. @param differences keys of the comparisons that show differences. */
export function drawingsOf(
  cells: readonly Cell[],
  explanation: Explanation,
  display: DisplayOptions,
  differences: ReadonlySet<string>,
): ReadonlyMap<string, Drawing> {
  const drawings = new Map<string, Drawing>();
  for (const cell of cells) {
    const drawing = drawingOf(cell, explanation, display, differences);
    if (drawing !== null) drawings.set(cell.card.request.key, drawing);
  }
  const finished = [...drawings].filter(([, { kind }]) => kind !== 'partial');
  const maps = finished.map(([key, drawing]) => ({ key, column: columnOf(drawing), map: drawing.map }));
  // Differences are signed whatever the maps are.
  const alike = (isDifference: boolean) =>
    maps.filter(({ key }) => (drawings.get(key)?.kind === 'difference') === isDifference);
  for (const [key, scale] of sharedScales(alike(false), display)) drawings.set(key, { ...drawings.get(key)!, scale });
  for (const [key, scale] of sharedScales(alike(true), differenceDisplay(display))) {
    drawings.set(key, { ...drawings.get(key)!, scale });
  }
  return drawings;
}

function drawingOf(
  cell: Cell,
  explanation: Explanation,
  display: DisplayOptions,
  differences: ReadonlySet<string>,
): Drawing | null {
  const { card, compared, own } = cell;
  const shown = shownMap(explanation, card);
  if (shown === null) {
    const prediction = answerFor(explanation, card)?.prediction;
    if (card.partial === null || prediction === undefined) return null;
    const picture = pictureOf(prediction, display);
    const { region } = picture;
    const map = card.partial;
    return { kind: 'partial', map, region, picture, display, scale: null, attribution: null, prediction, stale: false };
  }
  const { attribution, answer, stale } = shown;
  const { prediction } = answer;
  const picture = pictureOf(prediction, display);
  const base: Drawing = {
    kind: 'map',
    map: attribution.map,
    region: picture.region,
    picture,
    display,
    scale: null,
    attribution,
    prediction,
    stale,
  };
  const reference =
    compared !== null && own !== null && differences.has(compared.comparison.key) && shownMap(explanation, own);
  if (!reference) return base;
  const placed = difference(
    { map: attribution.map, region: shownRegion(prediction) },
    { map: reference.attribution.map, region: shownRegion(reference.answer.prediction) },
  );
  if (placed === null) return base;
  return {
    ...base,
    kind: 'difference',
    map: placed.map,
    region: picture.place(placed.region),
    display: differenceDisplay(display),
    stale: stale || reference.stale,
  };
}

const known = new WeakMap<RawMap, WeakMap<RawMap, PlacedMap | null>>();

/** Computed once for each pair of maps: a card asks for it again whenever anything on the page changes. */
function difference(a: PlacedMap, b: PlacedMap): PlacedMap | null {
  const others = known.get(a.map) ?? new WeakMap<RawMap, PlacedMap | null>();
  known.set(a.map, others);
  let placed = others.get(b.map);
  if (placed === undefined) {
    placed = differenceMap(a, b);
    others.set(b.map, placed);
  }
  return placed;
}

/** Maps of one method can be compared when what is chosen for it is the same; numbers (of samples, of steps) do not change their units. */
function columnOf({ kind, attribution }: Drawing): string {
  const chosen = Object.entries(attribution?.parameters ?? {}).filter(([, value]) => typeof value !== 'number');
  return `${kind} ${attribution?.method} ${JSON.stringify(chosen)}`;
}

/** Whether two drawings give the same pixels. */
export function sameDrawing(a: Drawing | null, b: Drawing | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.map === b.map &&
    a.picture === b.picture &&
    JSON.stringify([a.display, a.region, a.scale]) === JSON.stringify([b.display, b.region, b.scale])
  );
}
