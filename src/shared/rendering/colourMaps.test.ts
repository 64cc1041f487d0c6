import { describe, expect, it } from 'vitest';
import { colourLookup } from './colourLookup';
import { type ColourMapName, colourMapInfo, colourMaps, colourTable, isColourMapName } from './colourMaps';

function colour(name: ColourMapName, index: number): number[] {
  return [...colourTable(name).subarray(3 * index, 3 * index + 3)];
}

/** matplotlib 3.6.3, rounded to 8 bits, at entries 0, 64, 128, 192 and 255. */
const matplotlib: Partial<Record<ColourMapName, number[][]>> = {
  viridis: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ],
  inferno: [
    [0, 0, 4],
    [87, 16, 110],
    [188, 55, 84],
    [249, 142, 9],
    [252, 255, 164],
  ],
  cividis: [
    [0, 34, 78],
    [67, 78, 108],
    [125, 124, 120],
    [188, 174, 108],
    [254, 232, 56],
  ],
  turbo: [
    [48, 18, 59],
    [40, 188, 235],
    [164, 252, 60],
    [251, 126, 33],
    [122, 4, 3],
  ],
  jet: [
    [0, 0, 128],
    [0, 129, 255],
    [125, 255, 122],
    [255, 148, 0],
    [128, 0, 0],
  ],
};

/** CIE lightness of an entry, 0..100. */
function lightness(name: ColourMapName, index: number): number {
  const [r, g, b] = colour(name, index).map((v) => {
    const c = v / 255;
    return c > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92;
  }) as [number, number, number];
  return 116 * Math.cbrt(0.2126 * r + 0.7152 * g + 0.0722 * b) - 16;
}

describe('colour maps', () => {
  it.each(Object.entries(matplotlib))('%s has the values that matplotlib has', (name, expected) => {
    expect([0, 64, 128, 192, 255].map((index) => colour(name as ColourMapName, index))).toEqual(expected);
  });

  it("coolwarm has the values of Moreland's published table", () => {
    // Entries at 0, 1/4, 3/4 and 1 of his 33-entry table; both neighbours of the middle are the grey 221.
    expect(colour('coolwarm', 0)).toEqual([59, 76, 192]);
    expect(colour('coolwarm', 64)).toEqual([141, 176, 254]);
    expect(Math.max(...colour('coolwarm', 191).map((v, c) => Math.abs(v - [244, 154, 123][c]!)))).toBeLessThanOrEqual(
      1,
    );
    expect(colour('coolwarm', 255)).toEqual([180, 4, 38]);
    for (const index of [127, 128])
      expect(Math.max(...colour('coolwarm', index).map((v) => Math.abs(v - 221)))).toBeLessThan(2);
  });

  it('greys is the identity', () => {
    for (let i = 0; i < 256; i++) expect(colour('greys', i)).toEqual([i, i, i]);
  });

  it('rises in lightness where it says that it is perceptually uniform', () => {
    for (const name of ['viridis', 'inferno', 'cividis', 'greys'] as const) {
      for (let i = 8; i < 256; i += 8) expect(lightness(name, i)).toBeGreaterThan(lightness(name, i - 8));
    }
  });

  it('is symmetric in lightness where it is diverging, neutral in the middle', () => {
    for (const { name } of colourMaps.filter((map) => map.kind === 'diverging')) {
      for (let i = 0; i < 128; i++) expect(Math.abs(lightness(name, i) - lightness(name, 255 - i))).toBeLessThan(3);
      const [r, g, b] = colour(name, 128);
      expect(Math.max(r!, g!, b!) - Math.min(r!, g!, b!)).toBeLessThan(5);
    }
  });

  it('is described, each one once', () => {
    expect(new Set(colourMaps.map((map) => map.name)).size).toBe(colourMaps.length);
    for (const map of colourMaps) {
      expect(colourMapInfo(map.name)).toBe(map);
      expect(colourTable(map.name)).toHaveLength(768);
    }
    expect(isColourMapName('viridis')).toBe(true);
    expect(isColourMapName('auto')).toBe(false);
  });
});

describe('colourLookup', () => {
  it('uses the half of a diverging map that belongs to a one-sided sign', () => {
    const table = colourTable('coolwarm');
    const positive = colourLookup('coolwarm', 'positive');
    const negative = colourLookup('coolwarm', 'negative');
    expect([...positive.subarray(765)]).toEqual([...table.subarray(765)]);
    expect([...negative.subarray(765)]).toEqual([...table.subarray(0, 3)]);
    expect([...positive.subarray(0, 3)]).toEqual([...negative.subarray(0, 3)]);
    expect(colourLookup('coolwarm', 'signed')).toBe(table);
    expect(colourLookup('viridis', 'negative')).toBe(colourTable('viridis'));
  });
});
