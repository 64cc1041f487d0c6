import { type ColourMapName, colourMapInfo, colourTable } from './colourMaps';
import type { DisplayOptions, SignMode } from './display';

/** The colour map that a display uses for a sign mode: for `auto`, a diverging one for `signed`, a sequential one for the others. */
export function chooseColourMap(choice: DisplayOptions['colourMap'], sign: SignMode): ColourMapName {
  if (choice !== 'auto') return choice;
  return sign === 'signed' ? 'coolwarm' : 'inferno';
}

/**
 * 256 colours (768 bytes R, G, B, …) from the low to the high end of the colour scale of a sign mode. A sequential map is used
 * whole. A diverging one is used whole for `signed`; for one-sided modes the half that belongs to the sign, from its neutral middle.
 */
export function colourLookup(colourMap: ColourMapName, sign: SignMode): Uint8Array {
  const table = colourTable(colourMap);
  if (sign === 'signed' || colourMapInfo(colourMap).kind === 'sequential') return table;
  const half = new Uint8Array(768);
  const direction = sign === 'negative' ? -1 : 1;
  for (let i = 0; i < 256; i++) {
    const position = 127.5 + (direction * i) / 2;
    const below = Math.floor(position);
    const weight = position - below;
    for (let c = 0; c < 3; c++) {
      const value = table[3 * below + c]!;
      half[3 * i + c] = Math.round(value + (table[3 * Math.min(255, below + 1) + c]! - value) * weight);
    }
  }
  return half;
}
