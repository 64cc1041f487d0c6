import { intAttribute, tensorAttribute } from '../ir/attributes';
import { fromNumbers, pick, toNumbers } from '../ir/numbers';
import { elementCount, int64, type Tensor } from '../ir/tensor';
import { type InferContext, noGradient, type Operators } from './definition';

/** Part of a shape that Shape's `start` and `end` choose. */
function shapePart(node: InferContext['node'], dims: readonly number[]): readonly number[] {
  return dims.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', dims.length));
}

/** Operators on sizes: what shape arithmetic begins and ends with. None carries a gradient. */
export const sizes: Operators = {
  Shape: {
    infer: (c) => [{ dtype: 'int64', dims: [shapePart(c.node, c.dims(0)).length] }],
    fold: ([x], node) => {
      const part = shapePart(node, (x as Tensor).dims);
      return [int64([part.length], part)];
    },
    backward: noGradient,
  },
  Size: {
    infer: () => [{ dtype: 'int64', dims: [] }],
    fold: ([x]) => [int64([], [elementCount((x as Tensor).dims)])],
    backward: noGradient,
  },
  ConstantOfShape: {
    infer: (c) => {
      const dtype = tensorAttribute(c.node, 'value')?.dtype ?? 'float32';
      return [{ dtype, dims: c.ints(0) ?? c.fail('has no shape') }];
    },
    fold: ([shape], node) => {
      const value = tensorAttribute(node, 'value') ?? fromNumbers('float32', [1], [0]);
      const dims = toNumbers(shape as Tensor);
      return [pick(value, dims, new Int32Array(elementCount(dims)))];
    },
    backward: noGradient,
  },
  Range: {
    infer: (c) => {
      const [start, limit, delta] = [0, 1, 2].map((index) => {
        const value = c.value(index) ?? c.fail('has a length that depends on the data');
        return toNumbers(value)[0] as number;
      }) as [number, number, number];
      if (delta === 0) c.fail('counts in steps of 0');
      return [{ dtype: c.dtype(0), dims: [Math.max(Math.ceil((limit - start) / delta), 0)] }];
    },
    fold: ([start, limit, delta]) => {
      const [from, to, step] = [start, limit, delta].map((value) => toNumbers(value as Tensor)[0]) as [
        number,
        number,
        number,
      ];
      const length = Math.max(Math.ceil((to - from) / step), 0);
      const values = Array.from({ length }, (_, index) => from + index * step);
      return [fromNumbers((start as Tensor).dtype, [length], values)];
    },
    backward: noGradient,
  },
};
