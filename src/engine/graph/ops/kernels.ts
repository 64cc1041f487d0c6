import type { BackwardContext } from './definition';

/**
 * The kernel whose stride-1 convolution is the adjoint of a convolution with the weight `w` (M, C/g, …): (C, M/g, …), flipped along every
 * spatial axis, input and output channels exchanged inside each group. Nodes on the weight alone: the runtime computes them once, when it
 * compiles, so that neither the kernel is held here nor a second one in the file that the weight lies in.
 */
export function adjointKernel(b: BackwardContext, w: string, groups: number): string {
  const [m = 1, inner = 1, ...kernel] = b.dims(w);
  const axes = kernel.map((_, index) => index + 2);
  const backwards = kernel.map(() => -1);
  const beyond = kernel.map((length) => -length - 1);
  const turns = kernel.some((length) => length > 1);
  const flipped = turns ? b.emit('Slice', [w, ...[backwards, beyond, axes, backwards].map((each) => b.ints(each))]) : w;
  if (inner === 1 && m === groups) return flipped;
  if (groups === 1) return b.emit('Transpose', [flipped], { perm: [1, 0, ...axes] });
  const split = b.emit('Reshape', [flipped, b.ints([groups, m / groups, inner, ...kernel])]);
  const swapped = b.emit('Transpose', [split], { perm: [0, 2, 1, ...axes.map((axis) => axis + 1)] });
  return b.emit('Reshape', [swapped, b.ints([inner * groups, m / groups, ...kernel])]);
}
