import { intAttribute, intsAttribute, stringAttribute } from '../attributes';
import type { Node } from '../graph';
import { toNumbers } from '../numbers';
import { float32, type Tensor } from '../tensor';
import { adjointAlong } from './axisMap';
import type { Additions, BackwardContext, InferContext, Operators } from './definition';

/** Axes that a Resize may change, and the scale or size of each. */
function resizeAxes(node: InferContext['node'], rank: number): number[] {
  const axes = intsAttribute(node, 'axes') ?? Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

const coordinatesOf = (node: InferContext['node']) =>
  stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');

/** The one scale of all axes under `keep_aspect_ratio_policy`; undefined when each axis has its own. */
function commonScale(
  node: InferContext['node'],
  from: readonly number[],
  sizes?: readonly number[],
): number | undefined {
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch');
  if (!sizes || policy === 'stretch') return undefined;
  const scales = resizeAxes(node, from.length).map((axis, i) =>
    Math.fround((sizes[i] as number) / (from[axis] as number)),
  );
  return policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
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
 * onnxruntime as many as there are places. A crop that ends before the last corner means the former to both.
 */
function explicitCorners(c: InferContext, add: Additions): Node {
  const scales = scalesOf(c);
  if (coordinatesOf(c.node) !== 'align_corners' || !scales) return c.node;
  const axes = resizeAxes(c.node, c.dims(0).length);
  const lengths = axes.map((axis, index) => scaled(c.dims(0)[axis] as number, scales[index] as number));
  if (lengths.every(Number.isInteger)) return c.node;
  const ends = lengths.map((length) => (length < 2 ? 0 : (Math.floor(length) - 1) / (length - 1)));
  const roi = add.tensor(float32([2 * ends.length], Float32Array.of(...ends.map(() => 0), ...ends)));
  const attributes = { ...c.node.attributes, coordinate_transformation_mode: 'tf_crop_and_resize' };
  return { ...c.node, inputs: [c.node.inputs[0] as string, roi, ...c.node.inputs.slice(2)], attributes };
}

function identityMatrix(length: number): Tensor {
  const data = new Float32Array(length * length);
  for (let i = 0; i < length; i++) data[i * (length + 1)] = 1;
  return float32([1, 1, length, length], data);
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
  const [scales, sizes] = [given(2, 'scales'), given(3, 'sizes')];
  const common = commonScale(b.node, from, sizes);
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
      b.unsupported('rounds a length up to keep the aspect ratio');
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
    explicit: explicitCorners,
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
