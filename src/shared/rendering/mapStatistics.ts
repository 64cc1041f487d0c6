import type { RawMap } from '../results/attribution';
import type { SignMode } from './display';
import { reduceChannels } from './reduceChannels';

/** What the values of a map are like. */
export interface MapStatistics {
  readonly count: number;
  /** Values that are numbers and not infinite. */
  readonly finite: number;
  readonly nan: number;
  readonly infinite: number;
  readonly positive: number;
  readonly negative: number;
  /** Smallest and largest finite value; 0 when there is none. */
  readonly min: number;
  readonly max: number;
  /** Sums of the positive and of the negative finite values. */
  readonly positiveSum: number;
  readonly negativeSum: number;
}

/** Counts and extremes of the values. Infinite values count neither as positive nor as negative. */
export function mapStatistics(data: Float32Array): MapStatistics {
  return finiteStatistics(data) ?? carefulStatistics(data);
}

/**
 * The statistics of a map without NaN and infinities; null for any other. Nearly every map is one, and their signs are as good as random:
 * a loop that branches on the sign takes several times as long as one that adds up sign bits, two values at a time.
 */
function finiteStatistics(data: Float32Array): MapStatistics | null {
  const count = data.length;
  const bits = new Int32Array(data.buffer, data.byteOffset, count);
  // The last value stands alone when the count is odd; it is seen here, and the pairs below end before it.
  const last = count % 2 === 1 ? data[count - 1]! : 0;
  let sumOfEven = last;
  let sumOfOdd = 0;
  let magnitudeOfEven = Math.abs(last);
  let magnitudeOfOdd = 0;
  let min = count % 2 === 1 ? last : Number.POSITIVE_INFINITY;
  let max = count % 2 === 1 ? last : Number.NEGATIVE_INFINITY;
  let zeros = count % 2 === 1 && last === 0 ? 1 : 0;
  let negative = last < 0 ? 1 : 0;
  for (let i = 0; i + 1 < count; i += 2) {
    const even = data[i]!;
    const odd = data[i + 1]!;
    sumOfEven += even;
    sumOfOdd += odd;
    magnitudeOfEven += Math.abs(even);
    magnitudeOfOdd += Math.abs(odd);
    const evenSign = bits[i]! >>> 31;
    const oddSign = bits[i + 1]! >>> 31;
    negative += evenSign + oddSign;
    if (even < min) min = even;
    if (odd < min) min = odd;
    if (even > max) max = even;
    if (odd > max) max = odd;
    if (even === 0) {
      zeros++;
      negative -= evenSign;
    }
    if (odd === 0) {
      zeros++;
      negative -= oddSign;
    }
  }
  const sum = sumOfEven + sumOfOdd;
  const magnitude = magnitudeOfEven + magnitudeOfOdd;
  if (count === 0 || !Number.isFinite(magnitude)) return null;
  return {
    count,
    finite: count,
    nan: 0,
    infinite: 0,
    positive: count - zeros - negative,
    negative,
    min,
    max,
    positiveSum: (magnitude + sum) / 2,
    negativeSum: (sum - magnitude) / 2,
  };
}

function carefulStatistics(data: Float32Array): MapStatistics {
  let nan = 0;
  let infinite = 0;
  let positive = 0;
  let negative = 0;
  let positiveSum = 0;
  let negativeSum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) {
      if (Number.isNaN(value)) nan++;
      else infinite++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    if (value > 0) {
      positive++;
      positiveSum += value;
    } else if (value < 0) {
      negative++;
      negativeSum += value;
    }
  }
  const finite = data.length - nan - infinite;
  if (finite === 0) min = max = 0;
  return { count: data.length, finite, nan, infinite, positive, negative, min, max, positiveSum, negativeSum };
}

/**
 * What a reader of the map must know, one sentence each: it is blank or constant, values are not numbers, or everything has
 * one sign (and, when `sign` is given, whether that display hides it). Empty for an ordinary map.
 */
export function mapFindings(statistics: MapStatistics, sign?: SignMode): string[] {
  const { count, finite, nan, infinite, positive, negative, min, max } = statistics;
  const findings: string[] = [];
  if (count === 0) return ['The map has no values.'];
  if (nan > 0) findings.push(`${share(nan, count)} NaN (not a number) and drawn as 0.`);
  if (infinite > 0) findings.push(`${share(infinite, count)} infinite and drawn at the end of the colour scale.`);
  if (finite === 0) return findings;
  if (min === max) {
    const all = finite < count ? 'All other values are' : 'All values are';
    findings.push(
      min === 0 ? `${all} 0: the map is blank.` : `${all} ${shortNumber(min)}: the map favours no part of the image.`,
    );
  }
  if (negative === finite) findings.push('All values are negative: everything marked speaks against the class.');
  else if (positive === 0 && negative > 0) {
    findings.push('No value is positive: everything marked speaks against the class.');
  }
  if (sign === 'positive' && positive === 0 && negative > 0) findings.push(blankWith('positive'));
  if (sign === 'negative' && negative === 0 && positive > 0) {
    findings.push('No value is negative: nothing speaks against the class.', blankWith('negative'));
  }
  return findings;
}

/** The findings about a map whose channels are summed, see {@link mapFindings}. */
export function describeMap(map: RawMap, sign?: SignMode): string[] {
  return mapFindings(mapStatistics(reduceChannels(map)), sign);
}

function blankWith(sign: SignMode): string {
  return `Shown with sign “${sign}”, this map is blank.`;
}

function share(part: number, whole: number): string {
  if (part === whole) return 'All values are';
  return part === 1 ? `1 of ${whole} values is` : `${part} of ${whole} values are`;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
