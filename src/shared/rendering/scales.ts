import type { RawMap } from '../results/attribution';
import type { DisplayOptions, SignMode } from './display';
import { chooseSign, scaleLimit } from './normalise';
import { summedMap } from './summedMap';

/** A colour scale that several maps have in common. */
export interface MapScale {
  readonly sign: SignMode;
  /** Raw value at the end of the scale, above 0; see `normaliseMap`. */
  readonly limit: number;
}

/** A map among those shown together. */
export interface MapToScale {
  /** Unique among them. */
  readonly key: string;
  /** What it has in common with the maps whose values can be compared with its own: its method, with the parameters that change its units. */
  readonly column: string;
  readonly map: RawMap;
}

/**
 * The scales of maps that are shown together where the display is `shared`: one sign mode for all (`signed` when any map would be signed by
 * itself), and for the maps of one column one limit, the largest of their own, so that no map is clipped more than it would be alone.
 * Empty where each map has its own scale.
 *
 * In the modes `masked` and `top-k`, which show no sign, all are `positive`, or `negative` when no map has a positive value.
 */
export function sharedScales(
  maps: readonly MapToScale[],
  display: Pick<DisplayOptions, 'scale' | 'sign' | 'mode' | 'outlierPercentile'>,
): ReadonlyMap<string, MapScale> {
  const scales = new Map<string, MapScale>();
  if (display.scale === 'own') return scales;
  const sign = commonSign(maps, display);
  const limits = new Map<string, number>();
  for (const { column, map } of maps) {
    const { limit } = scaleLimit(map, sign, display.outlierPercentile);
    limits.set(column, Math.max(limits.get(column) ?? 0, limit));
  }
  for (const { key, column } of maps) scales.set(key, { sign, limit: limits.get(column) || 1 });
  return scales;
}

function commonSign(maps: readonly MapToScale[], { sign, mode }: Pick<DisplayOptions, 'sign' | 'mode'>): SignMode {
  if (mode === 'masked' || mode === 'top-k') {
    if (sign !== 'auto' && sign !== 'signed') return sign;
    const all = maps.map(({ map }) => summedMap(map).statistics);
    return all.some(({ positive }) => positive > 0) || all.every(({ negative }) => negative === 0)
      ? 'positive'
      : 'negative';
  }
  if (sign !== 'auto') return sign;
  return maps.some(({ map }) => chooseSign(summedMap(map).statistics) === 'signed') ? 'signed' : 'positive';
}

/**
 * The smallest and largest finite value of the map that is drawn and read under the cursor: the sum over the channels. An attribution's own
 * `min` and `max` are over the channels. 0 and 0 where no value is finite.
 */
export function summedRange(map: RawMap): { readonly min: number; readonly max: number } {
  const { min, max } = summedMap(map).statistics;
  return { min, max };
}
