import { describe, expect, it } from 'vitest';
import { gradientOf } from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { float32 } from '../ir/tensor';
import { poolingGrid } from './pooling.grid';

testGradients(poolingGrid);

describe('ties', () => {
  it('MaxPool gives them to the first maximum in window order, and adds up overlapping windows', async () => {
    const x = float32([1, 1, 1, 5], Float32Array.of(0, 0, 1, 1, 0));
    const small = {
      inputs: { x: [1, 1, 5] },
      nodes: [{ op: 'MaxPool', inputs: ['x'], attributes: { kernel_shape: [1, 3] } }],
    };
    const { x: gradient } = await gradientOf(small, { x }, float32([1, 1, 1, 3], Float32Array.of(1, 10, 100)));
    expect(Array.from(gradient?.data as Float32Array)).toEqual([0, 0, 111, 0, 0]);
    const zeros = float32([1, 1, 1, 5], new Float32Array(5));
    const { x: tied } = await gradientOf(small, { x: zeros }, float32([1, 1, 1, 3], Float32Array.of(1, 10, 100)));
    expect(Array.from(tied?.data as Float32Array)).toEqual([1, 10, 100, 0, 0]);
  });

  it('GlobalMaxPool gives ties to the first maximum', async () => {
    const x = float32([1, 2, 2, 2], Float32Array.of(0, 3, 3, 1, 0, 0, 0, 0));
    const small = { inputs: { x: [2, 2, 2] }, nodes: [{ op: 'GlobalMaxPool', inputs: ['x'] }] };
    const { x: gradient } = await gradientOf(small, { x }, float32([1, 2, 1, 1], Float32Array.of(1, 2)));
    expect(Array.from(gradient?.data as Float32Array)).toEqual([0, 1, 0, 0, 2, 0, 0, 0]);
  });
});
