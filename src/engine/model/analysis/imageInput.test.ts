import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../graph/ir/graph';
import type { Dim, DType } from '../../graph/ir/tensor';
import { findImageInput } from './imageInput';

const node = (op: string, inputs: string[], attributes: Node['attributes'] = {}): Node => ({
  op,
  name: op,
  inputs,
  outputs: [`${op}_out`],
  attributes,
});

function graph(dims: readonly Dim[], nodes: readonly Node[] = [], dtype: DType = 'float32'): Graph {
  return {
    inputs: [{ name: 'x', type: { dtype, dims } }],
    outputs: [],
    nodes,
    constants: new Map([['w', { dtype: 'float32', dims: [8, 2, 3, 3], data: new Float32Array(144) }]]),
    types: new Map(),
  };
}

describe('findImageInput', () => {
  it.each([
    [[1, 3, 224, 224], { layout: 'NCHW', channels: 3, height: 224, width: 224, batch: 1 }],
    [[null, 3, null, null], { layout: 'NCHW', channels: 3, height: null, width: null, batch: null }],
    [[null, 299, 299, 3], { layout: 'NHWC', channels: 3, height: 299, width: 299, batch: null }],
    [[1, 1, 28, 28], { layout: 'NCHW', channels: 1, height: 28, width: 28, batch: 1 }],
  ] as const)('reads %j', (dims, expected) => {
    expect(findImageInput(graph(dims))).toMatchObject(expected);
  });

  it('looks at the first node when the shape does not tell', () => {
    const open = [null, null, null, null];
    expect(findImageInput(graph(open, [node('Transpose', ['x'], { perm: [0, 3, 1, 2] })])).layout).toBe('NHWC');
    expect(findImageInput(graph(open, [node('Conv', ['x', 'w'], { group: 2 })]))).toMatchObject({
      layout: 'NCHW',
      channels: 4,
    });
  });

  it('believes a checkpoint that states its layout', () => {
    expect(findImageInput(graph([null, 3, 3, 3]))).toMatchObject({ layout: 'NCHW' });
    expect(findImageInput(graph([null, 3, 4, 5]), 'NHWC')).toMatchObject({
      layout: 'NHWC',
      channels: 5,
      height: 3,
      width: 4,
    });
  });

  it('says what is there when there is no image input', () => {
    expect(() => findImageInput(graph([null, 512]))).toThrow(
      'no image input: a value of rank 4 is needed, and it takes “x” [null,512]',
    );
    expect(() => findImageInput(graph([1, 3, 8, 8], [], 'int64'))).toThrow('holds int64 values');
  });
});
