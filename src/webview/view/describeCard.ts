import { summedRange } from '../../shared/rendering/scales';
import { valueAt } from '../../shared/rendering/valueAt';
import type { MethodInfo } from '../../shared/results/attribution';
import { cardAltText, formatValue } from '../../shared/words/summary';
import type { Cell } from './arrangement';
import { type Cursor, pixelAt } from './cursor';
import { className, costText, deltaText, provenanceText } from './describe';
import type { Drawing } from './drawing';
import type { Words } from './words';

/** A card's title with what tells it from others of its method. */
export function fullTitle({ info, detail }: Pick<Cell, 'info' | 'detail'>): string {
  return detail === '' ? info.title : `${info.title}, ${detail}`;
}

/** What a card's image shows, in words. */
export function altText(cell: Cell, { kind, map, prediction }: Drawing, words: Words): string {
  const title = fullTitle(cell);
  const name = className(prediction.target, words);
  if (kind === 'partial') return words('card.altPartial', title, name);
  const said = cardAltText({ methodTitle: title, className: name, map, region: prediction.region });
  return kind === 'difference' ? `${words('card.differenceAlt')} ${said}` : said;
}

/** The raw value under the cursor, exactly that of the map's own pixel; null where the model did not look, or without a cursor. */
export function readValue(
  { map, region, picture }: Drawing,
  cursor: Cursor | null,
): { readonly value: number; readonly text: string } | null {
  if (cursor === null) return null;
  const pixel = pixelAt(cursor, picture.image);
  const found = valueAt(map, region, pixel.x, pixel.y);
  return found && { value: found.value, text: formatValue(found.value) };
}

/** The words below a card's map. */
export interface Facts {
  /** Of the map that is drawn and read. */
  readonly range: string;
  readonly cost: string;
  /** Whose numbers they are, and how far from complete. */
  readonly rest: string;
  /** What a top-k image keeps. */
  readonly kept: string;
  /** Everything, each in a line of its own. */
  readonly all: string;
}

/** @param threshold smallest raw value that a top-k image keeps. */
export function factsOf(info: MethodInfo, drawing: Drawing, threshold: number | undefined, words: Words): Facts {
  const { min, max } = summedRange(drawing.map);
  const range = words('card.range', formatValue(min), formatValue(max));
  const said = words('card.rangeIs', formatValue(min), formatValue(max));
  const kept =
    threshold === undefined || !Number.isFinite(threshold)
      ? words('card.keptNone')
      : words('card.kept', formatValue(threshold));
  const { attribution } = drawing;
  if (attribution === null || drawing.kind === 'difference') {
    const text = words(drawing.kind === 'difference' ? 'card.differenceFacts' : 'card.partial');
    return { range, cost: '', rest: text, kept, all: `${said}\n${text}` };
  }
  const cost = costText(attribution, words);
  const provenance = provenanceText(info, attribution, words);
  const delta = deltaText(attribution, words);
  const exact = delta === null ? '' : `\n${words('card.deltaTip', formatValue(attribution.convergenceDelta ?? 0))}`;
  const parts = [provenance, ...(delta === null ? [] : [delta])];
  return { range, cost, rest: parts.join(' · '), kept, all: [said, cost, ...parts].join('\n') + exact };
}
