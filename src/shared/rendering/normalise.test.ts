import { describe, expect, it } from 'vitest';
import type { RawMap } from '../results/attribution';
import { normaliseMap } from './normalise';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const row = (...values: number[]): RawMap => ({
  width: values.length,
  height: 1,
  channels: 1,
  data: Float32Array.from(values),
});
const plain = { sign: 'auto', outlierPercentile: 0 } as const;

describe('normaliseMap', () => {
  it('sums the channels', () => {
    const map: RawMap = { width: 2, height: 1, channels: 3, data: Float32Array.of(1, 2, 3, -1, -1, -1) };
    const { values, low, high, sign } = normaliseMap(map, plain);
    expect([...values]).toEqual([1, -0.5]);
    expect([low, high, sign]).toEqual([-6, 6, 'signed']);
  });

  it('has four sign modes', () => {
    const map = row(4, -2, 0, 1);
    const shown = (sign: 'signed' | 'positive' | 'negative' | 'absolute') => {
      const { values, low, high } = normaliseMap(map, { sign, outlierPercentile: 0 });
      return { values: [...values], low, high };
    };
    expect(shown('signed')).toEqual({ values: [1, -0.5, 0, 0.25], low: -4, high: 4 });
    expect(shown('positive')).toEqual({ values: [1, 0, 0, 0.25], low: 0, high: 4 });
    expect(shown('negative')).toEqual({ values: [0, 1, 0, 0], low: 0, high: -2 });
    expect(shown('absolute')).toEqual({ values: [1, 0.5, 0, 0.25], low: 0, high: 4 });
  });

  it('chooses signed only when negative values matter', () => {
    expect(normaliseMap(row(100, 100, -1), plain).sign).toBe('positive');
    expect(normaliseMap(row(100, 100, -3), plain).sign).toBe('signed');
    expect(normaliseMap(row(-1, -2), plain).sign).toBe('signed');
    expect(normaliseMap(row(0, 0), plain).sign).toBe('positive');
  });

  it('clips at the percentile of the shown magnitudes', () => {
    const map = row(...Array.from({ length: 101 }, (_, i) => i));
    const { values, unclipped, high } = normaliseMap(map, { sign: 'signed', outlierPercentile: 10 });
    expect(high).toBe(90);
    expect(values[45]).toBeCloseTo(0.5, 6);
    expect([...values.subarray(90)]).toEqual(new Array(11).fill(1));
    expect(unclipped[100]).toBeCloseTo(100 / 90, 6);
  });

  it('takes the largest value when the percentile is 0 on a map that is not blank', () => {
    const map = row(...new Array(199).fill(0), 5);
    const { values, high, findings } = normaliseMap(map, { sign: 'positive', outlierPercentile: 1 });
    expect(high).toBe(5);
    expect(values[199]).toBe(1);
    expect(findings).toEqual([
      'At most 1 % of the pixels are marked, so no outliers are clipped: the scale ends at the largest value.',
    ]);
  });

  it('gives zeros for a blank map and never divides by zero', () => {
    for (const sign of ['auto', 'signed', 'positive', 'negative', 'absolute'] as const) {
      const { values, high, findings } = normaliseMap(row(0, 0), { sign, outlierPercentile: 1 });
      expect([...values]).toEqual([0, 0]);
      expect(Math.abs(high)).toBe(1);
      expect(findings).toContain('All values are 0: the map is blank.');
    }
  });

  it('gives ones for a constant map', () => {
    expect([...normaliseMap(row(0.5, 0.5), plain).values]).toEqual([1, 1]);
  });

  it('draws NaN as 0 and infinity at the ends', () => {
    const { values, unclipped, high, findings } = normaliseMap(row(nan, infinity, -infinity, 2, -1), plain);
    expect([...values]).toEqual([0, 1, -1, 1, -0.5]);
    expect(high).toBe(2);
    expect(unclipped.every(Number.isFinite)).toBe(true);
    expect(findings).toHaveLength(2);
  });

  it('keeps the smallest float32 values apart', () => {
    const { values } = normaliseMap(row(2 ** -149, 2 ** -148), plain);
    expect([...values]).toEqual([0.5, 1]);
  });

  it('refuses data that does not fill the map', () => {
    expect(() => normaliseMap({ ...row(1, 2), height: 2 }, plain)).toThrow(RangeError);
  });
});
