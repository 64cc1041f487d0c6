import { describe, expect, it } from 'vitest';
import { float32, int64 } from '../tensor';
import { checkGradient, distinctValues, gradientOf } from '../testing/gradientCheck';

const values = (count: number, random: () => number) => distinctValues(count, random, 0.2);

const forms = [
  { axes: [2, 3], keepdims: 1 },
  { axes: [2, 3], keepdims: 0 },
  { axes: [-1], keepdims: 0 },
  { axes: [1], keepdims: 1 },
];
const linear = ['ReduceSum', 'ReduceMean'];
const others = ['ReduceMax', 'ReduceMin', 'ReduceSumSquare', 'ReduceL1', 'ReduceL2', 'ReduceLogSumExp'];

describe('reductions', () => {
  it.each([...linear, ...others].flatMap((op) => forms.map((form) => ({ op, ...form }))))(
    '$op over $axes, keepdims $keepdims',
    async ({ op, axes, keepdims }) => {
      const nodes = [{ op, inputs: ['x', 'axes'], attributes: { keepdims } }];
      const constants = { axes: int64([axes.length], axes) };
      const kind = linear.includes(op) ? 'linear' : 'smooth';
      await checkGradient({ inputs: { x: [2, 3, 4] }, constants, nodes }, { kind, values });
    },
  );

  it('leaves the value alone when there are no axes and the node says so', async () => {
    const nodes = [{ op: 'ReduceSum', inputs: ['x', 'axes'], attributes: { noop_with_empty_axes: 1 } }];
    await checkGradient({ inputs: { x: [2, 3] }, constants: { axes: int64([0], []) }, nodes }, { kind: 'linear' });
  });

  it('ReduceMax shares the gradient among ties', async () => {
    const nodes = [{ op: 'ReduceMax', inputs: ['x', 'axes'], attributes: { keepdims: 0 } }];
    const x = float32([1, 4], Float32Array.of(3, 1, 3, 2));
    const small = { inputs: { x: [4] }, constants: { axes: int64([1], [1]) }, nodes };
    const { x: gradient } = await gradientOf(small, { x }, float32([1], Float32Array.of(1)));
    expect(Array.from(gradient?.data as Float32Array)).toEqual([0.5, 0, 0.5, 0]);
  });

  it('ReduceL2 of zeros has the gradient 0', async () => {
    const nodes = [{ op: 'ReduceL2', inputs: ['x', 'axes'] }];
    const small = { inputs: { x: [3] }, constants: { axes: int64([1], [1]) }, nodes };
    const { x: gradient } = await gradientOf(
      small,
      { x: float32([1, 3], new Float32Array(3)) },
      float32([1, 1], Float32Array.of(1)),
    );
    expect(Array.from(gradient?.data as Float32Array)).toEqual([0, 0, 0]);
  });
});
