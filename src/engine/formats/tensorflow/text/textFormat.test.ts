import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../kit/bytes/byteSource';
import { MessageReader } from '../../kit/protobuf/protobuf';
import { readGraphDef } from '../proto/graphProto';
import { binaryOf, outerMessage } from './textFormat';

const graphOf = (text: string) => {
  const bytes = binaryOf(new TextEncoder().encode(text), 'GraphDef', 'g.pbtxt');
  return readGraphDef(new MessageReader({ source: new MemorySource('g.pbtxt', bytes), start: 0, end: bytes.length }));
};

it('reads a graph as TensorFlow prints it', () => {
  const { nodes } = graphOf(`# a comment
    node {
      name: "w" op: "Const"
      attr { key: "dtype" value { type: DT_FLOAT } }
      attr { key: "value" value { tensor < dtype: DT_FLOAT tensor_shape { dim { size: 2 } dim { size: 2 } }
        float_val: 1.5 float_val: -2e-1 > } }
    }
    node { name: 'b' op: "Const" attr { key: "value" value { tensor {
      dtype: DT_INT32 tensor_shape { dim { size: 1 } } tensor_content: "\\001\\x02\\000" "\\000" } } } }
    node { name: "c" op: "Conv2D" input: ["x", "w"] device: "/gpu:0"
      attr { key: "strides" value { list { i: 1, i: 2; i: 0x2 i: -1 } } }
      attr { key: "padding" value { s: "SAME" } }
      attr { key: "shape" value { shape { dim { size: -1 } } } }
      attr { key: "use" value { b: true } }
      attr { key: "big" value { f: inf } }
      attr { key: "_unknown" value { [type.url/x] { y: 1 } } }
    }
    versions { producer: 27 }`);
  expect(nodes.map(({ name, op }) => [name, op])).toEqual([
    ['w', 'Const'],
    ['b', 'Const'],
    ['c', 'Conv2D'],
  ]);
  const [w, b, c] = nodes.map(({ attributes }) => attributes);
  const tensor = w?.get('value');
  expect(tensor?.kind === 'tensor' && [...(tensor.value.data as Float32Array)]).toEqual(
    [1.5, -0.2, -0.2, -0.2].map(Math.fround),
  );
  const packed = b?.get('value');
  expect(packed?.kind === 'tensor' && [...(packed.value.data as Int32Array)]).toEqual([513]);
  expect(c?.get('strides')).toEqual({
    kind: 'list',
    value: [1, 2, 2, -1].map((value) => ({ kind: 'i', value })),
  });
  expect(c?.get('shape')).toEqual({ kind: 'shape', value: [null] });
  expect(c?.get('big')).toEqual({ kind: 'f', value: Number.POSITIVE_INFINITY });
  expect(nodes[2]?.inputs).toEqual(['x', 'w']);
});

it('tells by the first field what a text is', () => {
  expect(outerMessage('# x\nnode {')).toBe('GraphDef');
  expect(outerMessage('meta_info_def {')).toBe('MetaGraphDef');
  expect(outerMessage('saved_model_schema_version: 1')).toBe('SavedModel');
});

describe('texts that make no sense end in a sentence with the line', () => {
  it.each([
    ['a message that does not end', 'node {\n name: "x"', 'in line 2, a message does not end'],
    ['a text that does not end', 'node {\n name: "x', 'in line 2, a text does not end'],
    ['a list that does not end', 'node { input: [', 'a value is missing'],
    ['a number that is none', 'node { attr { value { i: 1x } } }', '“1x” is no whole number'],
    ['a text for a message', 'node: "x"', 'a value stands where a message should'],
    ['nesting without end', 'node {'.repeat(100_000), 'messages are nested more than 64 deep'],
    ['nesting of what is not known', 'x {'.repeat(100_000), 'messages are nested more than 64 deep'],
  ])('%s', (_, text, message) => {
    expect(() => graphOf(text)).toThrow(message);
  });
});
