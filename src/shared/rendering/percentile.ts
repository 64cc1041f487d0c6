/**
 * Percentile with linear interpolation between the two neighbouring values, as numpy.percentile computes it by default.
 * Values that are not finite are left out; NaN when none is left.
 *
 * @param percentage 0..100
 */
export function percentile(values: Float32Array, percentage: number): number {
  const finite = finiteCopy(values);
  if (finite.length === 0) return Number.NaN;
  const position = (Math.min(100, Math.max(0, percentage)) / 100) * (finite.length - 1);
  const below = Math.floor(position);
  const low = select(finite, below);
  if (below === position) return low;
  let high = Number.POSITIVE_INFINITY;
  for (let i = below + 1; i < finite.length; i++) if (finite[i]! < high) high = finite[i]!;
  return low + (high - low) * (position - below);
}

function finiteCopy(values: Float32Array): Float32Array {
  const copy = new Float32Array(values.length);
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) copy[length++] = value;
  }
  return copy.subarray(0, length);
}

/**
 * The value that would stand at `index` if the array were sorted (Hoare's quickselect). Reorders the array so that no value
 * before `index` is larger and none after it is smaller. The values must not hold NaN.
 */
export function select(values: Float32Array, index: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = medianOfThree(values[left]!, values[(left + right) >>> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swapped = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swapped;
      }
    }
    if (index <= j) right = j;
    else if (index >= i) left = i;
    else break;
  }
  return values[index]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
