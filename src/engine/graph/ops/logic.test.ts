import { describe, expect, it } from 'vitest';
import {
  checkGradient,
  distinctValues,
  gradientOf,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { float32 } from '../ir/tensor';
import { logicGrid } from './logic.grid';

const values = (count: number, random: () => number) => distinctValues(count, random, 0.3);

testGradients(logicGrid);

describe('truth values', () => {
  it('comparisons carry no gradient, and their cast to a number none either', async () => {
    const constants = { half: float32([], Float32Array.of(0.6)) };
    const nodes: SmallNode[] = [
      { op: 'Greater', inputs: ['x', 'half'] },
      { op: 'Cast', inputs: ['v0'], attributes: { to: 1 } },
      { op: 'Mul', inputs: ['v1', 'x'] },
    ];
    await checkGradient({ inputs: { x: [7] }, constants, nodes }, { values });
  });

  it('a value that reaches the result through truth values only has a gradient of zeros', async () => {
    const nodes: SmallNode[] = [
      { op: 'Equal', inputs: ['x', 'x'] },
      { op: 'Cast', inputs: ['v0'], attributes: { to: 1 } },
    ];
    const x = float32([2, 3], new Float32Array(6));
    const { x: gradient } = await gradientOf({ inputs: { x: [3] }, nodes }, { x }, x);
    expect(gradient?.dims).toEqual([2, 3]);
    expect(Array.from(gradient?.data as Float32Array)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
