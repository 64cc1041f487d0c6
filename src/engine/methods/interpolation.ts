import type { RawMap } from '../../shared/results/attribution';

/**
 * How a map of layer resolution becomes one of input size. Target pixel o of N looks at source position
 * (o + 0.5) · n / N − 0.5 of n, unless said otherwise.
 * - `linear`: between the two neighbours; beyond the border the edge value counts (OpenCV INTER_LINEAR, torch bilinear).
 * - `linear-mirror`: beyond the border the row is mirrored about its last pixel (scikit-image resize).
 * - `linear-corners`: source position o · (n − 1) / (N − 1), so that the corner pixels fall on each other (scipy.ndimage.zoom).
 * - `nearest`: source pixel ⌊o · n / N⌋ (torch nearest).
 */
export type UpsamplingKernel = 'linear' | 'linear-mirror' | 'linear-corners' | 'nearest';

interface Axis {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Weight of the second source pixel. */
  readonly weight: Float64Array;
}

function bounded(index: number, length: number, kernel: UpsamplingKernel): number {
  if (kernel === 'linear-mirror' && length > 1) {
    const period = 2 * (length - 1);
    const wrapped = ((index % period) + period) % period;
    return wrapped < length ? wrapped : period - wrapped;
  }
  return Math.min(Math.max(index, 0), length - 1);
}

function axis(source: number, target: number, kernel: UpsamplingKernel): Axis {
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const weight = new Float64Array(target);
  for (let o = 0; o < target; o++) {
    if (kernel === 'nearest') {
      first[o] = second[o] = Math.min(source - 1, Math.floor((o * source) / target));
      continue;
    }
    const position =
      kernel === 'linear-corners'
        ? target > 1
          ? (o * (source - 1)) / (target - 1)
          : 0
        : ((o + 0.5) * source) / target - 0.5;
    const below = Math.floor(position);
    first[o] = bounded(below, source, kernel);
    second[o] = bounded(below + 1, source, kernel);
    weight[o] = position - below;
  }
  return { first, second, weight };
}

/** The map at another size, channel by channel. The same map when the size is the same. */
export function upsample(map: RawMap, width: number, height: number, kernel: UpsamplingKernel): RawMap {
  if (map.width === width && map.height === height) return map;
  const { channels, data } = map;
  const { first, second, weight } = axis(map.width, width, kernel);
  const rows = axis(map.height, height, kernel);
  const result = new Float32Array(width * height * channels);
  // One row of the source's width, between two source rows.
  const between = new Float64Array(map.width * channels);
  for (let y = 0; y < height; y++) {
    const above = rows.first[y]! * between.length;
    const below = rows.second[y]! * between.length;
    const down = rows.weight[y]!;
    for (let i = 0; i < between.length; i++) between[i] = (1 - down) * data[above + i]! + down * data[below + i]!;
    for (let c = 0; c < channels; c++) {
      for (let x = 0, to = y * width * channels + c; x < width; x++, to += channels) {
        const left = between[first[x]! * channels + c]!;
        result[to] = left + weight[x]! * (between[second[x]! * channels + c]! - left);
      }
    }
  }
  return { data: result, width, height, channels };
}
