import font from './font/inter.json';

export type Weight = 'regular' | 'semibold';

export interface TextStyle {
  /** Font size in pixels. */
  readonly size: number;
  readonly weight: Weight;
  /** CSS colour. */
  readonly colour: string;
}

type Glyphs = Readonly<Record<string, readonly [advance: number, outline: string]>>;
const glyphs: Readonly<Record<Weight, Glyphs>> = {
  regular: font.regular as unknown as Glyphs,
  semibold: font.semibold as unknown as Glyphs,
};
const unitsPerEm = 1000;

interface Placed {
  /** One user-perceived character. */
  readonly text: string;
  readonly advance: number;
  /** Absent for a character that the built-in font lacks; the system's font then draws it, where there is one. */
  readonly outline?: string;
}

/**
 * Draws text as outlines of a font that comes along, so that a figure looks the same on every machine, also on one without fonts.
 * Characters outside of Latin fall back to the system's sans-serif.
 *
 * @param y baseline
 * @returns SVG elements
 */
export function drawText(
  text: string,
  x: number,
  y: number,
  style: TextStyle,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const placed = place(text, style.weight);
  const scale = style.size / unitsPerEm;
  let at = x - width(placed) * scale * (anchor === 'start' ? 0 : anchor === 'middle' ? 0.5 : 1);
  const parts: string[] = [];
  for (const { outline, advance, text: character } of placed) {
    if (outline === undefined) {
      const position = `x="${at.toFixed(2)}" y="${y.toFixed(2)}" font-size="${style.size}"`;
      const weight = style.weight === 'semibold' ? ' font-weight="600"' : '';
      parts.push(
        `<text ${position}${weight} font-family="sans-serif" fill="${style.colour}">${escapeXml(character)}</text>`,
      );
    } else if (outline !== '') {
      const transform = `translate(${at.toFixed(2)} ${y.toFixed(2)}) scale(${scale})`;
      parts.push(`<path transform="${transform}" fill="${style.colour}" d="${outline}"/>`);
    }
    at += advance * scale;
  }
  return parts.join('');
}

/** Width of a text in pixels. */
export function measureText(text: string, style: Pick<TextStyle, 'size' | 'weight'>): number {
  return (width(place(text, style.weight)) * style.size) / unitsPerEm;
}

/** The text, or as much of its beginning as fits into `room` pixels with an ellipsis behind it. */
export function ellipsise(text: string, room: number, style: Pick<TextStyle, 'size' | 'weight'>): string {
  if (measureText(text, style) <= room) return text;
  return `${takeWhileRoom(place(text, style.weight), room, style).join('').trimEnd()}…`;
}

/** The text, or as much of its end as fits into `room` pixels with an ellipsis before it. */
export function ellipsiseStart(text: string, room: number, style: Pick<TextStyle, 'size' | 'weight'>): string {
  if (measureText(text, style) <= room) return text;
  return `…${takeWhileRoom(place(text, style.weight).reverse(), room, style).reverse().join('').trimStart()}`;
}

function takeWhileRoom(
  characters: readonly Placed[],
  room: number,
  style: Pick<TextStyle, 'size' | 'weight'>,
): string[] {
  let left = (room * unitsPerEm) / style.size - width(place('…', style.weight));
  const taken: string[] = [];
  for (const { text, advance } of characters) {
    left -= advance;
    if (left < 0) break;
    taken.push(text);
  }
  return taken;
}

/** Breaks a text at spaces into at most `lines` lines of `room` pixels; what does not fit is cut with an ellipsis. */
export function wrapText(
  text: string,
  room: number,
  lines: number,
  style: Pick<TextStyle, 'size' | 'weight'>,
): string[] {
  const wrapped: string[] = [];
  let words = text.split(/\s+/).filter((word) => word !== '');
  while (words.length > 0 && wrapped.length < lines - 1) {
    let count = 1;
    while (count < words.length && measureText(words.slice(0, count + 1).join(' '), style) <= room) count++;
    wrapped.push(ellipsise(words.slice(0, count).join(' '), room, style));
    words = words.slice(count);
  }
  if (words.length > 0) wrapped.push(ellipsise(words.join(' '), room, style));
  return wrapped;
}

function place(text: string, weight: Weight): Placed[] {
  const characters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text.normalize('NFC'))];
  return characters.map(({ segment }) => {
    const character = /^\s$/.test(segment) ? ' ' : segment;
    const glyph = glyphs[weight][character];
    if (glyph) return { text: character, advance: glyph[0], outline: glyph[1] };
    return {
      text: character,
      advance: /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u.test(character) ? 640 : 1000,
    };
  });
}

function width(placed: readonly Placed[]): number {
  return placed.reduce((sum, { advance }) => sum + advance, 0);
}

function escapeXml(text: string): string {
  const printable = text.replace(/[^\P{C}\u200d]/gu, '');
  return printable.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
