/** TensorFlow's graphs as protobuf. */
import { ProtobufWriter } from '../../../../../src/engine/runtime/onnxruntime/protobufWriter';
import { bytesOf } from '../writer';
import { type Attribute, type TfNode, types } from './graph';

const message = () => new ProtobufWriter();

export function shapeProto(dims: readonly number[]): ProtobufWriter {
  const shape = message();
  for (const dim of dims) shape.message(2, message().integer(1, dim));
  return shape;
}

function tensorProto(attribute: Attribute): ProtobufWriter | null {
  const tensor = (type: number, dims: readonly number[]) => message().integer(1, type).message(2, shapeProto(dims));
  if ('weight' in attribute) {
    return tensor(types.float, attribute.weight.dims).data(4, bytesOf(attribute.weight.data));
  }
  if ('integers' in attribute) {
    const content = new Uint8Array(Int32Array.from(attribute.integers).buffer);
    return tensor(types.int32, attribute.dims).data(4, content);
  }
  if (!('strings' in attribute)) return null;
  const texts = tensor(types.string, attribute.dims);
  for (const text of attribute.strings) texts.string(8, text);
  return texts;
}

function attrValue(attribute: Attribute): ProtobufWriter {
  if ('type' in attribute) return message().integer(6, attribute.type);
  if ('types' in attribute) return message().message(1, message().integers(6, attribute.types));
  if ('s' in attribute) return message().string(2, attribute.s);
  if ('i' in attribute) return message().integer(3, attribute.i);
  if ('f' in attribute) return message().float(4, attribute.f);
  if ('b' in attribute) return message().integer(5, attribute.b ? 1 : 0);
  if ('ints' in attribute) return message().message(1, message().integers(3, attribute.ints));
  if ('shape' in attribute) return message().message(7, shapeProto(attribute.shape));
  return message().message(8, tensorProto(attribute) as ProtobufWriter);
}

export function graphDef(nodes: readonly TfNode[]): ProtobufWriter {
  const graph = message();
  for (const { name, op, inputs, attributes } of nodes) {
    const node = message().string(1, name).string(2, op);
    for (const input of inputs) node.string(3, input);
    for (const [key, value] of Object.entries(attributes))
      node.message(5, message().string(1, key).message(2, attrValue(value)));
    graph.message(1, node);
  }
  return graph.message(4, message().integer(1, 1087));
}
