import type { ImageRegion, RawMap } from '../results/attribution';
import { colourMapInfo } from './colourMaps';
import type { DisplayOptions } from './display';
import { summedMap } from './summedMap';

/** A map and the part of the image that it covers, in image pixels. */
export interface PlacedMap {
  readonly map: RawMap;
  readonly region: ImageRegion;
}

/**
 * What one map has more than another one of the same image: a − b of their channel sums, of one channel. It covers the part of the image
 * that both cover; outside of it the difference is not defined. Its pixels are as fine as the finer of the two, in each direction; the
 * other one, or both where their pixels do not coincide, are interpolated (bilinear, as for drawing). NaN where one of them is.
 *
 * @returns null where the two cover no part of the image together.
 */
export function differenceMap(a: PlacedMap, b: PlacedMap): PlacedMap | null {
  const region = common(a.region, b.region);
  if (region === null) return null;
  const side = (name: 'width' | 'height'): number => {
    const pixel = Math.min(a.region[name] / a.map[name], b.region[name] / b.map[name]);
    return Math.max(1, Math.round(region[name] / pixel));
  };
  const [width, height] = [side('width'), side('height')];
  const left = sampler(a, region, width, height);
  const right = sampler(b, region, width, height);
  const data = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const [from, less] = [left(y), right(y)];
    for (let x = 0; x < width; x++, i++) data[i] = from[x]! - less[x]!;
  }
  return { map: { data, width, height, channels: 1 }, region };
}

/** How a difference is shown beside maps of this display: signed, in colours that have a middle, over the whole image. */
export function differenceDisplay(display: DisplayOptions): DisplayOptions {
  const { colourMap, mode } = display;
  return {
    ...display,
    sign: 'signed',
    mode: mode === 'heat-map' ? mode : 'blended',
    colourMap: colourMap !== 'auto' && colourMapInfo(colourMap).kind === 'diverging' ? colourMap : 'auto',
  };
}

function common(a: ImageRegion, b: ImageRegion): ImageRegion | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** Rows of a map's sums at the pixels of a grid over a part of its region; the array is used again by the next call. */
function sampler(
  { map, region: own }: PlacedMap,
  region: ImageRegion,
  width: number,
  height: number,
): (row: number) => Float32Array {
  const { sums } = summedMap(map);
  const columns = axis(own.x, own.width, map.width, region.x, region.width, width);
  const rows = axis(own.y, own.height, map.height, region.y, region.height, height);
  const line = new Float32Array(width);
  return (y) => {
    const above = rows.first[y]! * map.width;
    const below = rows.second[y]! * map.width;
    const down = rows.weight[y]!;
    for (let x = 0; x < width; x++) {
      const [left, right, across] = [columns.first[x]!, columns.second[x]!, columns.weight[x]!];
      const upper = between(sums[above + left]!, sums[above + right]!, across);
      line[x] = down === 0 ? upper : between(upper, between(sums[below + left]!, sums[below + right]!, across), down);
    }
    return line;
  };
}

/** A weight of nothing counts as nothing, also of what is not finite. */
function between(a: number, b: number, weight: number): number {
  return weight === 0 ? a : a + (b - a) * weight;
}

/** For each pixel of the grid along one side: the map's pixels around it and the weight of the second. */
function axis(ownStart: number, ownLength: number, source: number, start: number, length: number, target: number) {
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const weight = new Float32Array(target);
  for (let i = 0; i < target; i++) {
    const position = ((start + ((i + 0.5) * length) / target - ownStart) * source) / ownLength - 0.5;
    const inside = Math.min(source - 1, Math.max(0, position));
    // Pixels that coincide do so exactly; rounding would blur them with their neighbours.
    const nearest = Math.round(inside);
    const exact = Math.abs(inside - nearest) < 1e-6 * source ? nearest : inside;
    first[i] = Math.floor(exact);
    second[i] = Math.min(source - 1, first[i]! + 1);
    weight[i] = exact - first[i]!;
  }
  return { first, second, weight };
}
