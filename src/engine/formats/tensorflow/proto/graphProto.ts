/** GraphDef, NodeDef, AttrValue and FunctionDef (tensorflow/core/framework/*.proto). */
import { CheckpointError } from '../../../../shared/errors';
import type { MessageReader } from '../../kit/protobuf/protobuf';
import type { GraphDef, TfAttribute, TfFunction, TfNode } from '../graph/graphDef';
import { readShape } from './shapeProto';
import { readTensorProto } from './tensorProto';

const utf8 = new TextDecoder('utf-8');

/** Shared by the many nodes that have none. */
const none: ReadonlyMap<string, TfAttribute> = new Map();

/** @throws CheckpointError when it is damaged. */
export function readGraphDef(message: MessageReader): GraphDef {
  const nodes: TfNode[] = [];
  const functions = new Map<string, TfFunction>();
  for (const field of message.fields()) {
    if (field.number === 1) nodes.push(readNode(field.message()));
    else if (field.number === 2) {
      for (const part of field.message().fields()) {
        if (part.number !== 1) continue;
        const definition = readFunction(part.message());
        functions.set(definition.name, definition);
      }
    }
  }
  return { nodes, functions };
}

function readNode(message: MessageReader): TfNode {
  let name = '';
  let op = '';
  const inputs: string[] = [];
  let attributes: Map<string, TfAttribute> | null = null;
  for (const field of message.fields()) {
    if (field.number === 1) name = field.text();
    else if (field.number === 2) op = field.text();
    else if (field.number === 3) inputs.push(field.text());
    else if (field.number === 5) {
      const [key, value] = readEntry(field.message());
      if (!value) continue;
      attributes ??= new Map();
      attributes.set(key, value);
    }
  }
  return { name, op, inputs, attributes: attributes ?? none };
}

/** An entry of a map of attributes; null for a value of a kind that says nothing here. */
function readEntry(message: MessageReader): readonly [string, TfAttribute | null] {
  let key = '';
  let value: TfAttribute | null = null;
  for (const field of message.fields()) {
    if (field.number === 1) key = field.text();
    else if (field.number === 2) value = readAttribute(field.message());
  }
  return [key, value];
}

function readAttribute(message: MessageReader): TfAttribute | null {
  let value: TfAttribute | null = null;
  for (const field of message.fields()) {
    switch (field.number) {
      case 1:
        value = { kind: 'list', value: readList(field.message()) };
        break;
      case 2:
        value = { kind: 's', value: utf8.decode(field.bytes()) };
        break;
      case 3:
        value = { kind: 'i', value: Number(field.int64()) };
        break;
      case 4:
        value = { kind: 'f', value: field.float() };
        break;
      case 5:
        value = { kind: 'b', value: field.integer() !== 0 };
        break;
      case 6:
        value = { kind: 'type', value: field.integer() };
        break;
      case 7:
        value = { kind: 'shape', value: readShape(field.message()) };
        break;
      case 8: {
        const tensor = readTensorProto(field.message());
        value = tensor && { kind: 'tensor', value: tensor };
        break;
      }
      case 10:
        value = { kind: 'func', value: readFunctionName(field.message()) };
        break;
    }
  }
  return value;
}

function readList(message: MessageReader): readonly TfAttribute[] {
  const list: TfAttribute[] = [];
  for (const field of message.fields()) {
    switch (field.number) {
      case 2:
        list.push({ kind: 's', value: utf8.decode(field.bytes()) });
        break;
      case 3:
        field.eachInt64((value) => list.push({ kind: 'i', value: Number(value) }));
        break;
      case 4:
        field.eachFloat(4, (value) => list.push({ kind: 'f', value }));
        break;
      case 5:
        field.eachInt64((value) => list.push({ kind: 'b', value: value !== 0n }));
        break;
      case 6:
        field.eachInt64((value) => list.push({ kind: 'type', value: Number(value) }));
        break;
      case 7:
        list.push({ kind: 'shape', value: readShape(field.message()) });
        break;
      case 8: {
        const tensor = readTensorProto(field.message());
        if (tensor) list.push({ kind: 'tensor', value: tensor });
        break;
      }
      case 9:
        list.push({ kind: 'func', value: readFunctionName(field.message()) });
        break;
    }
  }
  return list;
}

function readFunctionName(message: MessageReader): string {
  for (const field of message.fields()) if (field.number === 1) return field.text();
  return '';
}

function readFunction(message: MessageReader): TfFunction {
  let name = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: TfNode[] = [];
  const returns = new Map<string, string>();
  for (const field of message.fields()) {
    if (field.number === 1) {
      for (const part of field.message().fields()) {
        if (part.number === 1) name = part.text();
        else if (part.number === 2) inputs.push(readFunctionName(part.message()));
        else if (part.number === 3) outputs.push(readFunctionName(part.message()));
      }
    } else if (field.number === 3) nodes.push(readNode(field.message()));
    else if (field.number === 4) {
      let key = '';
      let value = '';
      for (const part of field.message().fields()) {
        if (part.number === 1) key = part.text();
        else if (part.number === 2) value = part.text();
      }
      returns.set(key, value);
    }
  }
  if (name === '') throw new CheckpointError('The checkpoint is damaged: a function in it has no name.');
  return { name, inputs, outputs, nodes, returns };
}
