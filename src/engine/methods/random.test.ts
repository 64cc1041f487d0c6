import { describe, expect, it } from 'vitest';
import { ReplaySource, SeededSource } from './random';

describe('SeededSource', () => {
  it('gives the same numbers on every machine', () => {
    const source = new SeededSource(0);
    // Computed by an independent implementation, which gives 11520, 0, 5927040, 70819200 for the state 1, 2, 3, 4 as published.
    expect([source.next(), source.next(), source.next(), source.next()]).toEqual([
      3809008728, 1133695204, 53579671, 2891528803,
    ]);
    expect([...new SeededSource(7, 'smoothgrad').normal(4, 1)]).toEqual([
      0.803245484828949, 0.6168869137763977, 0.40669840574264526, -0.5919631123542786,
    ]);
  });

  it('depends on seed and stream only, not on the size of the requests', () => {
    const whole = new SeededSource(3, 'a').normal(10, 1);
    const source = new SeededSource(3, 'a');
    expect([...source.normal(3, 1), ...source.normal(7, 1)]).toEqual([...whole]);
    expect(new SeededSource(4, 'a').normal(10, 1)).not.toEqual(whole);
    expect(new SeededSource(3, 'b').normal(10, 1)).not.toEqual(whole);
    expect(new SeededSource(3 + 2 ** 32, 'a').normal(10, 1)).not.toEqual(whole);
  });

  it('follows the normal distribution', () => {
    const count = 200_000;
    const draws = new SeededSource(1).normal(count, 2);
    const moment = (power: number) => draws.reduce((sum, value) => sum + (value / 2) ** power, 0) / count;
    // Five standard errors of each moment.
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    const beyond = draws.filter((value) => Math.abs(value) > 2 * 1.959964).length / count;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / count));
  });

  it('has uncorrelated neighbours', () => {
    const draws = new SeededSource(2).normal(100_000, 1);
    for (const lag of [1, 2, 3]) {
      const product = draws.reduce((sum, value, i) => sum + value * (draws[i + lag] ?? 0), 0) / draws.length;
      expect(Math.abs(product)).toBeLessThan(5 / Math.sqrt(draws.length));
    }
  });
});

describe('ReplaySource', () => {
  it('gives the saved draws in their order and refuses to give more', () => {
    const source = new ReplaySource(Float32Array.of(1, 2, 3));
    expect([...source.normal(2)]).toEqual([1, 2]);
    expect(source.left).toBe(1);
    expect(() => source.normal(2)).toThrow(RangeError);
    expect([...source.normal(1)]).toEqual([3]);
  });
});
