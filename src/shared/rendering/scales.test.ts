import { describe, expect, it } from 'vitest';
import type { RawMap } from '../results/attribution';
import { type DisplayOptions, defaultDisplay } from './display';
import { renderOverlay } from './renderOverlay';
import { sharedScales, summedRange } from './scales';

const row = (...values: number[]): RawMap => ({
  width: values.length,
  height: 1,
  channels: 1,
  data: Float32Array.from(values),
});
const display = (changes: Partial<DisplayOptions> = {}): DisplayOptions => ({
  ...defaultDisplay,
  scale: 'shared',
  outlierPercentile: 0,
  ...changes,
});
const scalesOf = (maps: Readonly<Record<string, RawMap>>, changes?: Partial<DisplayOptions>) =>
  Object.fromEntries(
    sharedScales(
      Object.entries(maps).map(([key, map]) => ({ key, column: key.split('/').at(-1)!, map })),
      display(changes),
    ),
  );

describe('sharedScales', () => {
  it('are none where each map has its own', () => {
    expect(scalesOf({ cam: row(1, 2) }, { scale: 'own' })).toEqual({});
  });

  it('end at the largest limit of a column, apart from other columns', () => {
    expect(scalesOf({ cam: row(1, 2), 'b/cam': row(0, 5), grad: row(0.1, 0.2), 'b/grad': row(0.3, 0) })).toEqual({
      cam: { sign: 'positive', limit: 5 },
      'b/cam': { sign: 'positive', limit: 5 },
      grad: { sign: 'positive', limit: Math.fround(0.3) },
      'b/grad': { sign: 'positive', limit: Math.fround(0.3) },
    });
  });

  it('are signed for all when one map would be by itself', () => {
    expect(scalesOf({ cam: row(1, 2), grad: row(-1, 0.5) })).toEqual({
      cam: { sign: 'signed', limit: 2 },
      grad: { sign: 'signed', limit: 1 },
    });
    expect(scalesOf({ cam: row(1, 2), grad: row(-1, 0.5) }, { sign: 'absolute' })).toMatchObject({
      cam: { sign: 'absolute' },
      grad: { sign: 'absolute' },
    });
  });

  it('clip each map at its percentile before the largest is taken', () => {
    const hundred = row(...Array.from({ length: 101 }, (_, i) => i));
    expect(scalesOf({ cam: hundred, 'b/cam': row(1, 40) }, { outlierPercentile: 10 })).toMatchObject({
      'b/cam': { limit: 90 },
    });
  });

  it('end at 1 where a whole column is blank', () => {
    expect(scalesOf({ cam: row(0, 0), 'b/cam': row(0, 0) })).toMatchObject({ 'b/cam': { limit: 1 } });
  });

  it('of masks have the one sign that any map has', () => {
    const mask = { mode: 'masked' } as const;
    expect(scalesOf({ cam: row(-1, -3), 'b/cam': row(-2, 1) }, mask)).toMatchObject({
      cam: { sign: 'positive', limit: 1 },
    });
    expect(scalesOf({ cam: row(-1, -3), 'b/cam': row(-2, 0) }, mask)).toMatchObject({
      'b/cam': { sign: 'negative', limit: 3 },
    });
    expect(scalesOf({ cam: row(0, 0) }, mask)).toMatchObject({ cam: { sign: 'positive' } });
  });
});

describe('overlays on a shared scale', () => {
  const image = { width: 2, height: 1, data: new Uint8Array(6) };
  const region = { x: 0, y: 0, width: 2, height: 1 };
  const draw = (
    map: RawMap,
    limit: number,
    changes: Partial<DisplayOptions> = {},
    sign: 'signed' | 'positive' = 'positive',
  ) =>
    renderOverlay({
      image,
      region,
      map,
      display: display({ mode: 'heat-map', colourMap: 'greys', ...changes }),
      scale: { sign, limit },
    });

  it('have its range, sign and colours', () => {
    const overlay = draw(row(1, 2), 4);
    expect(overlay).toMatchObject({ low: 0, high: 4, sign: 'positive', findings: [] });
    expect([overlay.pixels[0], overlay.pixels[4]]).toEqual([64, 128]);
    expect(draw(row(1, 2), 4, { colourMap: 'auto' }, 'signed')).toMatchObject({
      low: -4,
      high: 4,
      sign: 'signed',
      colourMap: 'coolwarm',
    });
  });

  it('are said to be pale, and nothing untrue of where the scale ends', () => {
    expect(draw(row(0, 0.04), 1).findings).toEqual([
      'On the shared scale this map is pale: its largest value is 4 % of the end of the scale.',
    ]);
    const sparse = row(...new Array(199).fill(0), 1);
    expect(draw(sparse, 2, { outlierPercentile: 1 }).findings).toEqual([]);
    expect(draw(row(0, 0), 2).findings).toEqual(['All values are 0: the map is blank.']);
  });

  it('of masks say what they hide', () => {
    const masked = draw(row(-3, -1), 4, { mode: 'masked' });
    expect(masked.sign).toBe('positive');
    expect(masked.findings).toContain(
      'A mask has no sign: only positive values are shown; 100 % of the map is negative.',
    );
  });
});

describe('summedRange', () => {
  it('is over what is drawn, not over the channels', () => {
    const map: RawMap = { width: 2, height: 1, channels: 3, data: Float32Array.of(0.5, 0.25, -0.125, -1, 0.5, 0.25) };
    expect(summedRange(map)).toEqual({ min: -0.25, max: 0.625 });
    expect(summedRange(row(Number.NaN, 2, Number.POSITIVE_INFINITY))).toEqual({ min: 2, max: 2 });
  });
});
