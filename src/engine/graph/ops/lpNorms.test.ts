import { describe, expect, it } from 'vitest';
import {
  checkGradient,
  checkSecondOrder,
  distinctValues,
  gradientOf,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { graphOf } from '../../../../test/support/graph/smallGraph';
import { bind } from '../binding/bind';
import { toNumbers } from '../ir/numbers';
import { float32, int64 } from '../ir/tensor';

/** Nowhere near 0, where |x| has its kink. */
const values = (count: number, random: () => number) => distinctValues(count, random, 0.25);

describe('LpPool', () => {
  const windows = [
    { x: [2, 5, 4], kernel_shape: [2, 2], strides: [2, 2] },
    { x: [1, 5, 5], kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1] },
    { x: [2, 5, 6], kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' },
    { x: [2, 7], kernel_shape: [3], strides: [2] },
    { x: [1, 7, 5], kernel_shape: [2, 2], dilations: [2, 3] },
  ] as const;
  it.each(windows.flatMap((form) => [1, 2, 3].map((p) => ({ p, ...form }))))(
    'p = $p of $x, kernel $kernel_shape',
    async ({ x, p, ...rest }) => {
      const small = { inputs: { x }, nodes: [{ op: 'LpPool', inputs: ['x'], attributes: { p, ...rest } }] };
      await checkGradient(small, { values });
      await checkSecondOrder(small, { values, piecewise: p === 1 });
    },
  );

  it('has the gradient 0 where a whole window is 0', async () => {
    const nodes = [{ op: 'LpPool', inputs: ['x'], attributes: { kernel_shape: [2], strides: [2], p: 3 } }];
    const x = float32([1, 1, 4], Float32Array.of(0, 0, 3, 0));
    const { x: gradient } = await gradientOf(
      { inputs: { x: [1, 4] }, nodes },
      { x },
      float32([1, 1, 2], Float32Array.of(5, 7)),
    );
    expect(toNumbers(gradient!).map((value) => Math.round(value * 1e5) / 1e5)).toEqual([0, 0, 7, 0]);
  });
});

describe.each([1, 2])('p = %i', (p) => {
  it('GlobalLpPool', async () => {
    const small = { inputs: { x: [2, 3, 2] }, nodes: [{ op: 'GlobalLpPool', inputs: ['x'], attributes: { p } }] };
    await checkGradient(small, { values });
    await checkSecondOrder(small, { values, piecewise: p === 1 });
  });

  it.each([1, 2, -1])('LpNormalization along axis %i', async (axis) => {
    const nodes = [{ op: 'LpNormalization', inputs: ['x'], attributes: { axis, p } }];
    const small = { inputs: { x: [3, 4] }, nodes };
    await checkGradient(small, { values });
    await checkSecondOrder(small, { values, piecewise: false });
  });

  it('LpNormalization of zeros has the gradient 0', async () => {
    const nodes = [{ op: 'LpNormalization', inputs: ['x'], attributes: { p } }];
    const zeros = float32([1, 3], new Float32Array(3));
    const ones = float32([1, 3], Float32Array.of(1, 1, 1));
    const { x } = await gradientOf({ inputs: { x: [3] }, nodes }, { x: zeros }, ones);
    expect(toNumbers(x!)).toEqual([0, 0, 0]);
  });
});

describe('MaxUnpool', () => {
  it.each([
    { x: [2, 6, 4], kernel_shape: [2, 2], strides: [2, 2], shape: null },
    { x: [2, 4, 6], kernel_shape: [2, 2], strides: [2, 2], shape: [0, 2, 4, 6] },
    { x: [1, 7], kernel_shape: [3], strides: [2], shape: null },
  ])('puts the maxima of $x back, output shape $shape', async ({ x, kernel_shape, strides, shape }) => {
    const attributes = { kernel_shape, strides };
    const nodes = [
      { op: 'MaxPool', inputs: ['x'], outputs: ['top', 'at'], attributes },
      { op: 'Shape', inputs: ['x'] },
      { op: 'MaxUnpool', inputs: shape ? ['top', 'at', 'v1'] : ['top', 'at'], outputs: ['back'], attributes },
      { op: 'Mul', inputs: ['back', 'back'] },
    ];
    await checkGradient({ inputs: { x }, nodes }, { values });
    await checkSecondOrder({ inputs: { x }, nodes }, { values, piecewise: false });
  });
});

describe('MaxUnpool to a shape that its windows do not cover', () => {
  it('is refused', () => {
    const constants = { shape: int64([4], [1, 1, 5, 5]) };
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    const nodes = [
      { op: 'MaxPool', inputs: ['x'], outputs: ['top', 'at'], attributes },
      { op: 'MaxUnpool', inputs: ['top', 'at', 'shape'], attributes },
    ];
    expect(() => bind(graphOf({ inputs: { x: [1, 5, 5] }, constants, nodes }))).toThrow(
      'has the output shape [5, 5] where its windows cover [4, 4], which is not supported.',
    );
  });
});

describe('Col2Im', () => {
  const cases: readonly (Record<'image' | 'block' | 'x', number[]> & { attributes: SmallNode['attributes'] })[] = [
    { image: [5, 4], block: [2, 2], x: [8, 12], attributes: {} },
    { image: [5, 5], block: [3, 3], x: [9, 9], attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
    {
      image: [6, 5],
      block: [2, 3],
      x: [12, 2],
      attributes: { dilations: [2, 2], pads: [0, 0, 0, 0], strides: [2, 1] },
    },
    { image: [7], block: [3], x: [6, 5], attributes: {} },
  ];
  it.each(cases)('of $image in blocks of $block', async ({ image, block, x, attributes }) => {
    const constants = { image: int64([image.length], image), block: int64([block.length], block) };
    const nodes = [{ op: 'Col2Im', inputs: ['x', 'image', 'block'], attributes }];
    const small = { inputs: { x }, constants, nodes };
    await checkGradient(small, { kind: 'linear' });
    await checkSecondOrder(small, { kind: 'linear', piecewise: true });
  });
});

describe('CenterCropPad', () => {
  it.each([
    { shape: [5, 2], axes: [1, 2] },
    { shape: [2, 7], axes: [-2, -1] },
    { shape: [6], axes: [2] },
    { shape: [3, 3], axes: [2, 1] },
  ])('to $shape along $axes', async ({ shape, axes }) => {
    const nodes = [{ op: 'CenterCropPad', inputs: ['x', 'shape'], attributes: { axes } }];
    const small = { inputs: { x: [4, 5] }, constants: { shape: int64([shape.length], shape) }, nodes };
    await checkGradient(small, { kind: 'linear' });
    await checkSecondOrder(small, { kind: 'linear', piecewise: true });
  });
});
