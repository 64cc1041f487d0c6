import { describe, expect, it } from 'vitest';
import { bind } from '../bind';
import { toNumbers } from '../numbers';
import { float32, int64, type Tensor } from '../tensor';
import { checkGradient, distinctValues, gradientOf, graphOf, randomTensor } from '../testing/gradientCheck';

/** In [0.5, 3). */
const positive = (count: number, random: () => number) =>
  Float32Array.from({ length: count }, () => 0.5 + 2.5 * random());

/** Multiples of 0.3, every second draw shifted by 0.15: no two operands come within reach of the differences. */
function interleaved() {
  let draws = 0;
  return (count: number, random: () => number) => {
    const shift = draws++ < 2 ? 0 : 0.15;
    return distinctValues(count, random, 0.3).map((value) => value + shift);
  };
}

const broadcasts = [
  { a: [2, 3, 4], b: [2, 3, 4] },
  { a: [2, 3, 4], b: [2, 1, 1] },
  { a: [1, 1, 4], b: [2, 3, 1] },
  { a: [2, 3], b: [1, 3] },
];

describe('two operands that both depend on the input', () => {
  it.each(
    ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean'].flatMap((op) =>
      broadcasts.map((shapes) => ({ op, ...shapes })),
    ),
  )('$op of $a and $b', async ({ op, a, b }) => {
    const extreme = op === 'Min' || op === 'Max';
    await checkGradient(
      { inputs: { a, b }, nodes: [{ op, inputs: ['a', 'b'] }] },
      { values: op === 'Pow' || op === 'Div' ? positive : extreme ? interleaved() : undefined },
    );
  });

  it.each(['Add', 'Sub', 'Mul', 'Div'])('%s with constants of lower and of higher rank', async (op) => {
    const constants = { low: randomTensor([4], 8, 0.5, 2), high: randomTensor([1, 3, 1, 1], 9, 0.5, 2) };
    const nodes = [
      { op, inputs: ['x', 'low'] },
      { op, inputs: ['high', 'v0'] },
    ];
    await checkGradient({ inputs: { x: [3, 2, 4] }, constants, nodes }, { values: positive });
  });

  it('adds both terms when a value meets itself', async () => {
    await checkGradient({ inputs: { x: [3, 4] }, nodes: [{ op: 'Mul', inputs: ['x', 'x'] }] });
  });

  it('Max of three, with ties in equal shares', async () => {
    const nodes = [{ op: 'Max', inputs: ['a', 'b', 'c'] }];
    const ones = float32([1, 1], Float32Array.of(1));
    const inputs = { a: [1], b: [1], c: [1] };
    const at = (value: number) => float32([1, 1], Float32Array.of(value));
    const gradients = await gradientOf({ inputs, nodes }, { a: at(2), b: at(2), c: at(1) }, ones);
    expect(['a', 'b', 'c'].map((name) => gradients[name]?.data[0])).toEqual([0.5, 0.5, 0]);
  });

  it('Mod by a constant', async () => {
    const constants = { divisor: float32([], Float32Array.of(1)) };
    const nodes = [{ op: 'Mod', inputs: ['x', 'divisor'], attributes: { fmod: 1 } }];
    const nearHalf = (count: number, random: () => number) =>
      Float32Array.from({ length: count }, () => Math.floor(6 * random() - 3) + 0.5 + 0.2 * random());
    await checkGradient({ inputs: { x: [6] }, constants, nodes }, { values: nearHalf });
  });
});

describe('one operand', () => {
  it.each(['Neg', 'Abs', 'Exp', 'Sin', 'Cos', 'Floor', 'Ceil', 'Round', 'Sign'])('%s', async (op) => {
    // A quarter above an integer: no jump within reach.
    const quarters = (count: number, random: () => number) =>
      Float32Array.from({ length: count }, () => Math.floor(6 * random() - 3) + 0.25 + 0.1 * random());
    await checkGradient({ inputs: { x: [2, 3, 4] }, nodes: [{ op, inputs: ['x'] }] }, { values: quarters });
  });

  it.each(['Sqrt', 'Log', 'Reciprocal'])('%s', async (op) => {
    await checkGradient({ inputs: { x: [2, 3, 4] }, nodes: [{ op, inputs: ['x'] }] }, { values: positive });
  });

  it.each([2, 3, 0.5, -1])('Pow with the exponent %s', async (exponent) => {
    const constants = { exponent: float32([], Float32Array.of(exponent)) };
    await checkGradient(
      { inputs: { x: [2, 6] }, constants, nodes: [{ op: 'Pow', inputs: ['x', 'exponent'] }] },
      { values: positive },
    );
  });

  it('Pow with the exponent 2 at negative and zero x', async () => {
    const constants = { two: float32([], Float32Array.of(2)) };
    const x = float32([1, 3], Float32Array.of(-3, 0, 2));
    const ones = float32([1, 3], Float32Array.of(1, 1, 1));
    const { x: gradient } = await gradientOf(
      { inputs: { x: [3] }, constants, nodes: [{ op: 'Pow', inputs: ['x', 'two'] }] },
      { x },
      ones,
    );
    expect(Array.from(gradient?.data as Float32Array)).toEqual([-6, 0, 4]);
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
