import { colourLookup } from './colourLookup';
import { type ColourMapName, colourMapInfo } from './colourMaps';
import type { SignMode } from './display';

/** A colour as it lies over the image. */
export interface BlendedColour {
  /** 0..255; need not be whole. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** Weight of the colour, 0..1; the image has the rest. */
  readonly weight: number;
}

/**
 * The exponent of the weight: below 1, so that 20 % of the scale is seen at a third of the full weight, and far enough above 0 for the noise
 * around zero not to lie over the image as a veil.
 */
const exponent = 2 / 3;

/** Where the colours of a diverging map begin, from its middle: a faint value keeps the hue of its sign where the middle would be white or black. */
const hueBegins = 0.35;

/**
 * The colour of a normalised value (−1..1 when signed, else 0..1) over an image: its weight is `opacity` · |value|^⅔, so that zero is
 * transparent. Diverging maps begin at 35 % of their half, see {@link hueBegins}; sequential ones are used whole.
 *
 * @param lookup of the colour map and the sign mode, see {@link colourLookup}.
 */
function blendedColour(
  lookup: Uint8Array,
  diverging: boolean,
  sign: SignMode,
  value: number,
  opacity: number,
): BlendedColour {
  const magnitude = Math.abs(value);
  const strength = diverging ? hueBegins + (1 - hueBegins) * magnitude : magnitude;
  const position = sign === 'signed' ? 127.5 * (1 + (value < 0 ? -strength : strength)) : 255 * strength;
  const below = Math.min(254, Math.floor(position));
  const rest = position - below;
  const channel = (c: number): number => lookup[3 * below + c]! * (1 - rest) + lookup[3 * below + 3 + c]! * rest;
  return { red: channel(0), green: channel(1), blue: channel(2), weight: opacity * magnitude ** exponent };
}

/** The blended colours of values in even steps: from −1 (when signed) or 0 to 1. */
export function blendedColours(
  colourMap: ColourMapName,
  sign: SignMode,
  opacity: number,
  count: number,
): BlendedColour[] {
  const lookup = colourLookup(colourMap, sign);
  const diverging = colourMapInfo(colourMap).kind === 'diverging';
  const [from, span] = sign === 'signed' ? [-1, 2] : [0, 1];
  return Array.from({ length: count }, (_, i) =>
    blendedColour(lookup, diverging, sign, from + (span * i) / (count - 1), opacity),
  );
}
