import { describe, expect, it } from 'vitest';
import {
  checkGradient,
  checkSecondOrder,
  distinctValues,
  gradientOf,
  type SmallGraph,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { checkWholeGradient, type WholeOptions } from '../../../../test/support/graph/wholeGradient';
import { float32, int64 } from '../ir/tensor';

const apart = (count: number, random: () => number) => distinctValues(count, random, 0.17);
const positive = (count: number, random: () => number) =>
  Float32Array.from({ length: count }, () => 0.5 + 2.5 * random());

/** The gradient by all operands, in their whole shapes, and the gradients of the gradients. */
async function checkTwice(small: SmallGraph, options: WholeOptions & { readonly piecewise?: boolean } = {}) {
  await checkWholeGradient(small, options);
  await checkSecondOrder(small, { piecewise: false, ...options, whole: true });
}

/** Operands that are constants in most networks, computed from the input here. */
describe('gradients with respect to operands that are computed', () => {
  it('Pow by its exponent', async () => {
    const small = { inputs: { x: [3, 4], p: [1, 4] }, nodes: [{ op: 'Pow', inputs: ['x', 'p'] }] };
    await checkGradient(small, { values: positive });
    await checkSecondOrder(small, { values: positive, piecewise: false });
  });

  it('Pow at 0 and by the exponent 0 has no NaN', async () => {
    const small = { inputs: { x: [4], p: [4] }, nodes: [{ op: 'Pow', inputs: ['x', 'p'] }] };
    const feeds = {
      x: float32([1, 4], Float32Array.of(0, 0, 2, 0)),
      p: float32([1, 4], Float32Array.of(2, 0, 0, 1)),
    };
    const gradients = await gradientOf(small, feeds, float32([1, 4], Float32Array.of(1, 1, 1, 1)));
    expect(Array.from(gradients['x']?.data as Float32Array)).toEqual([0, 0, 0, 1]);
    expect(gradients['p']?.data[2]).toBeCloseTo(Math.log(2), 6);
    expect(Array.from(gradients['p']?.data as Float32Array).filter(Number.isNaN)).toEqual([]);
  });

  it.each([2, 3, -1, 0.5])('Pow by the constant %f, stored as a float and as an integer', async (power) => {
    const whole = Number.isInteger(power) && power > 0;
    const constants = { p: float32([], Float32Array.of(power)), i: int64([1], [whole ? power : 1]) };
    const nodes = [
      { op: 'Pow', inputs: ['x', 'p'] },
      { op: 'Pow', inputs: ['v0', 'i'] },
    ];
    const small = { inputs: { x: [5] }, constants, nodes };
    await checkGradient(small, { values: positive });
    await checkSecondOrder(small, { values: positive, piecewise: false });
  });

  it('Mod by its divisor', async () => {
    // Between 2.2 and 2.8 divisors: no jump within reach.
    const nodes = [
      { op: 'Mul', inputs: ['ratio', 'divisor'] },
      { op: 'Mod', inputs: ['v0', 'divisor'], attributes: { fmod: 1 } },
    ];
    const values = (count: number, random: () => number) =>
      Float32Array.from({ length: count }, () => 2.3 + 0.4 * random());
    const small = { inputs: { ratio: [6], divisor: [6] }, nodes };
    await checkGradient(small, { values });
    await checkSecondOrder(small, { values, piecewise: false });
  });

  // The last are upside down: whatever x is, y is the upper bound.
  it.each([
    [['x', 'low', 'high'], -0.55, 0.45],
    [['x', '', 'high'], 0, 0.45],
    [['x', 'low'], -0.55, 0],
    [['x', 'low', 'high'], 0.45, -0.55],
  ])('Clip by its bounds: %s, from %s to %s', async (inputs, low, high) => {
    const given = { x: apart(12, () => 0.5), low: [low], high: [high] };
    const dims = { x: [3, 4], low: [], high: [] };
    const used = Object.fromEntries(Object.entries(dims).filter(([name]) => inputs.includes(name)));
    const values = (_: number, __: () => number, name: string) => given[name as keyof typeof given];
    await checkTwice({ inputs: used, nodes: [{ op: 'Clip', inputs }] }, { step: 0.01, values, piecewise: true });
  });
});

const generous = { step: 0.02, tolerance: 5e-4 } as const;

/** Statistics and variances must be positive; everything else is drawn around 0. */
const positiveVariance = (count: number, random: () => number, name: string) =>
  Float32Array.from({ length: count }, () => (name === 'var' ? 0.5 + random() : 4 * random() - 2));

describe('normalisations by their scale, bias and statistics', () => {
  it.each([
    [2, 3, 2, 2],
    [3, 2],
  ])('BatchNormalization of %s', async (...dims) => {
    const channel = [dims[1] as number];
    const inputs = { x: dims, scale: channel, bias: channel, mean: channel, var: channel };
    const nodes = [{ op: 'BatchNormalization', inputs: Object.keys(inputs), attributes: { epsilon: 0.01 } }];
    await checkTwice({ inputs, nodes }, { ...generous, values: positiveVariance });
  });

  it('InstanceNormalization', async () => {
    const nodes = [{ op: 'InstanceNormalization', inputs: ['x', 'scale', 'bias'] }];
    await checkTwice({ inputs: { x: [2, 3, 2, 3], scale: [3], bias: [3] }, nodes }, generous);
  });

  it.each([-1, 1, 2])('LayerNormalization from axis %i', async (axis) => {
    const own = [2, 3, 4].slice(axis);
    const nodes = [{ op: 'LayerNormalization', inputs: ['x', 'scale', 'bias'], attributes: { axis } }];
    await checkTwice({ inputs: { x: [2, 3, 4], scale: own, bias: own }, nodes }, generous);
  });

  it.each([
    { read: ['y', 'mean', 'inverse'] },
    { read: ['mean', 'inverse'] },
    { read: ['mean'] },
    { read: ['inverse'] },
  ])('LayerNormalization, of which $read are read', async ({ read }) => {
    const nodes = [
      { op: 'LayerNormalization', inputs: ['x', 'scale', 'bias'], outputs: ['y', 'mean', 'inverse'] },
      { op: 'Mul', inputs: [read[0] as string, read[1] ?? 'x'] },
      { op: 'Mul', inputs: ['v1', read[2] ?? 'x'] },
    ];
    await checkTwice({ inputs: { x: [2, 3, 4], scale: [4], bias: [4] }, nodes }, generous);
  });

  it('GroupNormalization', async () => {
    const nodes = [{ op: 'GroupNormalization', inputs: ['x', 'scale', 'bias'], attributes: { num_groups: 2 } }];
    await checkTwice({ inputs: { x: [2, 4, 2, 2], scale: [4], bias: [4] }, nodes }, generous);
  });
});

describe('Pad', () => {
  const ints = (...values: number[]) => int64([values.length], values);

  it.each(['constant', 'edge', 'reflect', 'wrap'])('by pads that are computed from sizes, %s', async (mode) => {
    const nodes = [
      { op: 'Shape', inputs: ['x'], attributes: { start: 0, end: 1 } },
      { op: 'Sub', inputs: ['v0', 'v0'] },
      { op: 'Concat', inputs: ['v1', 'one', 'two', 'v1', 'two', 'one'], attributes: { axis: 0 } },
      { op: 'Pad', inputs: ['x', 'v2'], attributes: { mode } },
      { op: 'Mul', inputs: ['v3', 'v3'] },
    ];
    const constants = { one: ints(1), two: ints(2) };
    await checkGradient({ inputs: { x: [4, 3] }, constants, nodes: nodes as SmallNode[] });
  });

  it('by the constant that it pads with', async () => {
    const nodes = [{ op: 'Pad', inputs: ['x', 'pads', 'value'] }];
    await checkTwice(
      { inputs: { x: [2, 3], value: [] }, constants: { pads: ints(0, 2, 1, -1) }, nodes },
      { piecewise: true },
    );
  });
});

it('Split passes on the gradient of the parts that are used', async () => {
  const nodes: SmallNode[] = [
    { op: 'Split', inputs: ['x', 'sizes'], outputs: ['a', '', 'c', ''], attributes: { axis: 1 } },
    { op: 'Split', inputs: ['x'], outputs: ['', '', 'e'], attributes: { axis: 1, num_outputs: 3 } },
    { op: 'Mul', inputs: ['a', 'c'] },
    { op: 'Mul', inputs: ['v2', 'e'] },
  ];
  const constants = { sizes: int64([4], [2, 1, 2, 3]) };
  await checkGradient({ inputs: { x: [8, 3] }, constants, nodes });
});
