import type { ArrayHealth } from '../../shared/health';

/** Statistics of an array, in double precision. */
export function arrayHealth(data: Float32Array): ArrayHealth {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  let zeros = 0;
  let nan = 0;
  let infinite = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    // NaN and ±∞ are the values that minus themselves are not 0.
    if (value - value !== 0) {
      if (Number.isNaN(value)) nan++;
      else infinite++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += value;
    squares += value * value;
  }
  const finite = data.length - nan - infinite;
  const zero = data.length === 0 ? 0 : zeros / data.length;
  if (finite === 0)
    return { min: Number.NaN, max: Number.NaN, mean: Number.NaN, norm: Number.NaN, zero, nan, infinite };
  return { min, max, mean: sum / finite, norm: Math.sqrt(squares), zero, nan, infinite };
}

export function allFinite(health: ArrayHealth): boolean {
  return health.nan === 0 && health.infinite === 0;
}

/** A closed interval. */
export type Range = readonly [from: number, to: number];

/** How elements fall into units: `outer` × `units` × `inner`, row-major. */
export interface UnitLayout {
  readonly units: number;
  readonly outer: number;
  readonly inner: number;
}

/** Counts the units whose every element lies in a range. */
export function countUnits(data: Float32Array, { units, outer, inner }: UnitLayout, [from, to]: Range): number {
  const within = (value: number): boolean => value >= from && value <= to;
  let count = 0;
  for (let unit = 0; unit < units; unit++) {
    let all = true;
    for (let block = 0; all && block < outer; block++) {
      const start = (block * units + unit) * inner;
      for (let i = start; all && i < start + inner; i++) all = within(data[i] as number);
    }
    if (all) count++;
  }
  return count;
}
