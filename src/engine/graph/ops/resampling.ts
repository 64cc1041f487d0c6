import { intAttribute, intsAttribute, stringAttribute } from '../attributes';
import { toNumbers } from '../numbers';
import { float32, type Tensor } from '../tensor';
import { adjointAlong } from './axisMap';
import type { BackwardContext, InferContext, Operators } from './definition';

/** Axes that a Resize may change, and the scale or size of each. */
function resizeAxes(node: InferContext['node'], rank: number): number[] {
  const axes = intsAttribute(node, 'axes') ?? Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

function resizedDims(c: InferContext): number[] {
  const dims = [...c.dims(0)];
  if (stringAttribute(c.node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch') {
    c.fail('keeps the aspect ratio by a policy that is not supported');
  }
  const sizes = c.has(3) ? c.ints(3) : undefined;
  const value = c.has(2) ? (c.value(2) ?? c.fail('has scales that depend on the data')) : undefined;
  const scales = value && toNumbers(value);
  // The product is rounded to float32 as the runtime does it: 5 · 1.4 is 7.
  resizeAxes(c.node, dims.length).forEach((axis, index) => {
    dims[axis] = sizes?.[index] ?? Math.floor(Math.fround((dims[axis] as number) * (scales?.[index] ?? 1)));
  });
  return dims;
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
  const { axes: _, ...attributes } = b.node.attributes;
  if (stringAttribute(b.node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize') {
    b.unsupported('has no gradient in the mode tf_crop_and_resize');
  }
  const scales = b.has(2)
    ? toNumbers(b.constant(b.x(2)) ?? b.unsupported('has scales that are computed from the data'))
    : [];
  const gradient = resizeAxes(b.node, from.length).reduce((g, axis, index) => {
    const [length, resized] = [from[axis] as number, to[axis] as number];
    const scale = scales[index];
    if (length === resized && (scale === undefined || scale === 1)) return g;
    // A scale that is the quotient of the lengths means the same as the length, which no rounding can blur.
    const byScale = scale !== undefined && scale !== Math.fround(resized / length);
    const target = byScale
      ? ['', b.tensor(float32([4], Float32Array.of(1, 1, scale, 1)))]
      : ['', '', b.ints([1, 1, resized, length])];
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
  SpaceToDepth: {
    infer: (c) => {
      const [n, channels, height, width] = c.dims(0) as [number, number, number, number];
      const size = blockSize(c);
      return [{ dtype: c.dtype(0), dims: [n, channels * size ** 2, height / size, width / size] }];
    },
    backward: (b) => [b.emit('DepthToSpace', [b.g()], { blocksize: blockSize(b), mode: 'DCR' })],
  },
};
