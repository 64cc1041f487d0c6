/** Calls of operators whose tensors are all constants, evaluated. */
import type { DType } from '../../../../graph/ir/tensor';
import { clamp, elementwise, type Operand, where } from './elementwise';
import { NumberArray, rounded, type Work } from './numberArray';
import * as views from './views';

export type FoldArgument = NumberArray | number | boolean | string | null | readonly FoldArgument[];
export type Folded = views.Made;

interface Given {
  readonly args: readonly FoldArgument[];
  readonly named: ReadonlyMap<string, FoldArgument>;
  readonly work: Work;
}

type Fold = (x: NumberArray, given: Given) => Folded;

const int = ({ args, named }: Given, index: number, name: string, usual: number): number => {
  const value = args[index] ?? named.get(name);
  return typeof value === 'number' ? value : usual;
};
const intOrNull = ({ args, named }: Given, index: number, name: string): number | null => {
  const value = args[index] ?? named.get(name);
  return typeof value === 'number' ? value : null;
};
const ints = ({ args, named }: Given, index: number, name: string): number[] | undefined => {
  const value = args[index] ?? named.get(name);
  if (typeof value === 'number') return [value];
  return Array.isArray(value) && value.every((each) => typeof each === 'number') ? (value as number[]) : undefined;
};
const arrays = (value: FoldArgument | undefined): NumberArray[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((each) => each instanceof NumberArray) ? value : undefined;

const folds: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  [
    'slice',
    (x, g) =>
      views.slice(x, int(g, 1, 'dim', 0), intOrNull(g, 2, 'start'), intOrNull(g, 3, 'end'), int(g, 4, 'step', 1)),
  ],
  ['select', (x, g) => views.select(x, int(g, 1, 'dim', 0), int(g, 2, 'index', 0))],
  [
    'narrow',
    (x, g) => {
      const start = int(g, 2, 'start', 0);
      return views.slice(x, int(g, 1, 'dim', 0), start, start + int(g, 3, 'length', 0), 1);
    },
  ],
  ['permute', (x, g) => ifGiven(ints(g, 1, 'dims'), (dims) => views.permute(x, dims))],
  ['transpose', (x, g) => views.transpose(x, int(g, 1, 'dim0', 0), int(g, 2, 'dim1', 1))],
  ['t', (x) => (x.dims.length === 2 ? views.transpose(x, 0, 1) : x)],
  ['unsqueeze', (x, g) => views.unsqueeze(x, int(g, 1, 'dim', 0))],
  ['squeeze', (x, g) => views.squeeze(x, ints(g, 1, 'dim') ?? null)],
  ['expand', (x, g) => ifGiven(ints(g, 1, 'size'), (sizes) => views.expand(x, sizes))],
  ['view', (x, g) => ifGiven(ints(g, 1, 'size'), (sizes) => views.reshape(x, sizes, g.work))],
  ['reshape', (x, g) => ifGiven(ints(g, 1, 'shape'), (sizes) => views.reshape(x, sizes, g.work))],
  ['flatten', (x, g) => views.flatten(x, int(g, 1, 'start_dim', 0), int(g, 2, 'end_dim', -1), g.work)],
  ['unbind', (x, g) => views.unbind(x, int(g, 1, 'dim', 0))],
  ['clone', (x, g) => NumberArray.dense(x.dims, x.dtype, x.values(g.work))],
  ['clamp', (x, g) => clamp(x, intOrNull(g, 1, 'min'), intOrNull(g, 2, 'max'), g.work)],
  [
    'masked_fill',
    (x, g) => {
      const [, mask, value] = g.args;
      if (!(mask instanceof NumberArray) || (typeof value !== 'number' && !(value instanceof NumberArray)))
        return undefined;
      const made = where(mask, value, x, g.work);
      return made && NumberArray.dense(made.dims, x.dtype, made.numbers);
    },
  ],
  [
    'where',
    (condition, g) => {
      const [, yes, no] = g.args;
      return isOperand(yes) && isOperand(no) ? where(condition, yes, no, g.work) : undefined;
    },
  ],
  ['sum', (x, g) => summed(x, ints(g, 1, 'dim'), g.args[2] === true || g.named.get('keepdim') === true, g.work)],
  ['roll', (x, g) => rolled(x, ints(g, 1, 'shifts'), ints(g, 2, 'dims'), g.work)],
  ['flip', (x, g) => flipped(x, ints(g, 1, 'dims'), g.work)],
  ['index', (x, g) => indexed(x, g.args[1], g.work)],
  [
    'outer',
    (x, { args, work }) => {
      const [, other] = args;
      if (!(other instanceof NumberArray) || x.dims.length !== 1 || other.dims.length !== 1) return undefined;
      return elementwise('mul', [views.unsqueeze(x, 1) as NumberArray, other], work);
    },
  ],
]);

function isOperand(value: FoldArgument | undefined): value is Operand {
  return value instanceof NumberArray || typeof value === 'number' || typeof value === 'boolean';
}

function ifGiven(values: number[] | undefined, make: (values: number[]) => Folded): Folded {
  return values && make(values);
}

function summed(x: NumberArray, dims: number[] | undefined, keep: boolean, work: Work): Folded {
  const rank = x.dims.length;
  const over = new Set(dims && dims.length > 0 ? dims.map((dim) => views.place(dim, rank)) : x.dims.keys());
  if (over.has(undefined)) return undefined;
  const dtype: DType = x.dtype.startsWith('float') ? x.dtype : 'int64';
  const kept = NumberArray.filled(
    x.dims.map((length, axis) => (over.has(axis) ? 1 : length)),
    dtype,
    0,
    work,
  );
  const spread = kept.view(
    x.dims,
    kept.strides.map((stride, axis) => (over.has(axis) ? 0 : stride)),
  );
  const values = x.values(work);
  spread.forEach((place, index) => {
    kept.numbers[place] = rounded(dtype, (kept.numbers[place] as number) + (values[index] as number));
  });
  return keep ? kept : views.squeeze(kept, [...over] as number[]);
}

