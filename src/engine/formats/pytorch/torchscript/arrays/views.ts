/** Operators on constants that give other views of the same numbers, as PyTorch does. */
import { elementCount } from '../../../../graph/ir/tensor';
import { denseStrides, NumberArray, type Work } from './numberArray';

/** Undefined for what these operators do not take. */
export type Made = NumberArray | readonly NumberArray[] | undefined;

export function place(axis: number, rank: number): number | undefined {
  const found = axis < 0 ? axis + rank : axis;
  return Number.isInteger(found) && found >= 0 && found < rank ? found : undefined;
}

const replaced = (list: readonly number[], index: number, value: number) =>
  list.map((each, i) => (i === index ? value : each));

export function slice(x: NumberArray, dim: number, start: number | null, end: number | null, step: number): Made {
  const axis = place(dim, x.dims.length);
  if (axis === undefined || !(step >= 1)) return undefined;
  const length = x.dims[axis] as number;
  const bounded = (value: number) => Math.min(Math.max(value < 0 ? value + length : value, 0), length);
  const from = bounded(start ?? 0);
  const count = Math.max(0, Math.ceil((bounded(end ?? length) - from) / step));
  const stride = x.strides[axis] as number;
  return x.view(replaced(x.dims, axis, count), replaced(x.strides, axis, stride * step), x.offset + from * stride);
}

export function select(x: NumberArray, dim: number, index: number): NumberArray | undefined {
  const axis = place(dim, x.dims.length);
  const at = axis === undefined ? undefined : place(index, x.dims[axis] as number);
  if (axis === undefined || at === undefined) return undefined;
  const without = (list: readonly number[]) => list.filter((_, i) => i !== axis);
  return x.view(without(x.dims), without(x.strides), x.offset + at * (x.strides[axis] as number));
}

export function permute(x: NumberArray, order: readonly number[]): Made {
  const axes = order.map((axis) => place(axis, x.dims.length));
  if (axes.length !== x.dims.length || new Set(axes).size !== axes.length || axes.includes(undefined)) return undefined;
  return x.view(
    axes.map((axis) => x.dims[axis!] as number),
    axes.map((axis) => x.strides[axis!] as number),
  );
}

export function transpose(x: NumberArray, a: number, b: number): Made {
  const [first, second] = [place(a, x.dims.length), place(b, x.dims.length)];
  if (first === undefined || second === undefined) return undefined;
  const order = x.dims.map((_, axis) => (axis === first ? second : axis === second ? first : axis));
  return permute(x, order);
}

export function unsqueeze(x: NumberArray, dim: number): Made {
  const axis = place(dim, x.dims.length + 1);
  if (axis === undefined) return undefined;
  return x.view(x.dims.toSpliced(axis, 0, 1), x.strides.toSpliced(axis, 0, 0));
}

export function squeeze(x: NumberArray, dims: readonly number[] | null): Made {
  const rank = x.dims.length;
  const gone = new Set(dims ? dims.map((dim) => place(dim, rank)) : x.dims.keys());
  const kept = [...x.dims.keys()].filter((axis) => !(gone.has(axis) && x.dims[axis] === 1));
  return x.view(
    kept.map((axis) => x.dims[axis] as number),
    kept.map((axis) => x.strides[axis] as number),
  );
}

export function expand(x: NumberArray, sizes: readonly number[]): NumberArray | undefined {
  const extra = sizes.length - x.dims.length;
  if (extra < 0) return undefined;
  const dims: number[] = [];
  const strides: number[] = [];
  for (const [axis, size] of sizes.entries()) {
    const length = axis < extra ? 1 : (x.dims[axis - extra] as number);
    const wanted = size === -1 ? length : size;
    if (length !== wanted && length !== 1) return undefined;
    dims.push(wanted);
    strides.push(length === wanted && axis >= extra ? (x.strides[axis - extra] as number) : 0);
  }
  return x.view(dims, strides);
}

export function reshape(x: NumberArray, sizes: readonly number[], work: Work): NumberArray | undefined {
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const dims = sizes.map((size) => (size === -1 ? x.count / known : size));
  if (sizes.filter((size) => size === -1).length > 1 || elementCount(dims) !== x.count) return undefined;
  const dense = denseStrides(x.dims);
  const inPlace = x.dims.every((length, axis) => length === 1 || x.strides[axis] === dense[axis]);
  if (inPlace) return x.view(dims, denseStrides(dims));
  return NumberArray.dense(dims, x.dtype, x.values(work));
}

export function flatten(x: NumberArray, start: number, end: number, work: Work): Made {
  const rank = Math.max(x.dims.length, 1);
  const [from, to] = [place(start, rank), place(end, rank)];
  if (from === undefined || to === undefined || to < from) return undefined;
  const dims = x.dims.length === 0 ? [1] : x.dims;
  const merged = dims.slice(from, to + 1).reduce((product, length) => product * length, 1);
  return reshape(x, [...dims.slice(0, from), merged, ...dims.slice(to + 1)], work);
}

export function unbind(x: NumberArray, dim: number): Made {
  const axis = place(dim, x.dims.length);
  if (axis === undefined || (x.dims[axis] as number) > 10_000) return undefined;
  return Array.from({ length: x.dims[axis] as number }, (_, i) => select(x, axis, i) as NumberArray);
}
