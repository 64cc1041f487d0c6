import { intAttribute } from '../ir/attributes';
import { elementCount, float32, type Tensor } from '../ir/tensor';
import type { Additions, InferContext, Operators } from './definition';
import { convolutionKernel, groupsOf, type Windows, windowsOf } from './windows';

/** Where an undeformed kernel reads: (y, x) of every cell for every place of the output, [cells, 2, places]. */
function undeformed({ kernel, strides, dilations, pads }: Windows, out: readonly number[]): Tensor {
  const [cells, places] = [elementCount(kernel), elementCount(out)];
  const width = [kernel[1] as number, out[1] as number] as const;
  const at = (cell: number, place: number, axis: number) => {
    const [k, o] = [cell, place].map((flat, i) => (axis === 0 ? Math.floor(flat / width[i]!) : flat % width[i]!));
    return o! * (strides[axis] as number) - (pads[axis] as number) + k! * (dilations[axis] as number);
  };
  const data = Float32Array.from({ length: cells * 2 * places }, (_, flat) =>
    at(Math.floor(flat / (2 * places)), flat % places, Math.floor(flat / places) % 2),
  );
  return float32([cells, 2, places], data);
}

/** The grid that GridSample reads at: offsets (N·groups, cells, 2, places) in pixels made coordinates from −1 to 1, x first. */
function gridOf(c: InferContext, add: Additions, windows: Windows): string {
  const [, , ...size] = c.dims(0) as [number, number, number, number];
  const out = c.dims(2).slice(2);
  const perAxis = (value: (length: number) => number) => add.tensor(float32([2, 1], Float32Array.from(size, value)));
  const shape = [-1, elementCount(windows.kernel), 2, elementCount(out)];
  const offsets = add.emit('Reshape', [c.node.inputs[2] as string, add.ints(shape)]);
  const pixels = add.emit('Add', [offsets, add.tensor(undeformed(windows, out))]);
  const scaled = add.emit('Mul', [pixels, perAxis((length) => 2 / length)]);
  const coordinates = add.emit('Add', [scaled, perAxis((length) => 1 / length - 1)]);
  const turned = add.emit('Transpose', [coordinates], { perm: [0, 1, 3, 2] });
  return add.emit('Gather', [turned, add.ints([1, 0])], { axis: -1 });
}

/** The image wherever the deformed kernels read, masked: (N·offset groups, channels, cells, places). */
function samples(c: InferContext, add: Additions, windows: Windows): string {
  const [x, , , , mask = ''] = c.node.inputs as [string];
  const [, channels, height, width] = c.dims(0) as [number, number, number, number];
  const deformed = channels / intAttribute(c.node, 'offset_group', 1);
  const images = add.emit('Reshape', [x, add.ints([-1, deformed, height, width])]);
  const read = add.emit('GridSample', [images, gridOf(c, add, windows)], { mode: 'linear' });
  if (mask === '') return read;
  const shape = [-1, 1, elementCount(windows.kernel), elementCount(c.dims(2).slice(2))];
  return add.emit('Mul', [read, add.emit('Reshape', [mask, add.ints(shape)])]);
}

/** Samples of the image times the weights. */
function explicitDeformable(c: InferContext, add: Additions) {
  const [, w, , bias = ''] = c.node.inputs as [string, string];
  if (c.dims(1).length !== 4) return c.fail('is no convolution of images');
  const [outputs, ...inner] = c.dims(1) as [number, ...number[]];
  const [groups, out] = [groupsOf(c.node), c.dims(2).slice(2)];
  const reshape = (value: string, shape: readonly number[]) => add.emit('Reshape', [value, add.ints(shape)]);
  const rows = reshape(w, [groups, outputs / groups, elementCount(inner)]);
  const seen = samples(c, add, windowsOf(c.node, convolutionKernel(c.node, c.dims(1))));
  const product = add.emit('MatMul', [rows, reshape(seen, [-1, groups, elementCount(inner), elementCount(out)])]);
  const biased = bias === '' ? product : add.emit('Add', [product, reshape(bias, [groups, outputs / groups, 1])]);
  return { ...c.node, op: 'Reshape', inputs: [biased, add.ints([-1, outputs, ...out])], attributes: {} };
}

/** Deformable convolution (Dai et al. 2017, arXiv:1703.06211; with a mask Zhu et al. 2018, arXiv:1811.11168). */
export const deformableConvolution: Operators = {
  DeformConv: {
    explicit: explicitDeformable,
    infer: (c) => [
      { dtype: c.dtype(0), dims: [c.dims(0)[0] as number, c.dims(1)[0] as number, ...c.dims(2).slice(2)] },
    ],
  },
};