/** The elements at other places of each axis. */
function moved(x: NumberArray, from: (axis: number, at: number) => number, work: Work): NumberArray {
  const source = x.values(work);
  const result = NumberArray.filled(x.dims, x.dtype, 0, work);
  const { strides } = result;
  for (let index = 0; index < source.length; index++) {
    let place = 0;
    for (const [axis, stride] of strides.entries()) {
      const length = x.dims[axis] as number;
      place += stride * from(axis, Math.floor(index / stride) % length);
    }
    result.numbers[index] = source[place] as number;
  }
  return result;
}

function rolled(x: NumberArray, shifts: number[] | undefined, dims: number[] | undefined, work: Work): Folded {
  if (!shifts || !dims || shifts.length !== dims.length) return undefined;
  const by = new Array<number>(x.dims.length).fill(0);
  for (const [i, dim] of dims.entries()) {
    const axis = views.place(dim, x.dims.length);
    if (axis === undefined) return undefined;
    by[axis] = (by[axis] as number) + (shifts[i] as number);
  }
  return moved(
    x,
    (axis, at) => {
      const length = x.dims[axis] as number;
      return (((at - (by[axis] as number)) % length) + length) % length;
    },
    work,
  );
}

function flipped(x: NumberArray, dims: number[] | undefined, work: Work): Folded {
  const axes = dims?.map((dim) => views.place(dim, x.dims.length));
  if (!axes || axes.includes(undefined)) return undefined;
  return moved(x, (axis, at) => (axes.includes(axis) ? (x.dims[axis] as number) - 1 - at : at), work);
}

/** By one array of integers along the first axis. */
function indexed(x: NumberArray, list: FoldArgument | undefined, work: Work): Folded {
  const indices = Array.isArray(list) && list.length === 1 ? (list[0] as FoldArgument) : undefined;
  if (!(indices instanceof NumberArray) || indices.dtype === 'bool' || x.dims.length === 0) return undefined;
  const [length = 0, ...rest] = x.dims;
  const row = rest.reduce((product, each) => product * each, 1);
  const result = NumberArray.filled([...indices.dims, ...rest], x.dtype, 0, work);
  const source = x.values(work);
  for (const [i, index] of indices.values(work).entries()) {
    const at = views.place(index, length);
    if (at === undefined) return undefined;
    result.numbers.set(source.subarray(at * row, (at + 1) * row), i * row);
  }
  return result;
}

function joined(list: FoldArgument | undefined, dim: number, stacked: boolean, work: Work): Folded {
  const given = arrays(list);
  const parts = stacked ? given?.map((part) => views.unsqueeze(part, dim)) : given;
  const [first] = (parts ?? []) as (NumberArray | undefined)[];
  const axis = first && views.place(dim, first.dims.length);
  if (!first || axis === undefined) return undefined;
  const each = parts as NumberArray[];
  const fits = (part: NumberArray) =>
    part?.dims.length === first.dims.length && part.dims.every((n, i) => i === axis || n === first.dims[i]);
  if (!each.every(fits)) return undefined;
  const total = each.reduce((sum, part) => sum + (part.dims[axis] as number), 0);
  const result = NumberArray.filled(
    first.dims.map((n, i) => (i === axis ? total : n)),
    first.dtype,
    0,
    work,
  );
  let at = 0;
  for (const part of each) {
    const length = part.dims[axis] as number;
    (views.slice(result, axis, at, at + length, 1) as NumberArray).write(part.values(work), work);
    at += length;
  }
  return result;
}

function grid(list: FoldArgument | undefined, indexing: FoldArgument | undefined): Folded {
  const given = arrays(list);
  if (!given?.every((part) => part.dims.length <= 1)) return undefined;
  const axes = given.map((_, i) => (indexing === 'xy' && i < 2 && given.length > 1 ? 1 - i : i));
  const dims = new Array<number>(given.length);
  for (const [i, part] of given.entries()) dims[axes[i] as number] = part.count;
  return given.map((part, i) => {
    const axis = axes[i] as number;
    const strides = dims.map((_, each) => (each === axis ? (part.strides[0] ?? 0) : 0));
    return part.view(dims, strides);
  });
}

/** Undefined for what is not evaluated here: it becomes a call of the program then. */
export function fold(
  op: string,
  args: readonly FoldArgument[],
  named: ReadonlyMap<string, FoldArgument>,
  work: Work,
): Folded {
  const given: Given = { args, named, work };
  const [first] = args;
  if (op === 'cat' || op === 'concat') return joined(first, int(given, 1, 'dim', 0), false, work);
  if (op === 'stack') return joined(first, int(given, 1, 'dim', 0), true, work);
  if (op === 'meshgrid') return grid(first, args[1] ?? named.get('indexing'));
  const special = first instanceof NumberArray ? folds.get(op)?.(first, given) : undefined;
  if (special) return special;
  const [, , alpha] = args;
  const factor = alpha ?? named.get('alpha') ?? 1;
  const operands = args.slice(0, factor === alpha ? 2 : args.length);
  if (factor !== 1 || [...named.keys()].some((name) => name !== 'alpha') || !operands.every(isOperand))
    return undefined;
  return elementwise(op, operands, work);
}
