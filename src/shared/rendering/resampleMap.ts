/** A grid of one value a pixel. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Row-major, width × height. */
  readonly values: Float32Array;
}

export type ResampleRule = 'bilinear' | 'nearest';

/**
 * Resamples a grid to another size. Pixels are squares whose values stand at their centres: target pixel x looks at source
 * position (x + 0.5) · source / target − 0.5. `bilinear` weighs the two neighbours in each direction and repeats the border
 * beyond it; `nearest` takes the pixel that the position lies in. Nothing is averaged when the target is smaller.
 */
export function resampleMap(grid: Grid, width: number, height: number, rule: ResampleRule = 'bilinear'): Float32Array {
  const result = new Float32Array(width * height);
  const sampler = rowSampler(grid, width, height, rule);
  for (let y = 0; y < height; y++) result.set(sampler(y), y * width);
  return result;
}

/**
 * The rows of {@link resampleMap} one by one, for callers that need no whole copy. The returned array is used again by the next
 * call. Fastest when rows are asked for in order.
 */
export function rowSampler(
  grid: Grid,
  width: number,
  height: number,
  rule: ResampleRule = 'bilinear',
): (y: number) => Float32Array {
  if (grid.width < 1 || grid.height < 1 || grid.values.length !== grid.width * grid.height) {
    throw new RangeError(`${grid.values.length} values do not fill a grid of ${grid.width}×${grid.height}.`);
  }
  return rule === 'nearest' ? nearestRows(grid, width, height) : bilinearRows(grid, width, height);
}

function nearestRows(grid: Grid, width: number, height: number): (y: number) => Float32Array {
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * grid.width) / width));
  const row = new Float32Array(width);
  let held = -1;
  return (y) => {
    const source = Math.floor(((y + 0.5) * grid.height) / height);
    if (source !== held) {
      const start = source * grid.width;
      for (let x = 0; x < width; x++) row[x] = grid.values[start + columns[x]!]!;
      held = source;
    }
    return row;
  };
}

function bilinearRows(grid: Grid, width: number, height: number): (y: number) => Float32Array {
  const columns = axis(grid.width, width);
  const rows = axis(grid.height, height);
  let above = new Float32Array(width);
  let below = new Float32Array(width);
  let heldAbove = -1;
  let heldBelow = -1;
  const row = new Float32Array(width);

  const stretch = (source: number, into: Float32Array): void => {
    const start = source * grid.width;
    const { first, second, weight } = columns;
    for (let x = 0; x < width; x++) {
      const left = grid.values[start + first[x]!]!;
      into[x] = left + (grid.values[start + second[x]!]! - left) * weight[x]!;
    }
  };

  return (y) => {
    const wantedAbove = rows.first[y]!;
    const wantedBelow = rows.second[y]!;
    if (wantedAbove !== heldAbove && wantedAbove === heldBelow) {
      [above, below] = [below, above];
      [heldAbove, heldBelow] = [heldBelow, heldAbove];
    }
    if (wantedAbove !== heldAbove) {
      stretch(wantedAbove, above);
      heldAbove = wantedAbove;
    }
    if (wantedBelow !== heldBelow) {
      stretch(wantedBelow, below);
      heldBelow = wantedBelow;
    }
    const weight = rows.weight[y]!;
    if (weight === 0) return above;
    for (let x = 0; x < width; x++) {
      const value = above[x]!;
      row[x] = value + (below[x]! - value) * weight;
    }
    return row;
  };
}

/** For each target position: the two source positions and the weight of the second. */
function axis(source: number, target: number): { first: Int32Array; second: Int32Array; weight: Float32Array } {
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const weight = new Float32Array(target);
  for (let i = 0; i < target; i++) {
    const position = Math.min(source - 1, Math.max(0, ((i + 0.5) * source) / target - 0.5));
    first[i] = Math.floor(position);
    second[i] = Math.min(source - 1, first[i]! + 1);
    weight[i] = position - first[i]!;
  }
  return { first, second, weight };
}
