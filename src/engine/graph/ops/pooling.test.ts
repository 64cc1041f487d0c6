import { describe, expect, it } from 'vitest';
import { float32 } from '../tensor';
import { checkGradient, distinctValues, gradientOf, type SmallNode } from '../testing/gradientCheck';

interface PoolCase {
  readonly title: string;
  readonly x: readonly number[];
  readonly attributes: SmallNode['attributes'];
}

const shared: readonly PoolCase[] = [
  { title: '2×2, stride 2', x: [2, 6, 6], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { title: '2×2, stride 2, with a rest', x: [2, 5, 7], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  {
    title: '3×3, stride 2, padding 1 (windows overlap)',
    x: [2, 6, 7],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { title: '3×3, stride 1', x: [2, 5, 5], attributes: { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] } },
  {
    title: 'asymmetric padding',
    x: [2, 5, 6],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [0, 0, 2, 1] },
  },
  { title: 'ceil_mode', x: [2, 6, 7], attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } },
  {
    title: 'ceil_mode with padding',
    x: [1, 6, 8],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  },
  {
    title: 'auto_pad SAME_UPPER',
    x: [2, 5, 6],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  { title: 'dilation', x: [2, 7, 7], attributes: { kernel_shape: [2, 3], strides: [2, 1], dilations: [2, 2] } },
  { title: 'one dimension', x: [3, 9], attributes: { kernel_shape: [3], strides: [2] } },
];

describe('MaxPool', () => {
  it.each(shared)('$title', async ({ x, attributes }) => {
    const values = (count: number, random: () => number) => distinctValues(count, random, 0.2);
    await checkGradient({ inputs: { x }, nodes: [{ op: 'MaxPool', inputs: ['x'], attributes }] }, { values });
  });

  it('gives ties to the first maximum in window order, and adds up overlapping windows', async () => {
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
});

describe('AveragePool', () => {
  const counting = shared.map((each) => ({
    ...each,
    title: `${each.title}, counting padding`,
    attributes: { ...each.attributes, count_include_pad: 1 },
  }));
  it.each([...shared, ...counting])('$title', async ({ x, attributes }) => {
    await checkGradient(
      { inputs: { x }, nodes: [{ op: 'AveragePool', inputs: ['x'], attributes }] },
      { kind: 'linear' },
    );
  });
});

describe('global pooling', () => {
  it.each([[[3, 4, 5]], [[2, 6]]])('GlobalAveragePool of %j', async (x) => {
    await checkGradient({ inputs: { x }, nodes: [{ op: 'GlobalAveragePool', inputs: ['x'] }] }, { kind: 'linear' });
  });

  it.each([[[3, 4, 5]], [[2, 6]]])('GlobalMaxPool of %j', async (x) => {
    const values = (count: number, random: () => number) => distinctValues(count, random, 0.2);
    await checkGradient({ inputs: { x }, nodes: [{ op: 'GlobalMaxPool', inputs: ['x'] }] }, { values });
  });

  it('GlobalMaxPool gives ties to the first maximum', async () => {
    const x = float32([1, 2, 2, 2], Float32Array.of(0, 3, 3, 1, 0, 0, 0, 0));
    const small = { inputs: { x: [2, 2, 2] }, nodes: [{ op: 'GlobalMaxPool', inputs: ['x'] }] };
    const { x: gradient } = await gradientOf(small, { x }, float32([1, 2, 1, 1], Float32Array.of(1, 2)));
    expect(Array.from(gradient?.data as Float32Array)).toEqual([0, 1, 0, 0, 2, 0, 0, 0]);
  });
});
