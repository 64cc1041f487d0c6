import { intAttribute, stringAttribute } from '../ir/attributes';
import { stridesOf, toNumbers } from '../ir/numbers';
import { elementCount, float32 } from '../ir/tensor';
import type { BackwardContext, Operators } from './definition';
import { typeCode } from './elementTypes';
import { zerosLike } from './elementwise';

/** One of the places along an axis that a sample is made of, as values of shape (N, 1, samples). */
interface Tap {
  /** Where it lies in the image, int64. */
  readonly index: string;
  readonly weight: string;
  /** The weight's derivative with respect to the place of the sample. */
  readonly slope: string;
}

const mul = (b: BackwardContext, x: string, y: string) => b.emit('Mul', [x, y]);

/** Σ coefficients[k]·x^k. */
function polynomial(b: BackwardContext, x: string, coefficients: readonly number[]): string {
  const [last = 0, ...rest] = coefficients.toReversed();
  return rest.reduce((sum, c) => b.emit('Add', [mul(b, sum, x), b.scalar(c)]), b.scalar(last));
}

/** Weights of the places around a sample, t behind the first of the two next to it: offset, weight and slope as polynomials of t. */
const kernels: Readonly<Record<string, readonly (readonly [number, readonly number[], readonly number[]])[]>> = {
  linear: [
    [0, [1, -1], [-1]],
    [1, [0, 1], [1]],
  ],
  nearest: [[0, [1], [0]]],
  // Keys' kernel with a = −0.75.
  cubic: [
    [-1, [0, -0.75, 1.5, -0.75], [-0.75, 3, -2.25]],
    [0, [1, 0, -2.25, 1.25], [0, -4.5, 3.75]],
    [1, [0, 0.75, 1.5, -1.25], [0.75, 3, -3.75]],
    [2, [0, 0, -0.75, 0.75], [0, -1.5, 2.25]],
  ],
};

/** `bilinear` and `bicubic` are the older names. */
const modeOf = (b: BackwardContext) => stringAttribute(b.node, 'mode', 'linear').replace(/^bi/, '');
const paddingOf = (b: BackwardContext) => stringAttribute(b.node, 'padding_mode', 'zeros');
const alignsCorners = (b: BackwardContext) => intAttribute(b.node, 'align_corners', 0) === 1;

/** Cells that −1 … 1 spans: from the first centre to the last, or from edge to edge. */
const cells = (b: BackwardContext, length: number) => (alignsCorners(b) ? length - 1 : length);

/** 1 where two indices are the same, 0 elsewhere. */
const same = (b: BackwardContext, x: string, y: string) =>
  b.emit('Cast', [b.emit('Equal', [x, y])], { to: typeCode('float32') });

/** Moves an int64 index that lies outside to where the padding mode finds its value. */
function folded(b: BackwardContext, index: string, length: number): string {
  const int = (value: number) => b.ints([value]);
  if (paddingOf(b) !== 'reflection') return b.emit('Max', [b.emit('Min', [index, int(length - 1)]), int(0)]);
  const period = Math.max(2 * cells(b, length), 1);
  const turned = b.emit('Mod', [index, int(period)]);
  return b.emit('Min', [turned, b.emit('Sub', [int(alignsCorners(b) ? period : period - 1), turned])]);
}

/** The taps along one axis of the image, from the grid's coordinates (−1 … 1) along it. */
function tapsAlong(b: BackwardContext, coordinates: string, length: number): Tap[] {
  const half = cells(b, length) / 2;
  const place = polynomial(b, coordinates, [(length - 1) / 2, half]);
  const first = b.emit(modeOf(b) === 'nearest' ? 'Round' : 'Floor', [place]);
  const t = b.emit('Sub', [place, first]);
  return ((Object.hasOwn(kernels, modeOf(b)) && kernels[modeOf(b)]) || []).map(([offset, weight, slope]) => {
    const at = b.emit('Cast', [b.emit('Add', [first, b.scalar(offset)])], { to: typeCode('int64') });
    const index = folded(b, at, length);
    const shown = (value: string) => (paddingOf(b) === 'zeros' ? mul(b, value, same(b, at, index)) : value);
    const over = (coefficients: readonly number[]) => shown(polynomial(b, t, coefficients));
    return { index, weight: over(weight), slope: mul(b, over(slope), b.scalar(half)) };
  });
}

/** Every combination of one tap per axis. */
function combinations(taps: readonly (readonly Tap[])[]): Tap[][] {
  return taps.reduce<Tap[][]>((all, axis) => all.flatMap((some) => axis.map((tap) => [...some, tap])), [[]]);
}

/** One of the places that all samples are made of: a tap on every axis, and where it lies in the flattened image. */
interface Corner {
  readonly taps: readonly Tap[];
  readonly place: string;
}

