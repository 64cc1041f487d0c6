import type { RawMap } from '../results/attribution';

/**
 * One value a pixel: the sum over the channels, H×W. A map of one channel is returned as it is, not copied.
 * Throws a RangeError when data and shape disagree.
 */
export function reduceChannels(map: RawMap): Float32Array {
  const { data, width, height, channels } = map;
  const pixels = width * height;
  if (data.length !== pixels * channels) {
    throw new RangeError(
      `${data.length} values do not fill a map of ${width}×${height} pixels and ${channels} channels.`,
    );
  }
  if (channels === 1) return data;
  const sums = new Float32Array(pixels);
  for (let pixel = 0, i = 0; pixel < pixels; pixel++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data[i++]!;
    sums[pixel] = sum;
  }
  return sums;
}
