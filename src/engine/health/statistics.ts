import type { ArrayHealth } from '../../shared/results/health';

/** Statistics of an array, in double precision. */
export function arrayHealth(data: Float32Array): ArrayHealth {
  return ofFinite(data) ?? ofAny(data);
}

/**
 * The statistics of an array of finite numbers; null for any other, and for an empty one. Nearly every array is one, and the sum of its
 * squares tells: NaN and ∞ stay in it, and squares of float32 numbers do not overflow in double precision.
 */
function ofFinite(data: Float32Array): ArrayHealth | null {
  const { length } = data;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  let zeros = 0;
  for (let i = 0; i < length; i++) {
    const value = data[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += value;
    squares += value * value;
  }
  if (length === 0 || squares - squares !== 0) return null;
  return { min, max, mean: sum / length, norm: Math.sqrt(squares), zero: zeros / length, nan: 0, infinite: 0 };
}

function ofAny(data: Float32Array): ArrayHealth {
  const finite = data.filter((value) => Number.isFinite(value));
  const nan = data.reduce((count, value) => (Number.isNaN(value) ? count + 1 : count), 0);
  const { min, max, mean, norm, zero } = ofFinite(finite) ?? nothing;
  const share = data.length === 0 ? 0 : (zero * finite.length) / data.length;
  return { min, max, mean, norm, zero: share, nan, infinite: data.length - finite.length - nan };
}

const nothing = { min: Number.NaN, max: Number.NaN, mean: Number.NaN, norm: Number.NaN, zero: 0 } as const;

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