const product = (b: BackwardContext, factors: readonly string[]) => factors.reduce((all, each) => mul(b, all, each));
const flat = (b: BackwardContext, value: string) => b.emit('Reshape', [value, b.ints([0, 0, -1])]);

function cornersOf(b: BackwardContext): Corner[] {
  const [, channels = 1, ...spatial] = b.dims(b.x());
  const strides = stridesOf(spatial);
  const along = (axis: number) => b.emit('Gather', [b.x(1), b.ints([spatial.length - 1 - axis])], { axis: -1 });
  const row = (axis: number) => b.emit('Reshape', [along(axis), b.ints([0, 1, -1])]);
  return combinations(spatial.map((length, axis) => tapsAlong(b, row(axis), length))).map((taps) => {
    const offsets = taps.map((tap, axis) => mul(b, tap.index, b.ints([strides[axis] as number])));
    const place = offsets.reduce((sum, each) => b.emit('Add', [sum, each]));
    return { taps, place: b.emit('Expand', [place, b.ints([1, channels, 1])]) };
  });
}

/** g, weighted, added up where the samples were read. */
function imageGradient(b: BackwardContext, corners: readonly Corner[]): string {
  const g = flat(b, b.g());
  const zeros = zerosLike(b, flat(b, b.x()));
  const sum = corners.reduce((pixels, { taps, place }) => {
    const weights = taps.map((tap) => tap.weight);
    return b.emit('ScatterElements', [pixels, place, product(b, [g, ...weights])], { axis: 2, reduction: 'add' });
  }, zeros);
  return b.emit('Reshape', [sum, b.emit('Shape', [b.x()])]);
}

/** What was read, times g, over all channels, times the slope of its weight along each axis. */
function gridGradient(b: BackwardContext, corners: readonly Corner[]): string {
  const [x, g] = [flat(b, b.x()), flat(b, b.g())];
  const seen = corners.map(({ place }) => {
    const picked = mul(b, g, b.emit('GatherElements', [x, place], { axis: 2 }));
    return b.emit('ReduceSum', [picked, b.ints([1])], { keepdims: 1 });
  });
  const along = (axis: number) => {
    const slopes = ({ taps }: Corner) => taps.map((tap, other) => (other === axis ? tap.slope : tap.weight));
    const sum = corners.map((corner, i) => product(b, [seen[i] as string, ...slopes(corner)]));
    return b.emit('Transpose', [b.emit('Sum', sum)], { perm: [0, 2, 1] });
  };
  const [, , ...spatial] = b.dims(b.x());
  const columns = spatial.map((_, axis) => along(axis)).toReversed();
  return b.emit('Reshape', [b.emit('Concat', columns, { axis: 2 }), b.emit('Shape', [b.x(1)])]);
}

/** Homogeneous coordinates (x, y, …, 1) of every place of an image, row by row. */
function baseGrid(spatial: readonly number[], align: boolean): Float32Array {
  const strides = stridesOf(spatial);
  const width = spatial.length + 1;
  return Float32Array.from({ length: elementCount(spatial) * width }, (_, flat) => {
    const [place, column] = [Math.floor(flat / width), flat % width];
    if (column === spatial.length) return 1;
    const axis = spatial.length - 1 - column;
    const length = spatial[axis] as number;
    const index = Math.floor(place / (strides[axis] as number)) % length;
    return align ? (2 * index) / Math.max(length - 1, 1) - 1 : (2 * index + 1) / length - 1;
  });
}

/** Images read at places that a grid gives (Jaderberg et al. 2015, arXiv:1506.02025), and grids of affine maps. */
export const gridSampling: Operators = {
  GridSample: {
    infer: (c) => [{ dtype: c.dtype(0), dims: [...c.dims(0).slice(0, 2), ...c.dims(1).slice(1, -1)] }],
    backward: (b) => {
      const corners = cornersOf(b);
      return [b.wanted(0) ? imageGradient(b, corners) : null, b.wanted(1) ? gridGradient(b, corners) : null];
    },
  },
  // Linear in theta: g times the places that the map was applied to.
  AffineGrid: {
    infer: (c) => {
      const [n, , ...spatial] = (c.ints(1) ?? c.fail('has no size')) as [number, number, ...number[]];
      return [{ dtype: c.dtype(0), dims: [n, ...spatial, spatial.length] }];
    },
    backward: (b) => {
      const size = toNumbers(b.constant(b.x(1)) ?? b.unsupported('has a size that is computed from the data'));
      const spatial = size.slice(2);
      const places = float32([elementCount(spatial), spatial.length + 1], baseGrid(spatial, alignsCorners(b)));
      const rows = b.emit('Reshape', [b.g(), b.ints([0, -1, spatial.length])]);
      return [b.emit('MatMul', [b.emit('Transpose', [rows], { perm: [0, 2, 1] }), b.tensor(places)])];
    },
  },
};
