/** Every operator with too few operands, too many, or operands and attributes that do not fit: a result or a sentence, soon. */
import { expect, it } from 'vitest';
import { WhylightError } from '../../../shared/errors';
import { bind } from '../binding/bind';
import type { Graph, Node } from '../ir/graph';
import { float32, int64, type Tensor } from '../ir/tensor';
import { operators } from './index';

const image = 'image';
/** Constants of every kind that a shape, an index or a weight may be. */
const constants = new Map<string, Tensor>([
  ['matrix', float32([2, 3], Float32Array.of(1, -2, 0.5, 0, 3, 1))],
  ['number', float32([], Float32Array.of(-1.5))],
  ['nothing', float32([0], new Float32Array(0))],
  ['index', int64([1], [7])],
  ['shape', int64([3], [2, -5, 3])],
  ['huge', int64([2], [1e9, 1e9])],
  ['whole', int64([], [2])],
]);
const pool = [image, ...constants.keys()];

const wrongAttributes: readonly Node['attributes'][] = [
  {},
  { axis: 9, axes: [9, -9], perm: [5, 5], to: 99, group: 0, equation: 'ab,->z', num_groups: 0, blocksize: 0, size: 0 },
  { axis: -9, kernel_shape: [2, 0], strides: [0, 0], pads: [1], dilations: [-1, 2, 3], output_shape: [1], keepdims: 0 },
  { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [0, 0], mode: 'constructor', reduction: '__proto__' },
];

function graphOf(op: string, inputs: readonly string[], attributes: Node['attributes']): Graph {
  const dims = [1, 2, 4, 4];
  const types = new Map([[image, { dtype: 'float32', dims }]] as const);
  const node = { op, name: 'tested', inputs, outputs: ['result'], attributes };
  return {
    inputs: [{ name: image, type: { dtype: 'float32', dims } }],
    outputs: ['result'],
    nodes: [node],
    constants,
    types,
  };
}

/** The sentence that binding ends in; undefined when the node has a shape. */
function sentence(op: string, inputs: readonly string[], attributes: Node['attributes']): string | undefined {
  try {
    bind(graphOf(op, inputs, attributes));
    return undefined;
  } catch (error) {
    if (error instanceof WhylightError) return error.message;
    throw new Error(`${op}(${inputs.join(', ')}) with ${JSON.stringify(attributes)}`, { cause: error });
  }
}

it.each(Object.keys(operators))('%s', (op) => {
  for (const attributes of wrongAttributes) {
    for (let count = 0; count < 6; count++) {
      for (let start = 0; start < pool.length; start++) {
        const inputs = Array.from({ length: count }, (_, index) => pool[(start + index) % pool.length] ?? '');
        for (const given of [inputs, inputs.map((name, index) => (index === 1 ? '' : name))]) {
          const told = sentence(op, given, attributes);
          expect(told ?? '').not.toMatch(/\bundefined\b|\bNaN\b|\[object /);
        }
      }
    }
  }
});
