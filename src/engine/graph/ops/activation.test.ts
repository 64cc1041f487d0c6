import { describe, expect, it } from 'vitest';
import { float32 } from '../tensor';
import { checkGradient, distinctValues, gradientOf, randomTensor, type SmallNode } from '../testing/gradientCheck';

/** Kinks at 0, ±1, ±3, 6 stay out of reach of the differences: values are odd multiples of 0.25 / 2. */
const values = (count: number, random: () => number) => distinctValues(count, random, 0.25);

const shape = [2, 5, 6];
const scalar = (value: number) => float32([], Float32Array.of(value));

const smooth: readonly SmallNode[] = [
  { op: 'Relu', inputs: ['x'] },
  { op: 'LeakyRelu', inputs: ['x'], attributes: { alpha: 0.2 } },
  { op: 'Elu', inputs: ['x'], attributes: { alpha: 1.5 } },
  { op: 'Selu', inputs: ['x'] },
  { op: 'Celu', inputs: ['x'], attributes: { alpha: 0.7 } },
  { op: 'ThresholdedRelu', inputs: ['x'], attributes: { alpha: 1 } },
  { op: 'Sigmoid', inputs: ['x'] },
  { op: 'Tanh', inputs: ['x'] },
  { op: 'HardSigmoid', inputs: ['x'], attributes: { alpha: 0.2, beta: 0.5 } },
  { op: 'HardSwish', inputs: ['x'] },
  { op: 'Erf', inputs: ['x'] },
  { op: 'Gelu', inputs: ['x'] },
  { op: 'Gelu', inputs: ['x'], attributes: { approximate: 'tanh' } },
  { op: 'Mish', inputs: ['x'] },
  { op: 'Softplus', inputs: ['x'] },
  { op: 'Softsign', inputs: ['x'] },
  { op: 'Clip', inputs: ['x', 'zero', 'six'] },
  { op: 'Clip', inputs: ['x', 'minusOne', 'six'] },
  { op: 'Clip', inputs: ['x', '', 'six'] },
  { op: 'Clip', inputs: ['x', 'zero'] },
  { op: 'Clip', inputs: ['x'] },
  { op: 'PRelu', inputs: ['x', 'slope'] },
];

describe('activations', () => {
  const constants = { zero: scalar(0), six: scalar(6), minusOne: scalar(-1), slope: randomTensor([2, 1, 1], 5) };
  it.each(
    smooth.map((node) => ({ node, title: `${node.op}(${node.inputs}) ${JSON.stringify(node.attributes ?? {})}` })),
  )('$title', async ({ node }) => {
    const used = Object.fromEntries(Object.entries(constants).filter(([name]) => node.inputs.includes(name)));
    // Selu's slope jumps by a factor; only its smooth parts are within reach of the stencil.
    await checkGradient({ inputs: { x: shape }, constants: used, nodes: [node] }, { values });
  });

  it('PRelu with slopes that depend on the input', async () => {
    const nodes: SmallNode[] = [
      { op: 'Sigmoid', inputs: ['a'] },
      { op: 'PRelu', inputs: ['x', 'v0'] },
    ];
    await checkGradient({ inputs: { x: [2, 3, 3], a: [2, 1, 1] }, nodes }, { values });
  });

  it('shuts the gradient at the kinks of Relu and at both bounds of Relu6', async () => {
    const x = float32([1, 5], Float32Array.of(-1, 0, 3, 6, 7));
    const ones = float32([1, 5], new Float32Array(5).fill(1));
    const relu = await gradientOf({ inputs: { x: [5] }, nodes: [{ op: 'Relu', inputs: ['x'] }] }, { x }, ones);
    expect(Array.from(relu['x']?.data as Float32Array)).toEqual([0, 0, 1, 1, 1]);
    const six = { inputs: { x: [5] }, constants, nodes: [{ op: 'Clip', inputs: ['x', 'zero', 'six'] }] };
    const clip = await gradientOf(six, { x }, ones);
    expect(Array.from(clip['x']?.data as Float32Array)).toEqual([0, 0, 1, 0, 0]);
  });
});

describe('softmax', () => {
  it.each(['Softmax', 'LogSoftmax'].flatMap((op) => [-1, 1, 2].map((axis) => ({ op, axis }))))(
    '$op over axis $axis',
    async ({ op, axis }) => {
      await checkGradient({ inputs: { x: [3, 4] }, nodes: [{ op, inputs: ['x'], attributes: { axis } }] });
    },
  );
});
