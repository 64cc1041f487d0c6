import type { ImageRegion, RawMap } from '../results/attribution';

/** The raw value of a map under a pixel of the image. */
export interface ValueUnderPixel {
  /** Pixel of the map, from its upper left corner. */
  readonly column: number;
  readonly row: number;
  /** Sum over the channels. */
  readonly value: number;
  /** The value of each channel. */
  readonly channels: readonly number[];
}

/**
 * The map's pixel that lies under position (x, y) of the image, in whole image pixels; null where the model did not look.
 * The value is the map's own, not interpolated.
 */
export function valueAt(map: RawMap, region: ImageRegion, x: number, y: number): ValueUnderPixel | null {
  const column = Math.floor(((Math.floor(x) + 0.5 - region.x) / region.width) * map.width);
  const row = Math.floor(((Math.floor(y) + 0.5 - region.y) / region.height) * map.height);
  if (!(column >= 0 && column < map.width && row >= 0 && row < map.height)) return null;
  const start = (row * map.width + column) * map.channels;
  const channels = Array.from(map.data.subarray(start, start + map.channels));
  return { column, row, value: channels.reduce((sum, channel) => sum + channel, 0), channels };
}
