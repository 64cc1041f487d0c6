import { describe, it } from 'vitest';
import { checkGradient, randomTensor } from '../testing/gradientCheck';

const gemms = [0, 1].flatMap((transB) => [
  { transB, alpha: 1, beta: 1 },
  { transB, alpha: 0.5, beta: 2 },
]);

describe('Gemm', () => {
  it.each(gemms)('with weights and bias, %j', async (attributes) => {
    const constants = { w: randomTensor(attributes.transB ? [4, 5] : [5, 4], 2), c: randomTensor([4], 3) };
    await checkGradient(
      { inputs: { x: [5] }, constants, nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'c'], attributes }] },
      { kind: 'linear' },
    );
  });

  it('with the activation transposed', async () => {
    // y = op(W)·op(xᵀ): x is the second operand, the result is turned back so that the batch comes first.
    const constants = { w: randomTensor([5, 4], 2) };
    const nodes = [
      { op: 'Gemm', inputs: ['w', 'x'], attributes: { transA: 1, transB: 1 } },
      { op: 'Transpose', inputs: ['v0'], attributes: { perm: [1, 0] } },
    ] as const;
    await checkGradient({ inputs: { x: [5] }, constants, nodes }, { kind: 'linear' });
  });

  it('with transA', async () => {
    const constants = { w: randomTensor([5, 4], 2) };
    const nodes = [
      { op: 'Transpose', inputs: ['x'], attributes: { perm: [1, 0] } },
      { op: 'Gemm', inputs: ['v0', 'w'], attributes: { transA: 1 } },
    ] as const;
    await checkGradient({ inputs: { x: [5] }, constants, nodes }, { kind: 'linear' });
  });

  it('with a bias that depends on the input', async () => {
    const constants = { w: randomTensor([5, 4], 2) };
    const nodes = [{ op: 'Gemm', inputs: ['x', 'w', 'c'], attributes: { beta: 0.5 } }];
    await checkGradient({ inputs: { x: [5], c: [4] }, constants, nodes }, { kind: 'linear' });
  });
});

describe('MatMul', () => {
  it.each([
    { x: [3, 4], w: [4, 5] },
    { x: [2, 3, 4], w: [4, 5] },
    { x: [2, 3, 4], w: [1, 2, 4, 5] },
    { x: [3, 4], w: [4] },
    { x: [4], w: [4, 2] },
  ])('of the input $x and weights $w', async ({ x, w }) => {
    await checkGradient(
      { inputs: { x }, constants: { w: randomTensor(w, 2) }, nodes: [{ op: 'MatMul', inputs: ['x', 'w'] }] },
      { kind: 'linear' },
    );
  });

  it('of weights and the input', async () => {
    await checkGradient(
      {
        inputs: { x: [4, 3] },
        constants: { w: randomTensor([2, 4], 2) },
        nodes: [{ op: 'MatMul', inputs: ['w', 'x'] }],
      },
      { kind: 'linear' },
    );
  });

  it.each([
    { a: [2, 3, 4], b: [2, 4, 5] },
    { a: [1, 3, 4], b: [2, 4, 5] },
    { a: [3, 4], b: [4, 3] },
  ])('of two values that depend on the input: $a and $b', async ({ a, b }) => {
    await checkGradient({ inputs: { a, b }, nodes: [{ op: 'MatMul', inputs: ['a', 'b'] }] });
  });
});
