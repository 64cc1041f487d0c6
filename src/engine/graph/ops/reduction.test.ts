import { describe, expect, it } from 'vitest';
import { gradientOf } from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { float32, int64 } from '../ir/tensor';
import { reductionGrid } from './reduction.grid';

testGradients(reductionGrid);

describe('at ties and zeros', () => {
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
