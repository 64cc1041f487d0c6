/** Gradients of convolutions with respect to weights and biases, for weights that are computed. */
import { elementCount } from '../ir/tensor';
import type { BackwardContext } from './definition';
import type { Windows } from './windows';

/** The gradient of input `index`, a number per channel (C), from one that has it at every place (N, C, …); null when it is not wanted. */
export function toChannels(b: BackwardContext, index: number, g: () => string): string | null {
  if (!b.wanted(index)) return null;
  const everywhere = g();
  const axes = b.dims(everywhere).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return b.emit('ReduceSum', [everywhere, b.ints(axes)], { keepdims: 0 });
}

/** As many places of the spatial axes as `lengths` says, from the first. */
export function firstPlaces(b: BackwardContext, value: string, lengths: readonly number[]): string {
  if (elementCount(b.dims(value).slice(2)) === elementCount(lengths)) return value;
  const [begins, axes] = [lengths.map(() => 0), lengths.map((_, axis) => axis + 2)];
  return b.emit('Slice', [value, b.ints(begins), b.ints(lengths), b.ints(axes)]);
}

/** Channels first, then the batch, each group's channels beside the batch: (N, G·C, …) → (C, G·N, …). */
function channelsFirst(b: BackwardContext, x: string, groups: number): string {
  const [, channels = 1, ...spatial] = b.dims(x);
  const axes = spatial.map((_, axis) => axis);
  if (groups === 1) return b.emit('Transpose', [x], { perm: [1, 0, ...axes.map((axis) => axis + 2)] });
  const split = b.emit('Reshape', [x, b.ints([0, groups, channels / groups, ...spatial])]);
  const moved = b.emit('Transpose', [split], { perm: [2, 1, 0, ...axes.map((axis) => axis + 3)] });
  return b.emit('Reshape', [moved, b.ints([channels / groups, -1, ...spatial])]);
}

/**
 * Gradient of Conv(x, W) = y with respect to W (M, C/groups, …): a convolution of x with gy, in which channels and batch change places,
 * and strides and dilations too. What a strided window left uncovered at the end gives places beyond the kernel, which are cut off.
 */
export function weightGradient(b: BackwardContext, x: string, gy: string, windows: Windows, groups: number): string {
  const { kernel, strides, dilations, pads } = windows;
  const swapped = { kernel_shape: b.dims(gy).slice(2), strides: dilations, dilations: strides, pads, group: groups };
  const all = b.emit('Conv', [channelsFirst(b, x, groups), channelsFirst(b, gy, 1)], swapped);
  const axes = kernel.map((_, axis) => axis + 2);
  return b.emit('Transpose', [firstPlaces(b, all, kernel)], { perm: [1, 0, ...axes] });
}
