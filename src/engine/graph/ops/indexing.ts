import { intAttribute } from '../ir/attributes';
import { pick, stridesOf, toNumbers, walk } from '../ir/numbers';
import { elementCount, int64, type Tensor } from '../ir/tensor';
import { adjointAlong, selection } from './axisMap';
import type { BackwardContext, InferContext, Operators } from './definition';
import { adjointByPositions } from './scattering';

/** One axis of a Slice: positions begin, begin + step, … (count of them). */
interface Range {
  readonly axis: number;
  readonly begin: number;
  readonly step: number;
  readonly count: number;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** What a Slice gives, as `starts`, `ends` and the optional `axes` and `steps`. */
type Bounds = readonly (readonly number[] | undefined)[];

function rangesOf(dims: readonly number[], [starts = [], ends = [], axes, steps]: Bounds): Range[] {
  return starts.map((start, index) => {
    const given = axes?.[index] ?? index;
    const axis = given < 0 ? given + dims.length : given;
    const [length, step] = [dims[axis] as number, steps?.[index] ?? 1];
    const fromEnd = (place: number) => (place < 0 ? place + length : place);
    const [first, last] = step > 0 ? [0, length] : [-1, length - 1];
    const begin = clamp(fromEnd(start), Math.max(first, 0), last);
    const stop = clamp(fromEnd(ends[index] as number), first, last);
    return { axis, begin, step, count: Math.max(Math.ceil((stop - begin) / step), 0) };
  });
}

function sliceRanges(c: InferContext): Range[] {
  const [starts, ends] = [c.ints(1), c.ints(2)];
  if (!starts || !ends || starts.length !== ends.length) return c.fail('has no starts and ends');
  return rangesOf(c.dims(0), [starts, ends, c.ints(3), c.ints(4)]);
}

/** Pads `g` along one axis with zeros before and after. */
function zerosAround(b: BackwardContext, g: string, axis: number, before: number, after: number): string {
  if (before === 0 && after === 0) return g;
  const rank = b.dims(g).length;
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = before;
  pads[axis + rank] = after;
  return b.emit('Pad', [g, b.ints(pads)]);
}

/** Back to the places that were read. */
function sliceBackward(b: BackwardContext): string[] {
  const dims = b.dims(b.x());
  const given = b.node.inputs.slice(1).map((name) => (name === '' ? undefined : b.constant(name)));
  const computed = given.some((value, index) => !value && b.has(index + 1));
  if (computed) {
    return [adjointByPositions(b, (places) => b.emit('Slice', [places, ...b.node.inputs.slice(1)]))];
  }
  const bounds = given.map((value) => value && toNumbers(value));
  const gradient = rangesOf(dims, bounds).reduce((g, { axis, begin, step, count }) => {
    const positions = Array.from({ length: count }, (_, index) => begin + index * step);
    return pickedBack(b, g, axis, dims[axis] as number, positions);
  }, b.g());
  return [gradient];
}

/** A 0/1 matrix of more elements is not written down. */
const largestMatrix = 1 << 24;

/**
 * Adjoint of picking positions along an axis: next to each other they are a slice; others make a 0/1 matrix, where repeated ones add up,
 * or are scattered where that matrix would be large.
 */
export function pickedBack(b: BackwardContext, g: string, axis: number, length: number, positions: number[]): string {
  const first = positions[0] ?? 0;
  if (positions.every((position, index) => position === first + index)) {
    return zerosAround(b, g, axis, first, length - first - positions.length);
  }
  if (positions.length * length > largestMatrix) return scatteredBack(b, g, axis, length, positions);
  return adjointAlong(b, g, axis, b.tensor(selection(positions, length)));
}

function scatteredBack(b: BackwardContext, g: string, axis: number, length: number, positions: number[]): string {
  const column = b.dims(g).map((_, i) => (i === axis ? positions.length : 1));
  const places = b.emit('Expand', [
    b.tensor({ ...int64([positions.length], positions), dims: column }),
    b.emit('Shape', [g]),
  ]);
  const zeros = b.emit('ConstantOfShape', [shapeWith(b, g, axis, 1, length)]);
  return b.emit('ScatterElements', [zeros, places, g], { axis, reduction: 'add' });
}

function gatherBackward(b: BackwardContext): string[] {
  const indices = b.constant(b.x(1));
  if (!indices) return [adjointByPositions(b, (places) => b.emit('Gather', [places, b.x(1)], b.node.attributes))];
  const dims = b.dims(b.x());
  const axis = (intAttribute(b.node, 'axis', 0) + dims.length) % dims.length;
  const length = dims[axis] as number;
  const positions = toNumbers(indices).map((index) => (index < 0 ? index + length : index));
  // The index tensor's axes stand in place of the gathered one: make them one axis.
  const one = indices.dims.length === 1;
  const g = one ? b.g() : b.emit('Reshape', [b.g(), shapeWith(b, b.g(), axis, indices.dims.length, positions.length)]);
  return [pickedBack(b, g, axis, length, positions)];
}

/** The shape of g, read when the program runs, but for `count` axes from `axis` on: one of `length` stands in their place. */
function shapeWith(b: BackwardContext, g: string, axis: number, count: number, length: number): string {
  const rank = b.dims(g).length;
  const front = axis > 0 ? [b.emit('Shape', [g], { start: 0, end: axis })] : [];
  const behind = axis + count < rank ? [b.emit('Shape', [g], { start: axis + count, end: rank })] : [];
  return b.emit('Concat', [...front, b.ints([length]), ...behind], { axis: 0 });
}

export const indexing: Operators = {
  Slice: {
    infer: (c) => {
      const dims = [...c.dims(0)];
      for (const range of sliceRanges(c)) dims[c.axis(range.axis, dims.length)] = range.count;
      return [{ dtype: c.dtype(0), dims }];
    },
    fold: ([x, starts, ends, axes, steps]) => {
      const { dims } = x as Tensor;
      const bounds = [starts, ends, axes, steps].map((tensor) => tensor && toNumbers(tensor));
      const strides = stridesOf(dims);
      const walked = [...strides];
      const to = [...dims];
      let start = 0;
      for (const { axis, begin, step, count } of rangesOf(dims, bounds)) {
        to[axis] = count;
        walked[axis] = (strides[axis] as number) * step;
        start += (strides[axis] as number) * begin;
      }
      return [pick(x as Tensor, to, walk(to, walked, start))];
    },
    backward: sliceBackward,
    quantised: 'moved',
  },

  Gather: {
    infer: (c) => {
      const dims = c.dims(0);
      const axis = c.axis(intAttribute(c.node, 'axis', 0), dims.length);
      return [{ dtype: c.dtype(0), dims: [...dims.slice(0, axis), ...c.dims(1), ...dims.slice(axis + 1)] }];
    },
    fold: ([x, positions], node) => {
      const { dims } = x as Tensor;
      const axis = (intAttribute(node, 'axis', 0) + dims.length) % dims.length;
      const length = dims[axis] as number;
      const inner = elementCount(dims.slice(axis + 1));
      const rows = toNumbers(positions as Tensor).map((index) => (index < 0 ? index + length : index));
      const indices: number[] = [];
      for (let outer = 0; outer < elementCount(dims.slice(0, axis)); outer++) {
        for (const row of rows) for (let i = 0; i < inner; i++) indices.push((outer * length + row) * inner + i);
      }
      return [
        pick(x as Tensor, [...dims.slice(0, axis), ...(positions as Tensor).dims, ...dims.slice(axis + 1)], indices),
      ];
    },
    backward: gatherBackward,
    quantised: 'moved',
  },
};
