import type { RawMap } from '../results/attribution';
import type { SignMode } from './display';
import { type MapStatistics, mapFindings } from './mapStatistics';
import { percentile } from './percentile';
import { summedMap } from './summedMap';

export interface NormaliseOptions {
  readonly sign: SignMode | 'auto';
  /** Percentage of the largest shown magnitudes that is clipped, 0..50. */
  readonly outlierPercentile: number;
  /** Raw value at the end of the scale, above 0, in place of the map's own percentile. */
  readonly limit?: number;
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
export function chooseSign(statistics: MapStatistics): SignMode {
  const total = statistics.positiveSum - statistics.negativeSum;
  return -statistics.negativeSum > negativeShareThatMatters * total ? 'signed' : 'positive';
}

/** A map that stays below this share of a scale it has in common with others is hardly seen. */
const paleShare = 0.05;

/**
 * Scales a map for display. With s the sum over the channels:
 *
 * - `signed`: s / t, in −1..1, range −t..t
 * - `positive`: max(s, 0) / t, in 0..1, range 0..t
 * - `negative`: max(−s, 0) / t, in 0..1, range 0..−t
 * - `absolute`: |s| / t, in 0..1, range 0..t
 *
 * where t is the given limit, else the map's own (see {@link scaleLimit}). A blank map gives zeros and, without a limit, the range of t = 1.
 * NaN gives 0; ±∞ give ±1.
 */
export function normaliseMap(map: RawMap, options: NormaliseOptions): NormalisedMap {
  const { sums, statistics } = summedMap(map);
  const sign = options.sign === 'auto' ? chooseSign(statistics) : options.sign;
  const findings = mapFindings(statistics, sign);
  let scale = options.limit ?? 0;
  if (options.limit === undefined) {
    const own = scaleLimit(map, sign, options.outlierPercentile);
    scale = own.limit || 1;
    if (own.unclipped) {
      findings.push(
        `At most ${options.outlierPercentile} % of the pixels are marked, so no outliers are clipped: the scale ends at the largest value.`,
      );
    }
  } else {
    const share = largestShown(statistics, sign) / scale;
    if (share > 0 && share < paleShare) {
      const percentage = Number((100 * share).toPrecision(1));
      findings.push(
        `On the shared scale this map is pale: its largest value is ${percentage} % of the end of the scale.`,
      );
    }
  }

  const shown = new Float32Array(sums.length);
  const values = new Float32Array(sums.length);
  const least = sign === 'signed' ? -1 : 0;
  for (let i = 0; i < sums.length; i++) {
    const value = Math.min(1e38, Math.max(-1e38, signedPart(sums[i]!, sign) / scale));
    shown[i] = value;
    values[i] = Math.min(1, Math.max(least, value));
  }
  const low = sign === 'signed' ? -scale : 0;
  const high = sign === 'negative' ? -scale : scale;
  return { width: map.width, height: map.height, values, unclipped: shown, sign, low, high, statistics, findings };
}

/** The part of a value that a sign mode shows; 0 for NaN. */
function signedPart(value: number, sign: SignMode): number {
  if (Number.isNaN(value)) return 0;
  if (sign === 'positive') return Math.max(value, 0);
  if (sign === 'negative') return Math.max(-value, 0);
  return sign === 'absolute' ? Math.abs(value) : value;
}

/** Where a map's own scale ends. */
interface ScaleLimit {
  /** Raw, from 0; 0 where the sign mode shows nothing of the map. */
  readonly limit: number;
  /** Outliers were to be clipped, but so few pixels are marked that none are. */
  readonly unclipped: boolean;
}

const limits = new WeakMap<RawMap, Map<string, ScaleLimit>>();

/**
 * The (100 − outlierPercentile)th percentile of the magnitudes that a sign mode shows of a map (over the whole map, finite ones only), as
 * numpy.percentile gives it. When that is 0 although something is shown (few pixels are marked), it is the largest magnitude.
 */
export function scaleLimit(map: RawMap, sign: SignMode, outlierPercentile: number): ScaleLimit {
  let known = limits.get(map);
  if (known === undefined) {
    known = new Map();
    limits.set(map, known);
  }
  const name = `${sign} ${outlierPercentile}`;
  let limit = known.get(name);
  if (limit === undefined) {
    limit = computeLimit(map, sign, outlierPercentile);
    known.set(name, limit);
  }
  return limit;
}

function computeLimit(map: RawMap, sign: SignMode, outlierPercentile: number): ScaleLimit {
  const { sums, statistics } = summedMap(map);
  const largest = largestShown(statistics, sign);
  if (largest === 0 || outlierPercentile <= 0) return { limit: largest, unclipped: false };
  const magnitudes = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) magnitudes[i] = Math.abs(signedPart(sums[i]!, sign));
  const clipped = percentile(magnitudes, 100 - outlierPercentile);
  return clipped > 0 ? { limit: clipped, unclipped: false } : { limit: largest, unclipped: true };
}

function largestShown({ min, max }: MapStatistics, sign: SignMode): number {
  if (sign === 'positive') return Math.max(max, 0);
  if (sign === 'negative') return Math.max(-min, 0);
  return Math.max(Math.abs(min), Math.abs(max));
}
