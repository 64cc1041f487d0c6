import { intAttribute, intsAttribute, stringAttribute } from '../attributes';
import type { Node } from '../graph';
import { toNumbers } from '../numbers';
import { elementCount, float32, type Tensor } from '../tensor';
import { adjointAlong } from './axisMap';
import type { Additions, BackwardContext, InferContext, Operators } from './definition';
import { transposed } from './linear';

/** Axes that a Resize may change, and the scale or size of each. */
function resizeAxes(node: InferContext['node'], rank: number): number[] {
  const axes = intsAttribute(node, 'axes') ?? Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

const coordinatesOf = (node: InferContext['node']) =>
  stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');

const stretches = (node: InferContext['node']) =>
  stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch';

/** The one scale of all axes under `keep_aspect_ratio_policy`; undefined when each axis has its own. */
function commonScale(
  node: InferContext['node'],
  from: readonly number[],
  sizes?: readonly number[],
): number | undefined {
  if (!sizes || stretches(node)) return undefined;
  const scales = resizeAxes(node, from.length).map((axis, i) =>
    Math.fround((sizes[i] as number) / (from[axis] as number)),
  );
  return stringAttribute(node, 'keep_aspect_ratio_policy', '') === 'not_larger'
    ? Math.min(...scales)
    : Math.max(...scales);
}

/** Products of lengths and scales are rounded to float32 as the runtime does it: 5 · 1.4 is 7. */
const scaled = (length: number, scale: number) => Math.fround(length * scale);

function scalesOf(c: InferContext): readonly number[] | undefined {
  return c.has(2) ? toNumbers(c.value(2) ?? c.fail('has scales that depend on the data')) : undefined;
}

function resizedDims(c: InferContext): number[] {
  const dims = [...c.dims(0)];
  const sizes = c.has(3) ? c.ints(3) : undefined;
  const common = commonScale(c.node, dims, sizes);
  const scales = scalesOf(c);
  resizeAxes(c.node, dims.length).forEach((axis, index) => {
    const length = dims[axis] as number;
    if (common !== undefined) dims[axis] = Math.round(scaled(length, common));
    else dims[axis] = sizes?.[index] ?? Math.floor(scaled(length, scales?.[index] ?? 1));
  });
  return dims;
}

/**
 * `align_corners` with a scale that gives no whole length: by ONNX the last place lies (length·scale − 1) steps from the first, by
 * onnxruntime as many as there are places. A crop that ends before the last corner means the former to both. Null elsewhere.
 */
function cornerEnds(c: InferContext): number[] | null {
  const scales = scalesOf(c);
  if (coordinatesOf(c.node) !== 'align_corners' || !scales) return null;
  const axes = resizeAxes(c.node, c.dims(0).length);
  const lengths = axes.map((axis, index) => scaled(c.dims(0)[axis] as number, scales[index] as number));
  if (lengths.every(Number.isInteger)) return null;
  return lengths.map((length) => (length < 2 ? 0 : (Math.floor(length) - 1) / (length - 1)));
}

/** What onnxruntime resizes at once: the last two axes of pictures, in linear mode also the last three of volumes and all of fewer axes. */
function runsAtOnce(mode: string, rank: number, axes: readonly number[]): boolean {
  if (mode === 'nearest' || axes.length === 0) return true;
  if (mode === 'linear' && rank < 4) return true;
  return (rank === 4 || (mode === 'linear' && rank === 5)) && axes.every((axis) => axis >= 2);
}

/** One axis and what becomes of it: places from `start` to `end` of its extent, by a scale or to a length. */
interface Resized {
  readonly axis: number;
  readonly length: number;
  readonly scale?: number;
  readonly crop?: readonly [number, number];
}

const floats = (add: Additions, values: readonly number[]) =>
  add.tensor(float32([values.length], Float32Array.from(values)));

/** One axis after the other, each as the height of a picture: every mode works on each axis by itself. */
function oneByOne(c: InferContext, add: Additions, axes: readonly Resized[], attributes: Node['attributes']): Node {
  const dims = [...c.dims(0)];
  const reshape = (x: string, sizes: readonly number[]) => [x, add.ints([-1, ...sizes])] as const;
  const inputs = axes.reduce<readonly string[]>(
    ([x, shape], { axis, length, scale, crop }) => {
      const whole = shape ? add.emit('Reshape', [x as string, shape]) : (x as string);
      const column = [1, dims[axis] as number, elementCount(dims.slice(axis + 1))];
      const target = scale === undefined ? ['', add.ints([length])] : [floats(add, [scale])];
      const operands = [add.emit('Reshape', reshape(whole, column)), crop ? floats(add, crop) : '', ...target];
      dims[axis] = length;
      return reshape(add.emit('Resize', operands, { ...attributes, axes: [2] }), dims.slice(1));
    },
    [c.node.inputs[0] as string],
  );
  return { ...c.node, op: 'Reshape', inputs, attributes: {} };
}

function explicitResize(c: InferContext, add: Additions): Node {
  const [from, to, scales] = [c.dims(0), resizedDims(c), scalesOf(c)];
  const axes = resizeAxes(c.node, from.length);
  const ends = cornerEnds(c);
  const crops = c.has(1) && coordinatesOf(c.node) === 'tf_crop_and_resize';
  const roi = crops ? toNumbers(c.value(1) ?? c.fail('has a crop that depends on the data')) : [];
  const crop = ends ? [...ends.map(() => 0), ...ends] : roi;
  const coordinate_transformation_mode = ends ? 'tf_crop_and_resize' : coordinatesOf(c.node);
  const attributes = { ...c.node.attributes, coordinate_transformation_mode };
  const changed = axes.flatMap((axis, i): Resized[] => {
    const own = crop.length > 0 ? ([crop[i] as number, crop[i + axes.length] as number] as const) : undefined;
    const same = from[axis] === to[axis] && (own?.[0] ?? 0) === 0 && (own?.[1] ?? 1) === 1;
    return same ? [] : [{ axis, length: to[axis] as number, scale: scales?.[i], crop: own }];
  });
  const moved = changed.map(({ axis }) => axis);
  const atOnce = runsAtOnce(stringAttribute(c.node, 'mode', 'nearest'), from.length, moved) || moved.includes(0);
  if (!atOnce) return oneByOne(c, add, changed, attributes);
  return ends ? { ...c.node, inputs: c.node.inputs.with(1, floats(add, crop)), attributes } : c.node;
}

function identityMatrix(length: number): Tensor {
  const data = new Float32Array(length * length);
  for (let i = 0; i < length; i++) data[i * (length + 1)] = 1;
  return float32([1, 1, length, length], data);
}

/**
 * The matrix of an axis whose length is rounded up to keep the aspect ratio: no scale of its own gives that length. The axis that decides
 * the scale is resized beside it, along which all numbers are the same.
 */
function besideAnother(b: BackwardContext, index: number): string {
  const from = b.dims(b.x());
  const sizes = toNumbers(b.constant(b.x(3)) as Tensor);
  const axes = resizeAxes(b.node, from.length);
  const common = commonScale(b.node, from, sizes);
  const own = axes.map((axis, i) => Math.fround((sizes[i] as number) / (from[axis] as number)));
  const other = own.indexOf(common ?? 1);
  const [length, width] = [from[axes[index] as number] as number, from[axes[other] as number] as number];
  const data = Float32Array.from({ length: length ** 2 * width }, (_, i) =>
    Math.floor(i / width) % (length + 1) === 0 ? 1 : 0,
  );
  const image = b.tensor(float32([1, length, length, width], data));
  const target = b.ints([sizes[index] as number, sizes[other] as number]);
  const columns = b.emit('Resize', [image, '', '', target], { ...b.node.attributes, axes: [2, 3] });
  const first = b.emit('Slice', [columns, b.ints([0]), b.ints([1]), b.ints([3])]);
  return transposed(b, b.emit('Squeeze', [first, b.ints([0, 3])]));
}

/**
 * Resize is linear and works on each axis by itself: y = M x. The matrix M of an axis is what Resize itself, with the same attributes,
 * makes of the identity matrix, so every mode and coordinate rule is right by construction; it depends on constants only and is
 * computed when the program is made.
 */
function resizeBackward(b: BackwardContext): string[] {
  const [from, to] = [b.dims(b.x()), b.dims(b.y())];
  const { axes: _, keep_aspect_ratio_policy: __, ...rest } = b.node.attributes;
  // What lies outside a crop is a constant.
  const attributes = { ...rest, extrapolation_value: 0 };
  const given = (index: number, what: string) =>
    b.has(index)
      ? toNumbers(b.constant(b.x(index)) ?? b.unsupported(`has ${what} that are computed from the data`))
      : [];
  const scales = given(2, 'scales');
  const common = stretches(b.node) ? undefined : commonScale(b.node, from, given(3, 'sizes'));
  const axes = resizeAxes(b.node, from.length);
  const crop = coordinatesOf(b.node) === 'tf_crop_and_resize' ? given(1, 'a crop') : [];
  const gradient = axes.reduce((g, axis, index) => {
    const [length, resized] = [from[axis] as number, to[axis] as number];
    const [start = 0, end = 1] = [crop[index], crop[index + axes.length]];
    const scale = scales[index] ?? common;
    if (length === resized && start === 0 && end === 1 && (scale === undefined || scale === 1)) return g;
    // A scale that is the quotient of the lengths means the same as the length, which no rounding can blur.
    const byScale = scale !== undefined && scale !== Math.fround(resized / length);
    if (byScale && Math.floor(scaled(length, scale)) !== resized)
      return adjointAlong(b, g, axis, besideAnother(b, index));
    const roi = crop.length > 0 ? b.tensor(float32([8], Float32Array.of(0, 0, start, 0, 1, 1, end, 1))) : '';
    const target = byScale
      ? [roi, b.tensor(float32([4], Float32Array.of(1, 1, scale, 1)))]
      : [roi, '', b.ints([1, 1, resized, length])];
    const image = b.emit('Resize', [b.tensor(identityMatrix(length)), ...target], attributes);
    return adjointAlong(b, g, axis, b.emit('Squeeze', [image, b.ints([0, 1])]));
  }, b.g());
  return [gradient];
}

function blockSize(c: { readonly node: InferContext['node'] }): number {
  return intAttribute(c.node, 'blocksize', 1);
}

export const resampling: Operators = {
  Resize: {
    explicit: explicitResize,
    infer: (c) => [{ dtype: c.dtype(0), dims: resizedDims(c) }],
    backward: resizeBackward,
  },

  DepthToSpace: {
    infer: (c) => {
      const [n, channels, height, width] = c.dims(0) as [number, number, number, number];
      const size = blockSize(c);
      return [{ dtype: c.dtype(0), dims: [n, channels / size ** 2, height * size, width * size] }];
    },
    backward: (b) => {
      const blocksize = blockSize(b);
      if (stringAttribute(b.node, 'mode', 'DCR') === 'DCR') return [b.emit('SpaceToDepth', [b.g()], { blocksize })];
      const [, channels, height, width] = b.dims(b.y()) as [number, number, number, number];
      const blocks = [0, channels, height / blocksize, blocksize, width / blocksize, blocksize];
      const cells = b.emit('Transpose', [b.emit('Reshape', [b.g(), b.ints(blocks)])], { perm: [0, 1, 3, 5, 2, 4] });
      return [b.emit('Reshape', [cells, b.emit('Shape', [b.x()])])];
    },
  },
  // Opset 28 has the order of DepthToSpace's mode CRD too: channels before the cells of a block.
  SpaceToDepth: {
    explicit: (c, add) => {
      const { mode, ...attributes } = c.node.attributes;
      if (mode !== 'CRD') return { ...c.node, attributes };
      const [, channels, height, width] = c.dims(0) as [number, number, number, number];
      const size = blockSize(c);
      const blocks = [0, channels, height / size, size, width / size, size];
      const split = add.emit('Reshape', [c.node.inputs[0] as string, add.ints(blocks)]);
      const cells = add.emit('Transpose', [split], { perm: [0, 1, 3, 5, 2, 4] });
      const target = add.ints([0, channels * size ** 2, height / size, width / size]);
      return { ...c.node, op: 'Reshape', inputs: [cells, target], attributes: {} };
    },
    infer: (c) => {
      const [n, channels, height, width] = c.dims(0) as [number, number, number, number];
      const size = blockSize(c);
      return [{ dtype: c.dtype(0), dims: [n, channels * size ** 2, height / size, width / size] }];
    },
    backward: (b) => [b.emit('DepthToSpace', [b.g()], { blocksize: blockSize(b), mode: 'DCR' })],
  },
};
