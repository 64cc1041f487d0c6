import { describe, expect, it } from 'vitest';
import { percentile, select } from './percentile';

describe('percentile', () => {
  it('interpolates as numpy.percentile does', () => {
    const values = Float32Array.of(4, 1, 3, 2);
    expect(percentile(values, 0)).toBe(1);
    expect(percentile(values, 50)).toBe(2.5);
    expect(percentile(values, 90)).toBeCloseTo(3.7, 12);
    expect(percentile(values, 100)).toBe(4);
    expect([...values]).toEqual([4, 1, 3, 2]);
  });

  it('leaves out what is not finite', () => {
    expect(percentile(Float32Array.of(Number.NaN, 2, Number.POSITIVE_INFINITY, 4), 50)).toBe(3);
    expect(percentile(Float32Array.of(Number.NaN), 50)).toBeNaN();
    expect(percentile(new Float32Array(0), 50)).toBeNaN();
  });

  it('agrees with sorting, also with many equal values', () => {
    let state = 12345;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    for (const levels of [1, 3, 1e6]) {
      const values = Float32Array.from({ length: 1001 }, () => Math.round(random() * levels));
      const sorted = values.slice().sort();
      for (const index of [0, 1, 499, 990, 1000]) expect(select(values.slice(), index)).toBe(sorted[index]);
      expect(percentile(values, 99)).toBe(sorted[990]);
    }
  });
});
