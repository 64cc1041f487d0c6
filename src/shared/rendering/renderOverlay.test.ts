import { describe, expect, it } from 'vitest';
import type { RawMap, RgbImage } from '../results/attribution';
import { colourTable } from './colourMaps';
import { type DisplayOptions, defaultDisplay } from './display';
import { renderOverlay } from './renderOverlay';

/** One row of pixels, each a grey or an RGB triple. */
function imageOf(...pixels: (number | readonly number[])[]): RgbImage {
  const data = Uint8Array.from(pixels.flatMap((pixel) => (typeof pixel === 'number' ? [pixel, pixel, pixel] : pixel)));
  return { width: pixels.length, height: 1, data };
}

const row = (...values: number[]): RawMap => ({
  width: values.length,
  height: 1,
  channels: 1,
  data: Float32Array.from(values),
});

const display = (changes: Partial<DisplayOptions>): DisplayOptions => ({
  ...defaultDisplay,
  outlierPercentile: 0,
  ...changes,
});

const whole = (shown: RgbImage) => ({ x: 0, y: 0, width: shown.width, height: shown.height });

function rgb(pixels: Uint8ClampedArray): number[][] {
  expect([...pixels].filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  return Array.from({ length: pixels.length / 4 }, (_, i) => [...pixels.subarray(4 * i, 4 * i + 3)]);
}

const entry = (name: Parameters<typeof colourTable>[0], i: number) => [...colourTable(name).subarray(3 * i, 3 * i + 3)];

describe('renderOverlay', () => {
  const shown = imageOf([255, 0, 0], 100, 200, 0);

  it('heat-map: shows the colours of the map alone', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(-2, 0, 1, 2),
      display: display({ mode: 'heat-map' }),
    });
    expect(overlay).toMatchObject({ low: -2, high: 2, colourMap: 'coolwarm', sign: 'signed', findings: [] });
    expect(rgb(overlay.pixels)).toEqual([0, 128, 191, 255].map((i) => entry('coolwarm', i)));
  });

  it('uses a sequential map for one-sided display', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(0, 1, 0.2, 0.6),
      display: display({ mode: 'heat-map' }),
    });
    expect(overlay).toMatchObject({ low: 0, high: 1, colourMap: 'inferno', sign: 'positive' });
    expect(rgb(overlay.pixels)).toEqual([0, 255, 51, 153].map((i) => entry('inferno', i)));
  });

  it('blended: weighs the colours over the grey image by the value, and leaves the image alone at zero', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(1, 0, 0.125, 0.512),
      display: display({ mode: 'blended', colourMap: 'greys', opacity: 0.5 }),
    });
    // Luma of pure red is 77 of 256 parts. Weights are half of 1, 0, 0.125^⅔ = 0.25 and 0.512^⅔ = 0.64; the greys are 255 · value.
    expect(rgb(overlay.pixels).map(([r]) => r)).toEqual([
      Math.round(77 * 0.5 + 255 * 0.5),
      100,
      Math.round(200 * 0.875 + 31.875 * 0.125),
      Math.round(0 * 0.68 + 130.56 * 0.32),
    ]);
    expect(overlay.opacity).toBe(0.5);
  });

  it('blended: has the colour of the sign where a signed value is faint, and of the ends where it is not', () => {
    const grey = imageOf(100, 100, 100, 100, 100);
    const { pixels, opacity } = renderOverlay({
      image: grey,
      region: whole(grey),
      map: row(-1, -0.125, 0, 0.125, 1),
      display: display({ mode: 'blended', opacity: 0.8 }),
    });
    const over = (colour: readonly number[], weight: number) =>
      colour.map((value) => Math.round(100 * (1 - weight) + value * weight));
    // 0.35 + 0.65 · 0.125 = 0.43125 of the way from the middle of the table, 127.5, to its end: 72.516 and 182.484.
    const between = (i: number, rest: number) =>
      entry('coolwarm', i).map((value, c) => value * (1 - rest) + entry('coolwarm', i + 1)[c]! * rest);
    expect(rgb(pixels)).toEqual([
      over(entry('coolwarm', 0), 0.8),
      over(between(72, 0.516), 0.2),
      [100, 100, 100],
      over(between(182, 0.484), 0.2),
      over(entry('coolwarm', 255), 0.8),
    ]);
    expect(opacity).toBe(0.8);
  });

  it('says that colours are opaque where no image is behind them', () => {
    for (const mode of ['heat-map', 'masked', 'top-k'] as const) {
      const overlay = renderOverlay({ image: shown, region: whole(shown), map: row(1, 0), display: display({ mode }) });
      expect(overlay.opacity).toBeNull();
    }
  });

  it('masked: multiplies the image with the normalised value', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(2, 1, 0.5, 1),
      display: display({ mode: 'masked' }),
    });
    expect(rgb(overlay.pixels)).toEqual([
      [255, 0, 0],
      [50, 50, 50],
      [50, 50, 50],
      [0, 0, 0],
    ]);
    expect(overlay.colourMap).toBe('greys');
  });

  it('masked: dims towards the background', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(0, 1, 0.5, 1),
      display: display({ mode: 'masked' }),
      background: [255, 255, 255],
    });
    expect(rgb(overlay.pixels).map(([r]) => r)).toEqual([255, 100, 228, 0]);
  });

  it('top-k: keeps the best pixels as they are and greys the others', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(5, 3, 4, 1),
      display: display({ mode: 'top-k', topK: 50 }),
    });
    expect(rgb(overlay.pixels)).toEqual([
      [255, 0, 0],
      [35, 35, 35],
      [200, 200, 200],
      [0, 0, 0],
    ]);
    expect(overlay.top).toEqual({
      threshold: expect.closeTo(0.8, 6),
      share: 0.5,
      rawThreshold: expect.closeTo(4, 5),
    });
  });

  it('top-k: keeps all pixels that tie, and says so', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(3, 3, 3, 1),
      display: display({ mode: 'top-k', topK: 25 }),
    });
    expect(overlay.top?.share).toBe(0.75);
    expect(overlay.findings).toEqual(['75 % of the pixels are kept, because many have the same value.']);
  });

  it('top-k: never keeps pixels without evidence, and says so', () => {
    const overlay = renderOverlay({
      image: shown,
      region: whole(shown),
      map: row(0, 0, 2, 0),
      display: display({ mode: 'top-k', topK: 50 }),
    });
    expect(overlay.top?.share).toBe(0.25);
    expect(overlay.findings).toEqual(['Only 25 % of the pixels have a value above 0; only these are kept.']);
  });

  it('masks show one sign and say what they hide', () => {
    for (const mode of ['masked', 'top-k'] as const) {
      const both = renderOverlay({
        image: shown,
        region: whole(shown),
        map: row(3, -1, 0, 0),
        display: display({ mode }),
      });
      expect(both.sign).toBe('positive');
      expect(both.findings).toContain(
        'A mask has no sign: only positive values are shown; 25 % of the map is negative.',
      );
      const against = renderOverlay({
        image: shown,
        region: whole(shown),
        map: row(-3, -1, 0, 0),
        display: display({ mode }),
      });
      expect(against).toMatchObject({ sign: 'negative', low: 0, high: -3 });
      expect(rgb(against.pixels)[0]).toEqual([255, 0, 0]);
    }
  });

  it('shows the image grey and dim where the model did not look', () => {
    const wide = imageOf(200, 200, 200, 200);
    for (const mode of ['heat-map', 'blended', 'masked', 'top-k'] as const) {
      const { pixels } = renderOverlay({
        image: wide,
        region: { x: 0.6, y: 0, width: 2.1, height: 1 },
        map: row(1, 2),
        display: display({ mode, topK: 100 }),
      });
      const colours = rgb(pixels);
      expect(colours[0]).toEqual([44, 44, 44]);
      expect(colours[3]).toEqual([44, 44, 44]);
      expect(colours[2]).not.toEqual([44, 44, 44]);
    }
  });

  it('paints only the part of the region that is inside the image', () => {
    const { pixels } = renderOverlay({
      image: shown,
      region: { x: -2, y: -1, width: 4, height: 3 },
      map: row(1, 2, 3, 4),
      display: display({ mode: 'heat-map', colourMap: 'greys' }),
    });
    expect(rgb(pixels).map(([r]) => r)).toEqual([191, 255, 44, 0]);
  });

  it('draws a blank map with its finding', () => {
    for (const mode of ['heat-map', 'blended', 'masked', 'top-k'] as const) {
      const { findings } = renderOverlay({
        image: shown,
        region: whole(shown),
        map: row(0, 0),
        display: display({ mode }),
      });
      expect(findings).toContain('All values are 0: the map is blank.');
    }
  });

  it('stretches the map over the region', () => {
    const grey = { width: 8, height: 6, data: new Uint8Array(8 * 6 * 3) };
    const { pixels } = renderOverlay({
      image: grey,
      region: { x: 2, y: 1, width: 4, height: 4 },
      map: { width: 2, height: 2, channels: 1, data: Float32Array.of(0, 1, 0, 1) },
      display: display({ mode: 'heat-map', colourMap: 'greys' }),
    });
    const line = rgb(pixels)
      .slice(8 * 3, 8 * 4)
      .map(([r]) => r);
    expect(line).toEqual([0, 0, 0, 64, 191, 255, 0, 0]);
  });
});
