import { describe, expect, it } from 'vitest';
import { gradientOf, graphOf, scalar } from '../../../../test/support/graph/gradientCheck';
import { testGradients } from '../../../../test/support/graph/grid';
import { bind } from '../binding/bind';
import { toNumbers } from '../ir/numbers';
import { float32, int64, type Tensor } from '../ir/tensor';
import { arithmeticGrid } from './arithmetic.grid';

testGradients(arithmeticGrid);

/** −0 as 0. */
const unsigned = (value: number) => value + 0;

/** Gradients of one node for the sum of its outputs, at one item of the given values. */
async function slopes(op: string, values: Readonly<Record<string, readonly number[]>>, exponent?: number) {
  const inputs = Object.fromEntries(Object.entries(values).map(([name, { length }]) => [name, [length]]));
  const feeds = Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, float32([1, data.length], Float32Array.from(data))]),
  );
  const length = Object.values(values)[0]?.length ?? 0;
  const constants: Record<string, Tensor> = exponent === undefined ? {} : { exponent: scalar(exponent) };
  const nodes = [{ op, inputs: [...Object.keys(inputs), ...Object.keys(constants)] }];
  const ones = float32([1, length], new Float32Array(length).fill(1));
  const gradients = await gradientOf({ inputs, constants, nodes }, feeds, ones);
  return Object.fromEntries(
    Object.keys(inputs).map((name) => [name, toNumbers(gradients[name] as Tensor).map(unsigned)]),
  );
}

describe('at ties, kinks and zeros', () => {
  it.each(['Max', 'Min'])('%s gives equal shares to the operands that attain it', async (op) => {
    const sign = op === 'Max' ? 1 : -1;
    const values = { a: [2, 1], b: [2, 1], c: [1, 1] };
    const signed = Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.map((x) => sign * x)]));
    const third = Math.fround(1 / 3);
    expect(await slopes(op, signed)).toEqual({ a: [0.5, third], b: [0.5, third], c: [0, third] });
  });

  it('Max of a value and itself has the slope 1', async () => {
    const nodes = [{ op: 'Max', inputs: ['x', 'x'] }];
    const x = float32([1, 2], Float32Array.of(-1, 3));
    const gradients = await gradientOf({ inputs: { x: [2] }, nodes }, { x }, float32([1, 2], Float32Array.of(1, 2)));
    expect(toNumbers(gradients['x'] as Tensor)).toEqual([1, 2]);
  });

  it('Abs has the slope 0 at 0', async () => {
    expect(await slopes('Abs', { x: [-2, 0, 2] })).toEqual({ x: [-1, 0, 1] });
  });

  it.each([
    { exponent: 2, slope: [-6, 0, 4] },
    { exponent: 3, slope: [27, 0, 12] },
    { exponent: 1, slope: [1, 1, 1] },
    { exponent: 0, slope: [0, 0, 0] },
  ])('Pow with the exponent $exponent at negative x and 0', async ({ exponent, slope }) => {
    expect(await slopes('Pow', { x: [-3, 0, 2] }, exponent)).toEqual({ x: slope });
  });

  it('Pow with integers as exponents', async () => {
    const small = {
      inputs: { x: [2] },
      constants: { exponent: int64([2], [0, 3]) },
      nodes: [{ op: 'Pow', inputs: ['x', 'exponent'] }],
    };
    const x = float32([1, 2], Float32Array.of(0, -2));
    const { x: gradient } = await gradientOf(small, { x }, float32([1, 2], Float32Array.of(1, 1)));
    expect(toNumbers(gradient as Tensor)).toEqual([0, 12]);
  });
});

describe('constant folding', () => {
  /** Folds one node on constants and answers the value. */
  function fold(op: string, operands: readonly Tensor[], attributes = {}): Tensor {
    const names = operands.map((_, index) => `c${index}`);
    const graph = bind(
      graphOf({
        inputs: { x: [1] },
        constants: Object.fromEntries(names.map((name, index) => [name, operands[index] as Tensor])),
        nodes: [
          { op, inputs: names, attributes },
          { op: 'Cast', inputs: ['v0'], attributes: { to: 1 } },
          { op: 'Add', inputs: ['x', 'v1'] },
        ],
      }),
    );
    expect(graph.nodes.map((node) => node.op)).toEqual(['Add']);
    return graph.constants.get('v1') as Tensor;
  }

  it.each([
    ['Div', [-7, 7], [2, -2], [-3, -3]],
    ['Mod', [-7, 7], [3, -3], [2, -2]],
    ['Mul', [-7, 7], [3, -3], [-21, -21]],
  ])('%s of integers', (op, a, b, wanted) => {
    expect(toNumbers(fold(op, [int64([2], a), int64([2], b)]))).toEqual(wanted);
  });

  it('fmod takes the sign of the dividend', () => {
    expect(toNumbers(fold('Mod', [int64([2], [-7, 7]), int64([2], [3, -3])], { fmod: 1 }))).toEqual([-1, 1]);
  });

  it('rounds half to even', () => {
    const halves = float32([6], Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5));
    expect(toNumbers(fold('Round', [halves])).map((value) => value + 0)).toEqual([-2, -2, 0, 0, 2, 2]);
  });

  it('broadcasts', () => {
    const value = fold('Sub', [int64([2, 1], [10, 20]), int64([3], [1, 2, 3])]);
    expect(value.dims).toEqual([2, 3]);
    expect(toNumbers(value)).toEqual([9, 8, 7, 19, 18, 17]);
  });
});
