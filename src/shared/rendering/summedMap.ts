import type { RawMap } from '../results/attribution';
import { type MapStatistics, mapStatistics } from './mapStatistics';
import { reduceChannels } from './reduceChannels';

/** A map with its channels summed. */
export interface SummedMap {
  /** H×W; do not write to it. */
  readonly sums: Float32Array;
  readonly statistics: MapStatistics;
}

/** Maps are drawn again at every step of a slider. */
const known = new WeakMap<RawMap, SummedMap>();

/** The sum over the channels and its statistics; computed once for each map, which must not change afterwards. */
export function summedMap(map: RawMap): SummedMap {
  let summed = known.get(map);
  if (summed === undefined) {
    const sums = reduceChannels(map);
    summed = { sums, statistics: mapStatistics(sums) };
    known.set(map, summed);
  }
  return summed;
}
