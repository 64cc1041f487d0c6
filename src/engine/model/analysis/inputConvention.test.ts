import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../graph/ir/graph';
import { type DType, float32 } from '../../graph/ir/tensor';
import { inputConvention } from './inputConvention';

const node = (op: string, inputs: string[], output: string): Node => ({
  op,
  name: `${op} layer`,
  inputs,
  outputs: [output],
  attributes: {},
});
const graph = (nodes: readonly Node[], constant: number[], dtype: DType = 'float32'): Graph => ({
  inputs: [{ name: 'x', type: { dtype, dims: [null, 224, 224, 3] } }],
  outputs: ['y'],
  nodes,
  constants: new Map([['c', float32([constant.length], Float32Array.from(constant))]]),
  types: new Map(),
});
const transposed = node('Transpose', ['x'], 't');

describe('inputConvention', () => {
  it.each([
    ['Rescaling 1/255', [node('Mul', ['x', 'c'], 'y')], [1 / 255], 'raw-0-255'],
    ['a factor in front', [node('Mul', ['c', 'x'], 'y')], [1 / 127.5], 'raw-0-255'],
    ['division after a transpose', [transposed, node('Div', ['t', 'c'], 'y')], [255], 'raw-0-255'],
    ['the mean colour of 0…255', [transposed, node('Sub', ['t', 'c'], 'y')], [123.68, 116.779, 103.939], 'raw-0-255'],
    ['the mean colour as an offset', [node('Add', ['x', 'c'], 'y')], [-123.68, -116.779, -103.939], 'raw-0-255'],
    [
      'the mean colour of a cropped image',
      [node('Slice', ['x'], 's'), node('Add', ['s', 'c'], 'y')],
      [-123],
      'raw-0-255',
    ],
    ['an offset of 0…1', [node('Add', ['c', 'x'], 'y')], [-0.485, -0.456, -0.406], 'zero-one'],
    ['the mean colour of 0…1', [node('Sub', ['x', 'c'], 'y')], [0.485, 0.456, 0.406], 'zero-one'],
  ])('reads %s', (_, nodes, constant, preprocessing) => {
    expect(inputConvention(graph(nodes, constant), 'x')).toMatchObject({ preprocessing, guessed: false });
  });

  /** Several constants, each under its own name. */
  const withConstants = (nodes: readonly Node[], constants: Record<string, number[]>): Graph => ({
    ...graph(nodes, []),
    constants: new Map(
      Object.entries(constants).map(([name, values]) => [name, float32([values.length], Float32Array.from(values))]),
    ),
  });
  const op = (name: string, inputs: string[], output: string): Node => node(name, inputs, output);
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];

  it.each<[string, Node[], Record<string, number[]>, unknown]>([
    ['x / 127.5 − 1', [op('Div', ['x', 'a'], 't'), op('Sub', ['t', 'b'], 'y')], { a: [127.5], b: [1] }, 'raw-0-255'],
    ['x · 2 − 1', [op('Mul', ['x', 'a'], 't'), op('Sub', ['t', 'b'], 'y')], { a: [2], b: [1] }, 'zero-one'],
    [
      '(x − mean) / std of 0…1',
      [op('Sub', ['x', 'a'], 't'), op('Div', ['t', 'b'], 'y')],
      { a: mean, b: std },
      'zero-one',
    ],
    [
      'x / 255, then mean and std',
      [op('Mul', ['x', 's'], 'r'), op('Sub', ['r', 'a'], 't'), op('Div', ['t', 'b'], 'y')],
      { s: [1 / 255], a: mean, b: std },
      'raw-0-255',
    ],
    [
      'a standard deviation that is computed from the variance',
      [op('Sqrt', ['v'], 'q'), op('Max', ['q', 'e'], 'b'), op('Sub', ['x', 'a'], 't'), op('Div', ['t', 'b'], 'y')],
      { v: [0.05, 0.05, 0.05], e: [1e-7], a: mean },
      'zero-one',
    ],
    ['(x + 1) / 2', [op('Add', ['x', 'a'], 't'), op('Mul', ['t', 'b'], 'y')], { a: [1], b: [0.5] }, 'keras-tf'],
    ['x · 255', [op('Mul', ['x', 'a'], 'y')], { a: [255] }, 'zero-one'],
    [
      'means with blue first',
      [op('Sub', ['x', 'a'], 'y')],
      { a: [103.939, 116.779, 123.68] },
      { preset: 'raw-0-255', channelOrder: 'bgr' },
    ],
    [
      'channels turned around, then means with blue first',
      [op('Gather', ['x', 'i'], 't'), op('Sub', ['t', 'a'], 'y')],
      { i: [2, 1, 0], a: [103.939, 116.779, 123.68] },
      'raw-0-255',
    ],
    [
      'a size that is asked for beside it',
      [op('Shape', ['x'], 'z'), op('Div', ['x', 'a'], 'y')],
      { a: [255] },
      'raw-0-255',
    ],
  ])('follows %s', (_, nodes, constants, preprocessing) => {
    expect(inputConvention(withConstants(nodes, constants), 'x')).toMatchObject({ preprocessing, guessed: false });
  });

  it('reads the statistics of a batch normalisation in front, as a guess', () => {
    const normalised = (means: number[], variances: number[]) =>
      inputConvention(
        withConstants([op('BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y')], {
          s: [1, 1, 1],
          b: [0, 0, 0],
          m: means,
          v: variances,
        }),
        'x',
      );
    expect(normalised([120, 110, 100], [3000, 3000, 3000])).toMatchObject({
      preprocessing: 'raw-0-255',
      guessed: true,
    });
    expect(normalised([0.5, 0.4, 0.4], [0.05, 0.06, 0.07])).toMatchObject({ preprocessing: 'zero-one', guessed: true });
    expect(normalised([0.01, 0, -0.02], [1, 1, 1])).toBeNull();
  });

  it('says nothing of what fits no range of pixels', () => {
    const chain = (a: number, b: number) =>
      inputConvention(withConstants([op('Mul', ['x', 'a'], 't'), op('Add', ['t', 'b'], 'y')], { a: [a], b: [b] }), 'x');
    for (const [a, b] of [
      [3, 7],
      [-1, 128],
      [0, 1],
      [1, 1.5],
    ] as const)
      expect(chain(a, b), `${a} ${b}`).toBeNull();
  });

  it('names the node', () => {
    expect(inputConvention(graph([node('Mul', ['x', 'c'], 'y')], [1 / 255]), 'x')?.how).toBe(
      'pixels are scaled by the checkpoint itself (“Mul layer”)',
    );
  });

  it('takes uint8 inputs as pixels', () => {
    expect(inputConvention(graph([node('Conv', ['x', 'c'], 'y')], [1], 'uint8'), 'x')).toMatchObject({
      preprocessing: 'raw-0-255',
    });
  });

  it.each([
    ['a convolution', [node('Conv', ['x', 'c'], 'y')], [1]],
    ['an ordinary factor', [node('Mul', ['x', 'c'], 'y')], [2]],
    ['an ordinary offset', [node('Add', ['x', 'c'], 'y')], [1.5]],
    ['a constant less the image', [node('Sub', ['c', 'x'], 'y')], [128]],
    ['an image that goes two ways', [node('Mul', ['x', 'c'], 'y'), node('Relu', ['x'], 'z')], [1 / 255]],
  ])('says nothing of %s', (_, nodes, constant) => {
    expect(inputConvention(graph(nodes, constant), 'x')).toBeNull();
  });
});
