/** Kernels derived from a convolution's weight, computed once per weight. */
import { elementCount, type Tensor } from '../tensor';

const flipped = new WeakMap<Tensor, Map<number, Tensor>>();

/**
 * The kernel whose stride-1 convolution is the adjoint of a convolution with `weight` (M, C/g, …): (C, M/g, …), flipped along
 * every spatial axis, input and output channels exchanged inside each group.
 */
export function adjointKernel(weight: Tensor, groups: number): Tensor {
  const cached = flipped.get(weight)?.get(groups);
  if (cached) return cached;
  const [m = 1, inner = 1, ...kernel] = weight.dims;
  const outer = m / groups;
  const cells = elementCount(kernel);
  const source = weight.data as Float32Array;
  const data = new Float32Array(source.length);
  for (let group = 0; group < groups; group++) {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const from = ((group * outer + o) * inner + i) * cells;
        const to = ((group * inner + i) * outer + o) * cells;
        for (let cell = 0; cell < cells; cell++) data[to + cells - 1 - cell] = source[from + cell] as number;
      }
    }
  }
  const tensor: Tensor = { dtype: 'float32', dims: [inner * groups, outer, ...kernel], data };
  if (!flipped.has(weight)) flipped.set(weight, new Map());
  flipped.get(weight)?.set(groups, tensor);
  return tensor;
}
