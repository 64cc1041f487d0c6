import { expect } from 'vitest';

export interface Difference {
  readonly max: number;
  /** 99th percentile of the absolute differences. */
  readonly p99: number;
  readonly correlation: number;
}

export interface Tolerance {
  readonly suggested_abs: number;
  readonly suggested_p99_abs?: number;
  readonly unstable_elements?: boolean;
  readonly suggested_min_correlation?: number;
}

const rows: string[] = [];

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const [da, db] = [value - meanA, (b[i] ?? 0) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  });
  return ab / Math.sqrt(aa * bb);
}

/** How far two arrays are from each other; NaN anywhere makes the differences NaN. */
export function compare(actual: Float32Array, expected: Float32Array): Difference {
  expect(actual.length).toBe(expected.length);
  const differences = actual.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)));
  const sorted = differences.slice().sort();
  return {
    max: differences.reduce((most, value) => Math.max(most, value), 0),
    p99: sorted[Math.ceil(0.99 * (sorted.length - 1))] ?? Number.NaN,
    correlation: correlation(actual, expected),
  };
}

/** Holds a difference against a case's own tolerance: the largest one, or for unstable cases the 99th percentile and the correlation. */
export function expectClose(name: string, difference: Difference, tolerance: Tolerance): void {
  const unstable = tolerance.unstable_elements === true;
  const measured = unstable ? difference.p99 : difference.max;
  const allowed = unstable ? (tolerance.suggested_p99_abs ?? 0) : tolerance.suggested_abs;
  rows.push(`${name}\t${unstable ? 'p99' : 'max'} ${measured.toExponential(1)} / ${allowed.toExponential(1)}`);
  expect(measured, name).toBeLessThanOrEqual(allowed);
  if (unstable) expect(difference.correlation, name).toBeGreaterThanOrEqual(tolerance.suggested_min_correlation ?? 1);
}

/** Prints all differences when WHYLIGHT_TABLE is set. */
export function report(): void {
  if (process.env['WHYLIGHT_TABLE']) console.log(rows.join('\n'));
}
