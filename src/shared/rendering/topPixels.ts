import type { NormalisedMap } from './normalise';
import { select } from './percentile';
import { resampleMap } from './resampleMap';

/** Which pixels a `top-k` display keeps. */
export interface TopPixels {
  /** Smallest normalised value that is kept; +∞ when none is. */
  readonly threshold: number;
  /** Share of the pixels that is kept, 0..1. */
  readonly share: number;
}

/**
 * The top `percentage` % of a map that is stretched to width × height pixels (bilinear, values not clipped), by rank. Pixels that tie
 * with the last one are all kept, pixels at or below zero never; where that changes the share, `finding` says so.
 */
export function topPixels(
  map: NormalisedMap,
  width: number,
  height: number,
  percentage: number,
): TopPixels & { readonly values: Float32Array; readonly finding?: string } {
  const values = resampleMap({ width: map.width, height: map.height, values: map.unclipped }, width, height);
  const wanted = Math.round((Math.min(100, Math.max(0, percentage)) / 100) * values.length);
  if (wanted === 0) return { values, threshold: Number.POSITIVE_INFINITY, share: 0 };

  let threshold = select(values.slice(), values.length - wanted);
  if (threshold <= 0) threshold = leastPositive(values);
  let kept = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! >= threshold) kept++;
  const share = kept / values.length;
  const shareText = `${Number((share * 100).toFixed(1))} %`;
  if (kept < wanted) {
    const sign = map.sign === 'negative' ? 'below' : 'above';
    return {
      values,
      threshold,
      share,
      finding: `Only ${shareText} of the pixels have a value ${sign} 0; only these are kept.`,
    };
  }
  if (kept - wanted > 0.005 * values.length) {
    return {
      values,
      threshold,
      share,
      finding: `${shareText} of the pixels are kept, because many have the same value.`,
    };
  }
  return { values, threshold, share };
}

function leastPositive(values: Float32Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > 0 && values[i]! < least) least = values[i]!;
  return least;
}
