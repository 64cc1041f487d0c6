import type { RawMap } from '../results/attribution';
import type { SignMode } from './display';
import { type MapStatistics, mapFindings, mapStatistics } from './mapStatistics';
import { percentile } from './percentile';
import { reduceChannels } from './reduceChannels';

export interface NormaliseOptions {
  readonly sign: SignMode | 'auto';
  /** Percentage of the largest shown magnitudes that is clipped, 0..50. */
  readonly outlierPercentile: number;
}

/** A map made ready for colour. */
export interface NormalisedMap {
  readonly width: number;
  readonly height: number;
  /** H×W values: −1..1 for sign `signed`, 0..1 for the others. Never NaN. */
  readonly values: Float32Array;
  /** The same before clipping: the magnitudes beyond the outlier percentile are larger than 1. Always finite (±1e38 for ±∞). */
  readonly unclipped: Float32Array;
  /** The sign mode as used; never `auto`. */
  readonly sign: SignMode;
  /** Raw values at the low and at the high end of the colour scale. `negative` runs from 0 down to −scale. */
  readonly low: number;
  readonly high: number;
  readonly statistics: MapStatistics;
  readonly findings: readonly string[];
}

/** Share of the total magnitude that negative values must have before `auto` shows them. */
const negativeShareThatMatters = 0.01;

/** What `auto` stands for: `signed` when negative values hold more than 1 % of the map's total magnitude, `positive` otherwise. */
function chooseSign(statistics: MapStatistics): SignMode {
  const total = statistics.positiveSum - statistics.negativeSum;
  return -statistics.negativeSum > negativeShareThatMatters * total ? 'signed' : 'positive';
}

/**
 * Scales a map for display. With s the sum over the channels:
 *
 * - `signed`: s / t, in −1..1, range −t..t
 * - `positive`: max(s, 0) / t, in 0..1, range 0..t
 * - `negative`: max(−s, 0) / t, in 0..1, range 0..−t
 * - `absolute`: |s| / t, in 0..1, range 0..t
 *
 * where t is the (100 − outlierPercentile)th percentile of the magnitudes shown (the numerators' absolute values, over the whole
 * map, finite ones only), as numpy.percentile gives it. When that is 0 although the map is not (few pixels are marked), t is the
 * largest magnitude, and a finding says so. A blank map gives zeros and the range of t = 1. NaN gives 0; ±∞ give ±1.
 */
export function normaliseMap(map: RawMap, options: NormaliseOptions): NormalisedMap {
  const sums = reduceChannels(map);
  const statistics = mapStatistics(sums);
  const sign = options.sign === 'auto' ? chooseSign(statistics) : options.sign;
  const findings = mapFindings(statistics, sign);

  const shown = new Float32Array(sums.length);
  const magnitudes = sign === 'signed' ? new Float32Array(sums.length) : shown;
  for (let i = 0; i < sums.length; i++) {
    const value = sums[i]!;
    if (Number.isNaN(value)) continue;
    if (sign === 'positive') shown[i] = Math.max(value, 0);
    else if (sign === 'negative') shown[i] = Math.max(-value, 0);
    else if (sign === 'absolute') shown[i] = Math.abs(value);
    else {
      shown[i] = value;
      magnitudes[i] = Math.abs(value);
    }
  }

  const largest = largestShown(statistics, sign);
  let scale = largest;
  if (largest > 0 && options.outlierPercentile > 0) {
    const clipped = percentile(magnitudes, 100 - options.outlierPercentile);
    if (clipped > 0) scale = clipped;
    else {
      findings.push(
        `At most ${options.outlierPercentile} % of the pixels are marked, so no outliers are clipped: the scale ends at the largest value.`,
      );
    }
  }
  if (scale === 0) scale = 1;

  const values = new Float32Array(sums.length);
  const least = sign === 'signed' ? -1 : 0;
  for (let i = 0; i < shown.length; i++) {
    const value = Math.min(1e38, Math.max(-1e38, shown[i]! / scale));
    shown[i] = value;
    values[i] = Math.min(1, Math.max(least, value));
  }
  const low = sign === 'signed' ? -scale : 0;
  const high = sign === 'negative' ? -scale : scale;
  return { width: map.width, height: map.height, values, unclipped: shown, sign, low, high, statistics, findings };
}

function largestShown({ min, max }: MapStatistics, sign: SignMode): number {
  if (sign === 'positive') return Math.max(max, 0);
  if (sign === 'negative') return Math.max(-min, 0);
  return Math.max(Math.abs(min), Math.abs(max));
}
