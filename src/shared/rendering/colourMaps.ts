import { publishedColourTables } from './colourTables';

export type ColourMapName =
  | 'viridis'
  | 'inferno'
  | 'cividis'
  | 'turbo'
  | 'jet'
  | 'greys'
  | 'coolwarm'
  | 'blue-black-orange';

export interface ColourMapInfo {
  readonly name: ColourMapName;
  readonly title: string;
  /** Sequential maps run from little to much; diverging ones have a neutral colour in the middle, for zero. */
  readonly kind: 'sequential' | 'diverging';
  /** What it is good for, or what to beware of, in one sentence. */
  readonly note: string;
}

/** All colour maps, in the order of a menu. */
export const colourMaps: readonly ColourMapInfo[] = [
  {
    name: 'viridis',
    title: 'Viridis',
    kind: 'sequential',
    note: 'Perceptually uniform and safe for colour-blind readers.',
  },
  {
    name: 'inferno',
    title: 'Inferno',
    kind: 'sequential',
    note: 'Perceptually uniform from black to yellow; small values stay dark.',
  },
  {
    name: 'cividis',
    title: 'Cividis',
    kind: 'sequential',
    note: 'Looks nearly the same to readers with and without red–green colour blindness.',
  },
  {
    name: 'greys',
    title: 'Greys',
    kind: 'sequential',
    note: 'Black to white; prints well.',
  },
  {
    name: 'turbo',
    title: 'Turbo',
    kind: 'sequential',
    note: 'A rainbow with smooth lightness; hard to read for colour-blind readers.',
  },
  {
    name: 'jet',
    title: 'Jet',
    kind: 'sequential',
    note: 'The rainbow of many older papers; draws edges where the map has none and is not safe for colour-blind readers.',
  },
  {
    name: 'coolwarm',
    title: 'Blue–white–red',
    kind: 'diverging',
    note: "Moreland's cool–warm map: blue against, white neutral, red in favour; safe for colour-blind readers.",
  },
  {
    name: 'blue-black-orange',
    title: 'Blue–black–orange',
    kind: 'diverging',
    note: 'Diverging with a dark middle, so that zero disappears on a dark background; safe for colour-blind readers.',
  },
];

/** Description of a colour map. */
export function colourMapInfo(name: ColourMapName): ColourMapInfo {
  const info = colourMaps.find((map) => map.name === name);
  if (!info) throw new RangeError(`There is no colour map named ${name}.`);
  return info;
}

export function isColourMapName(name: string): name is ColourMapName {
  return colourMaps.some((map) => map.name === name);
}

const tables = new Map<ColourMapName, Uint8Array>();

/** The 256 colours of a map as 768 bytes R, G, B, R, … from its low to its high end. The same array every time: do not write to it. */
export function colourTable(name: ColourMapName): Uint8Array {
  let table = tables.get(name);
  if (!table) {
    table = makeTable(name);
    tables.set(name, table);
  }
  return table;
}

function makeTable(name: ColourMapName): Uint8Array {
  switch (name) {
    case 'viridis':
    case 'inferno':
    case 'cividis':
    case 'turbo':
      return Uint8Array.from(atob(publishedColourTables[name]), (character) => character.charCodeAt(0));
    case 'jet':
      return sample(jet);
    case 'greys':
      return sample((t) => [t, t, t]);
    case 'coolwarm':
      return sample(coolWarm);
    case 'blue-black-orange':
      return sample(blueBlackOrange);
  }
}

type Triple = readonly [number, number, number];

/** Samples a map given as a function of 0..1 to RGB 0..1. */
function sample(colour: (t: number) => Triple): Uint8Array {
  const table = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const rgb = colour(i / 255);
    for (let c = 0; c < 3; c++) table[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, rgb[c]!)));
  }
  return table;
}

/** MATLAB's jet as matplotlib defines it: one trapezium per channel. */
function jet(t: number): Triple {
  return [
    piecewise(t, [0.35, 0, 0.66, 1, 0.89, 1, 1, 0.5]),
    piecewise(t, [0.125, 0, 0.375, 1, 0.64, 1, 0.91, 0]),
    piecewise(t, [0, 0.5, 0.11, 1, 0.34, 1, 0.65, 0]),
  ];
}

