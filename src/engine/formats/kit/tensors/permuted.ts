/** Axes of large weights in another order, in an order of its own that the processor's cache likes. */
import type { NumericData } from './elements';

/** Elements on a side of the squares that are moved at a time: 64 rows of the source's cache lines stay at hand. */
const side = 64;

/** An axis of the result: its length, and how far apart its elements lie in the source and in the result. */
interface Axis {
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** The axes of the result that move: those of length 1 are left out, and neighbours that stay neighbours are one. */
function axesOf(dims: readonly number[], perm: readonly number[]): Axis[] {
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((all, length) => all * length, 1));
  const merged: { length: number; from: number }[] = [];
  for (const axis of perm) {
    const [length, from] = [dims[axis] as number, strides[axis] as number];
    const before = merged.at(-1);
    if (length === 1) continue;
    if (before?.from === from * length) {
      before.length *= length;
      before.from = from;
    } else merged.push({ length, from });
  }
  let to = 1;
  return merged
    .reverse()
    .map(({ length, from }) => {
      const axis = { length, from, to };
      to *= length;
      return axis;
    })
    .reverse();
}

/**
 * Puts elements in another order: axis i of the result is axis `perm[i]` of the source, as numpy.transpose.
 *
 * @param dims of the source.
 * @param result as many elements as `source` has, which are written over.
 */
export function permuteInto(
  result: NumericData,
  source: NumericData,
  dims: readonly number[],
  perm: readonly number[],
): void {
  if (source.length === 0) return;
  const axes = axesOf(dims, perm);
  const rows = axes.find(({ to }) => to === 1) ?? { length: 1, from: 1, to: 1 };
  // Where the elements of a row lie side by side in the source too, a square has one column.
  const columns = axes.find((axis) => axis.from === 1 && axis !== rows) ?? { length: 1, from: 1, to: 1 };
  const others = axes.filter((axis) => axis !== rows && axis !== columns);
  const index = others.map(() => 0);
  let [from, to] = [0, 0];
  for (;;) {
    moveSquares(result, source, from, to, rows, columns);
    let axis = others.length - 1;
    for (; axis >= 0; axis--) {
      const other = others[axis] as Axis;
      index[axis] = (index[axis] as number) + 1;
      from += other.from;
      to += other.to;
      if ((index[axis] as number) < other.length) break;
      from -= other.length * other.from;
      to -= other.length * other.to;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** The plane of two axes: `rows`, along which the result is dense, and `columns`, along which the source is. */
function moveSquares(
  result: NumericData,
  source: NumericData,
  from: number,
  to: number,
  rows: Axis,
  columns: Axis,
): void {
  const rowStep = rows.from;
  for (let firstColumn = 0; firstColumn < columns.length; firstColumn += side) {
    const endColumn = Math.min(firstColumn + side, columns.length);
    for (let firstRow = 0; firstRow < rows.length; firstRow += side) {
      const endRow = Math.min(firstRow + side, rows.length);
      for (let column = firstColumn; column < endColumn; column++) {
        const sourceStart = from + column;
        const resultStart = to + column * columns.to;
        for (let row = firstRow; row < endRow; row++) {
          result[resultStart + row] = source[sourceStart + row * rowStep] as never;
        }
      }
    }
  }
}
