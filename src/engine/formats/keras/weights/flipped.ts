import type { Tensor } from '../../../graph/ir/tensor';
import { derivedTensor } from '../../kit/tensors/derivedTensor';
import { type NumericData, type NumericDType, newArray } from '../../kit/tensors/elements';

/** A kernel, height × width × …, turned by 180°. */
export function flipped(kernel: Tensor): Tensor {
  const [height = 1, width = 1, ...others] = kernel.dims;
  const dtype = kernel.dtype as NumericDType;
  return derivedTensor(dtype, kernel.dims, () => {
    const from = kernel.data as NumericData;
    const to = newArray(dtype, from.length);
    const cell = others.reduce((product, length) => product * length, 1);
    for (let place = 0; place < height * width; place++) {
      const other = height * width - 1 - place;
      to.set(from.subarray(other * cell, (other + 1) * cell) as never, place * cell);
    }
    return to;
  });
}