/** Linear interpolation through the points x0, y0, x1, y1, …, constant outside. */
function piecewise(t: number, points: readonly number[]): number {
  if (t <= points[0]!) return points[1]!;
  for (let i = 2; i < points.length; i += 2) {
    const [x0, y0, x1, y1] = [points[i - 2]!, points[i - 1]!, points[i]!, points[i + 1]!];
    if (t <= x1) return y0 + ((y1 - y0) * (t - x0)) / (x1 - x0);
  }
  return points[points.length - 1]!;
}

/**
 * K. Moreland, "Diverging Color Maps for Scientific Visualization", ISVC 2009: interpolation in the polar form Msh of CIELAB
 * from a blue over white to a red, the hue of the white end turned so that the path stays straight in perceived colour.
 */
function coolWarm(t: number): Triple {
  const cool = mshOfRgb([59 / 255, 76 / 255, 192 / 255]);
  const warm = mshOfRgb([180 / 255, 4 / 255, 38 / 255]);
  const middle = Math.max(88, cool[0], warm[0]);
  const end = t < 0.5 ? cool : warm;
  const white: Triple = [middle, 0, spunHue(end, middle)];
  const weight = Math.abs(1 - 2 * t);
  return rgbOfLab(labOfMsh(mix(white, end, weight)));
}

/** Hue that an unsaturated colour of magnitude `middle` must take for an even path to `colour` (Moreland's AdjustHue). */
function spunHue([m, s, h]: Triple, middle: number): number {
  if (m >= middle) return h;
  const spin = (s * Math.sqrt(middle ** 2 - m ** 2)) / (m * Math.sin(s));
  return h > -Math.PI / 3 ? h + spin : h - spin;
}

/** Lightness rises from 7 at zero to 78 at both ends; hue 255° (blue) below and 65° (orange) above. */
function blueBlackOrange(t: number): Triple {
  const weight = Math.abs(1 - 2 * t);
  const hue = ((t < 0.5 ? 255 : 65) * Math.PI) / 180;
  const chroma = (t < 0.5 ? 38 : 66) * (1 - (1 - weight) ** 1.6);
  return rgbOfLab([7 + 71 * weight, chroma * Math.cos(hue), chroma * Math.sin(hue)]);
}

function mix(a: Triple, b: Triple, weight: number): Triple {
  return [a[0] + (b[0] - a[0]) * weight, a[1] + (b[1] - a[1]) * weight, a[2] + (b[2] - a[2]) * weight];
}

function mshOfRgb(rgb: Triple): Triple {
  const [l, a, b] = labOfRgb(rgb);
  const m = Math.hypot(l, a, b);
  return [m, Math.acos(l / m), Math.atan2(b, a)];
}

function labOfMsh([m, s, h]: Triple): Triple {
  return [m * Math.cos(s), m * Math.sin(s) * Math.cos(h), m * Math.sin(s) * Math.sin(h)];
}

/** Tristimulus values of the white D65, and the sRGB primaries (IEC 61966-2-1). */
const white: Triple = [0.95047, 1, 1.08883];
const toXyz: readonly Triple[] = [
  [0.4124, 0.3576, 0.1805],
  [0.2126, 0.7152, 0.0722],
  [0.0193, 0.1192, 0.9505],
];
const fromXyz: readonly Triple[] = [
  [3.2406, -1.5372, -0.4986],
  [-0.9689, 1.8758, 0.0415],
  [0.0557, -0.204, 1.057],
];

function apply(matrix: readonly Triple[], v: Triple): Triple {
  const row = (i: number) => matrix[i]![0] * v[0] + matrix[i]![1] * v[1] + matrix[i]![2] * v[2];
  return [row(0), row(1), row(2)];
}

function labOfRgb(rgb: Triple): Triple {
  const linear = rgb.map((v) => (v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92)) as unknown as Triple;
  const [x, y, z] = apply(toXyz, linear).map((v, i) => {
    const ratio = v / white[i]!;
    return ratio > 0.008856 ? Math.cbrt(ratio) : 7.787 * ratio + 16 / 116;
  }) as unknown as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function rgbOfLab([l, a, b]: Triple): Triple {
  const y = (l + 16) / 116;
  const xyz = [y + a / 500, y, y - b / 200].map((v, i) => {
    const ratio = v ** 3 > 0.008856 ? v ** 3 : (v - 16 / 116) / 7.787;
    return ratio * white[i]!;
  }) as unknown as Triple;
  return apply(fromXyz, xyz).map((v) =>
    v > 0.0031308 ? 1.055 * v ** (1 / 2.4) - 0.055 : 12.92 * v,
  ) as unknown as Triple;
}
