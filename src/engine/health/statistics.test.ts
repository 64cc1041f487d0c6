import { expect, it } from 'vitest';
import { arrayHealth, countUnits } from './statistics';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

it('counts what is not finite and leaves it out of the rest', () => {
  const health = arrayHealth(Float32Array.of(3, -4, 0, nan, infinity, 0, -infinity, nan));
  expect(health).toEqual({ min: -4, max: 3, mean: -0.25, norm: 5, zero: 0.25, nan: 2, infinite: 2 });
  expect(arrayHealth(Float32Array.of(3, -4, 0, 0))).toEqual({
    min: -4,
    max: 3,
    mean: -0.25,
    norm: 5,
    zero: 0.5,
    nan: 0,
    infinite: 0,
  });
});

it('has no numbers where there are none', () => {
  const none = { min: nan, max: nan, mean: nan, norm: nan, zero: 0 };
  expect(arrayHealth(Float32Array.of())).toEqual({ ...none, nan: 0, infinite: 0 });
  expect(arrayHealth(Float32Array.of(nan, infinity))).toEqual({ ...none, nan: 1, infinite: 1 });
});

it('knows the largest float32 numbers from infinity', () => {
  const largest = 3.4028234663852886e38;
  expect(arrayHealth(Float32Array.of(largest, -largest))).toMatchObject({ max: largest, mean: 0, infinite: 0 });
});

it('counts units by channel and by last axis', () => {
  const data = Float32Array.of(0, 0, 0, 1, 0, 0);
  expect(countUnits(data, { units: 3, outer: 1, inner: 2 }, [-infinity, 0])).toBe(2);
  expect(countUnits(data, { units: 3, outer: 2, inner: 1 }, [-infinity, 0])).toBe(2);
  expect(countUnits(data, { units: 2, outer: 3, inner: 1 }, [-infinity, 0])).toBe(1);
  expect(countUnits(Float32Array.of(0, nan), { units: 1, outer: 1, inner: 2 }, [-infinity, 0])).toBe(0);
});
