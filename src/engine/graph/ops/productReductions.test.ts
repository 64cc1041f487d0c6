import { describe, expect, it } from 'vitest';
import { checkGradient, checkSecondOrder, gradientOf } from '../../../../test/support/graph/gradientCheck';
import { float32, int64 } from '../ir/tensor';

const values = (count: number, random: () => number) =>
  Float32Array.from({ length: count }, () => 0.5 + 1.5 * random());

describe('ReduceProd and ReduceLogSum', () => {
  const forms = [
    { axes: [2, 3], keepdims: 1 },
    { axes: [1, 3], keepdims: 0 },
    { axes: [-1], keepdims: 0 },
  ];
  it.each(['ReduceProd', 'ReduceLogSum'].flatMap((op) => forms.map((form) => ({ op, ...form }))))(
    '$op over $axes, keepdims $keepdims',
    async ({ op, axes, keepdims }) => {
      const nodes = [{ op, inputs: ['x', 'axes'], attributes: { keepdims } }];
      const small = { inputs: { x: [2, 2, 3] }, constants: { axes: int64([axes.length], axes) }, nodes };
      await checkGradient(small, { values, step: 0.01 });
      await checkSecondOrder(small, { values, step: 0.01, piecewise: false });
    },
  );

  it('ReduceProd gives a lone 0 the product of the others, and two of them nothing', async () => {
    const nodes = [{ op: 'ReduceProd', inputs: ['x', 'axes'], attributes: { keepdims: 0 } }];
    const small = { inputs: { x: [3, 3] }, constants: { axes: int64([1], [2]) }, nodes };
    const x = float32([1, 3, 3], Float32Array.of(2, 0, 3, 0, 5, 0, 2, 3, 4));
    const { x: gradient } = await gradientOf(small, { x }, float32([1, 3], Float32Array.of(1, 1, 1)));
    expect(Array.from(gradient?.data as Float32Array)).toEqual([0, 6, 0, 0, 0, 0, 12, 8, 6]);
  });
});

it('Shrink', async () => {
  // Multiples of 0.3 shifted by 0.15: none within reach of ±0.6.
  const apart = (count: number) => Float32Array.from({ length: count }, (_, index) => (index - 5) * 0.3 + 0.15);
  const nodes = [{ op: 'Shrink', inputs: ['x'], attributes: { lambd: 0.6, bias: 0.25 } }];
  await checkGradient({ inputs: { x: [12] }, nodes }, { values: apart });
});
