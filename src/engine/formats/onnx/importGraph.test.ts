import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { encodeTestModel, type Model } from '../../../../test/support/onnxModel';

import { float32, int64 } from '../../graph/ir/tensor';
import { unsupportedOperators } from '../../model/analysis/unsupported';
import { ProtobufWriter } from '../../runtime/onnxruntime/protobufWriter';
import { readCheckpoint } from '../index';

const folder = temporaryFolder();

async function read(model: Partial<Model>) {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, encodeTestModel({ opset: 18, nodes: [], ...model }));
  return readCheckpoint(path);
}

const one = float32([1], Float32Array.of(1));

it('keeps names, and tells who wrote the file and what it notes', async () => {
  const checkpoint = await read({
    nodes: [{ op: 'Add', name: '/features/0/add:0', inputs: ['pixel values', 'w'], outputs: ['/features/0/out'] }],
    inputs: { 'pixel values': { dims: ['N', 3, null, 7, 0, -1] } },
    outputs: { '/features/0/out': { dims: ['N', 3] } },
    initializers: { w: one },
    metadata: { labels: '["cat"]' },
    domains: { 'com.example': 3 },
  });
  const { graph, format, producer, metadata, details } = checkpoint;
  expect(graph.nodes).toEqual([
    {
      op: 'Add',
      name: '/features/0/add:0',
      inputs: ['pixel values', 'w'],
      outputs: ['/features/0/out'],
      attributes: {},
    },
  ]);
  expect(graph.inputs).toEqual([
    { name: 'pixel values', type: { dtype: 'float32', dims: [null, 3, null, 7, null, null] } },
  ]);
  expect(graph.types.get('/features/0/out')).toEqual({ dtype: 'float32', dims: [null, 3] });
  expect({ format, producer, metadata, details }).toEqual({
    format: 'ONNX',
    producer: 'tests 1.0',
    metadata: new Map([['labels', '["cat"]']]),
    details: { 'IR version': '8', opset: '18', 'opset of com.example': '3' },
  });
});

it('tells initializers from inputs, where old files list both as inputs', async () => {
  const { graph } = await read({
    irVersion: 3,
    opset: 8,
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: { w: { dims: [1] }, x: { dims: [1] } },
    outputs: { y: {} },
    initializers: { w: one },
  });
  expect(graph.inputs.map((input) => input.name)).toEqual(['x']);
  expect([...graph.constants.keys()]).toEqual(['w']);
});

it('keeps absent inputs in their place and drops them at the end', async () => {
  const { graph } = await read({
    nodes: [{ op: 'Clip', inputs: ['x', '', 'w', ''], outputs: ['y'] }],
    inputs: { x: { dims: [1] } },
    outputs: { y: {} },
    initializers: { w: one },
  });
  expect(graph.nodes[0]!.inputs).toEqual(['x', '', 'w']);
});

it('leaves out what no output needs, and does not read its weights', async () => {
  const unreadable = new ProtobufWriter().integers(1, [4]).integer(2, 17).string(8, 'float8');
  const { graph } = await read({
    nodes: [
      { op: 'SequenceEmpty', inputs: [], outputs: ['junk'] },
      { op: 'Add', inputs: ['x', 'float8'], outputs: ['unused'] },
      { op: 'Relu', inputs: ['x'], outputs: ['y'] },
    ],
    inputs: { x: { dims: [1] } },
    outputs: { y: {} },
    initializers: { float8: unreadable, w: one },
  });
  expect(graph.nodes.map((node) => node.op)).toEqual(['Relu']);
  expect(graph.constants.size).toBe(0);
});

it('keeps operators that have no rule under their full names, so that all of them can be listed', async () => {
  const branch = new ProtobufWriter().string(2, 'branch');
  const { graph } = await read({
    nodes: [
      { op: 'Tokenizer', domain: 'com.microsoft', name: 'fused', inputs: ['x', 'w'], outputs: ['a'] },
      {
        op: 'If',
        name: 'branching',
        inputs: ['c'],
        outputs: ['b'],
        attributes: { then_branch: { g: branch }, else_branch: { g: branch } },
      },
      { op: 'Relu', domain: 'ai.onnx', inputs: ['a'], outputs: ['r'] },
      { op: 'Sharpen', domain: 'my.functions', name: '', inputs: ['r', 'b'], outputs: ['y'] },
    ],
    inputs: { x: { dims: [1] }, c: { dtype: 'bool', dims: [] } },
    outputs: { y: {} },
    initializers: { w: one },
  });
  expect(unsupportedOperators(graph).map(({ operator, node }) => [operator, node])).toEqual([
    ['com.microsoft::Tokenizer', 'fused'],
    ['my.functions::Sharpen', 'y'],
  ]);
});

it('gives new constants names that nobody has', async () => {
  const { graph } = await read({
    opset: 9,
    nodes: [
      { op: 'Squeeze', inputs: ['y/axes'], outputs: ['y'], attributes: { axes: { ints: [0] } } },
      { op: 'Relu', inputs: ['y'], outputs: ['y/axes_2'] },
    ],
    inputs: { 'y/axes': { dims: [1, 3] } },
    outputs: { 'y/axes_2': {} },
  });
  expect(graph.nodes[0]!.inputs).toEqual(['y/axes', 'y/axes_3']);
  expect(graph.constants.get('y/axes_3')).toEqual(int64([1], [0]));
});

it('joins a graph that is written in several parts', async () => {
  const part = (op: string, input: string, output: string) =>
    new ProtobufWriter().message(1, new ProtobufWriter().string(1, input).string(2, output).string(4, op));
  const model = new ProtobufWriter().integer(1, 8).message(7, part('Relu', 'x', 'a'));
  const last = part('Neg', 'a', 'y').message(12, new ProtobufWriter().string(1, 'y'));
  const tensorType = new ProtobufWriter().message(1, new ProtobufWriter().integer(1, 1));
  last.message(11, new ProtobufWriter().string(1, 'x').message(2, tensorType));
  model.message(7, last).message(8, new ProtobufWriter().integer(2, 13));
  const path = join(folder, 'parts.onnx');
  writeFileSync(path, model.finish());
  const { graph } = await readCheckpoint(path);
  expect(graph.nodes.map((node) => node.op)).toEqual(['Relu', 'Neg']);
  expect(graph.inputs).toEqual([{ name: 'x', type: { dtype: 'float32', dims: null } }]);
});

it('refuses inputs that are no tensors', async () => {
  const sequence = new ProtobufWriter().message(4, new ProtobufWriter());
  const input = new ProtobufWriter().string(1, 's').message(2, sequence);
  const graph = new ProtobufWriter().message(11, input).message(12, new ProtobufWriter().string(1, 's'));
  const path = join(folder, 'sequence.onnx');
  const opset = new ProtobufWriter().integer(2, 13);
  writeFileSync(path, new ProtobufWriter().integer(1, 8).message(7, graph).message(8, opset).finish());
  await expect(readCheckpoint(path)).rejects.toThrow(
    "The checkpoint's input “s” is not a tensor, which is not supported.",
  );
});
