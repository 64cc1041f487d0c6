import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../../test/support/folder';
import { checkImport, importModel, sample } from '../../../../../../test/support/importCheck';
import type { Model, ModelAttribute, ModelNode } from '../../../../../../test/support/onnxModel';
import { elementCount, float32, int64, type Tensor } from '../../../../graph/ir/tensor';

const folder = temporaryFolder();

const bytes = (dims: readonly number[]): Tensor => ({
  dtype: 'uint8',
  dims,
  data: Uint8Array.from({ length: elementCount(dims) }, (_, i) => (97 * i + 13) % 256),
});

function model(node: ModelNode, dims: readonly number[], initializers: Model['initializers']): Model {
  return {
    opset: 17,
    irVersion: 9,
    domains: { 'com.microsoft': 1 },
    nodes: [node],
    inputs: { x: { dims: ['N', ...dims.slice(1)] } },
    outputs: { y: {} },
    initializers: initializers ?? {},
  };
}

const positive = (dims: readonly number[]) => {
  const tensor = sample(dims, 1, 0.1);
  return float32(dims, (tensor.data as Float32Array).map(Math.abs) as Float32Array);
};

interface Product {
  readonly title: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, ModelAttribute>>;
  readonly constants: Readonly<Record<string, Tensor>>;
  readonly inputs?: readonly string[];
}

const sizes = { K: { i: 40 }, N: { i: 6 } };
const four = { ...sizes, bits: { i: 4 }, block_size: { i: 16 } };
const products: readonly Product[] = [
  {
    title: '4 bits',
    op: 'MatMulNBits',
    attributes: four,
    constants: { b: bytes([6, 3, 8]), s: positive([18]) },
  },
  {
    title: '4 bits with zero points and a bias',
    op: 'MatMulNBits',
    attributes: four,
    constants: { b: bytes([6, 3, 8]), s: positive([18]), z: bytes([12]), bias: sample([6], 3) },
    inputs: ['x', 'b', 's', 'z', '', 'bias'],
  },
  {
    title: '8 bits',
    op: 'MatMulNBits',
    attributes: { ...sizes, bits: { i: 8 }, block_size: { i: 32 } },
    constants: { b: bytes([6, 2, 32]), s: positive([12]) },
  },
  ...[0, 1].map((type) => ({
    title: `levels of kind ${type}`,
    op: 'MatMulBnb4',
    attributes: { ...sizes, block_size: { i: 16 }, quant_type: { i: type } },
    constants: { b: bytes([120]), s: positive([15]) },
  })),
];

describe('weights in blocks', () => {
  it.each(products)('$title', async ({ op, attributes, constants, inputs }) => {
    const node = {
      op,
      domain: 'com.microsoft',
      inputs: inputs ?? ['x', ...Object.keys(constants)],
      outputs: ['y'],
      attributes,
    };
    const x = sample([2, 3, 40], 0.4);
    const graph = await checkImport(folder, model(node, x.dims, constants), { x }, { gradients: ['x'] });
    expect(graph.constants.has('b')).toBe(false);
  });

  it('that are too few end in a sentence', async () => {
    const node = {
      op: 'MatMulNBits',
      domain: 'com.microsoft',
      inputs: ['x', 'b', 's'],
      outputs: ['y'],
      attributes: four,
    };
    const few = { b: bytes([1, 3, 8]), s: positive([18]) };
    await expect(importModel(folder, model(node, [2, 40], few), { x: sample([2, 40]) })).rejects.toThrow(
      'The node “y” (MatMulNBits) of the checkpoint has weights that do not fill its K and N.',
    );
  });
});

describe('standard operators under another name', () => {
  it.each<[string, Record<string, Tensor>, Record<string, ModelAttribute>]>([
    ['Pad', { pads: int64([1, 6], [0, 1, 0, 0, 0, 2]) }, { mode: { s: 'constant' } }],
    ['Trilu', {}, { upper: { i: 0 } }],
    ['ExpandDims', { axis: { dtype: 'int32', dims: [], data: Int32Array.of(1) } }, {}],
  ])('%s', async (op, constants, attributes) => {
    const node = { op, domain: 'com.microsoft', inputs: ['x', ...Object.keys(constants)], outputs: ['y'], attributes };
    const x = sample([2, 3, 4]);
    await checkImport(folder, model(node, x.dims, constants), { x }, { gradients: ['x'] });
  });

  it('what onnxruntime has laid out for one processor is unsupported, with what to do', async () => {
    const node = { op: 'ReorderInput', domain: 'com.microsoft.nchwc', name: 'first', inputs: ['x'], outputs: ['y'] };
    await expect(importModel(folder, model(node, [1, 8], {}), { x: sample([1, 8]) })).rejects.toThrow(
      'The operator com.microsoft.nchwc::ReorderInput of node “first” was made by onnxruntime for one kind of processor; ' +
        'optimise the model with level “extended” in place of “all”.',
    );
  });
});
