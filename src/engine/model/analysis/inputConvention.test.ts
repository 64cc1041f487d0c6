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
