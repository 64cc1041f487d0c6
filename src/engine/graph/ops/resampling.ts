import { intAttribute, stringAttribute } from '../ir/attributes';
import { toNumbers } from '../ir/numbers';
import { float32, type Tensor } from '../ir/tensor';
import { adjointAlong, identity } from './axisMap';
import type { BackwardContext, InferContext, Operators } from './definition';
import { transposed } from './linear';
import {
  changedAxes,
  commonScale,
  coordinatesOf,
  ownScales,
  type Resized,
  resizeAxes,
  resizedDims,
  scaled,
  stretches,
} from './resizeAxes';

const floats = (values: readonly number[]) => float32([values.length], Float32Array.from(values));

/**
 * The matrix of an axis whose length is rounded up to keep the aspect ratio: no scale of its own gives that length. The axis that decides
 * the scale is resized beside it, along which all numbers are the same.
 */
function besideAnother(b: BackwardContext, { index, from }: Resized): string {
  const dims = b.dims(b.x());
  const sizes = toNumbers(b.constant(b.x(3)) as Tensor);
  const other = ownScales(b.node, dims, sizes).indexOf(commonScale(b.node, dims, sizes) ?? 1);
  const width = dims[resizeAxes(b.node, dims.length)[other] as number] as number;
  const rows = b.tensor({ ...identity(from), dims: [1, from, from, 1] });
  const image = b.emit('Expand', [rows, b.ints([1, from, from, width])]);
  const target = b.ints([sizes[index] as number, sizes[other] as number]);
  const columns = b.emit('Resize', [image, '', '', target], { ...b.node.attributes, axes: [2, 3] });
  const first = b.emit('Slice', [columns, b.ints([0]), b.ints([1]), b.ints([3])]);
  return transposed(b, b.emit('Squeeze', [first, b.ints([0, 3])]));
}

/**
 * The matrix M of one axis, y = M x: what Resize itself, with the same attributes, makes of the identity matrix, so every mode and
 * coordinate rule is right by construction. It depends on constants only and is computed when the program is made.
 */
function axisMatrix(b: BackwardContext, resized: Resized): string {
  const { from, to, scale, crop } = resized;
  const { axes: _, keep_aspect_ratio_policy: __, ...attributes } = b.node.attributes;
  // A scale that is the quotient of the lengths means the same as the length, which no rounding can blur.
  const byScale = scale !== undefined && scale !== Math.fround(to / from);
  if (byScale && Math.floor(scaled(from, scale)) !== to) return besideAnother(b, resized);
  const roi = crop ? b.tensor(floats([0, 0, crop[0], 0, 1, 1, crop[1], 1])) : '';
  const target = byScale ? [roi, b.tensor(floats([1, 1, scale, 1]))] : [roi, '', b.ints([1, 1, to, from])];
  const pixels = b.tensor({ ...identity(from), dims: [1, 1, from, from] });
  // What lies outside a crop is a constant.
  const image = b.emit('Resize', [pixels, ...target], { ...attributes, extrapolation_value: 0 });
  return b.emit('Squeeze', [image, b.ints([0, 1])]);
}

/** Resize is linear and works on each axis by itself. */
function resizeBackward(b: BackwardContext): string[] {
  const given = (index: number, what: string) =>
    b.has(index)
      ? toNumbers(b.constant(b.x(index)) ?? b.unsupported(`has ${what} that are computed from the data`))
      : [];
  const scales = given(2, 'scales');
  const common = stretches(b.node) ? undefined : commonScale(b.node, b.dims(b.x()), given(3, 'sizes'));
  const crop = coordinatesOf(b.node) === 'tf_crop_and_resize' ? given(1, 'places of a crop') : [];
  const lengths = [b.dims(b.x()), b.dims(b.y())];
  const changed = changedAxes(b.node, lengths, (index) => scales[index] ?? common, crop);
  return [changed.reduce((g, resized) => adjointAlong(b, g, resized.axis, axisMatrix(b, resized)), b.g())];
}

function blockSize(c: { readonly node: InferContext['node'] }): number {
  return intAttribute(c.node, 'blocksize', 1);
}

export const resampling: Operators = {
  Resize: {
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
