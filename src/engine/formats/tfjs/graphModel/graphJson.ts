/** A GraphDef as JSON, the way protobuf writes it: 64-bit integers as texts, bytes in base64. */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';
import type { GraphDef, TfAttribute, TfFunction, TfNode } from '../../tensorflow/graph/graphDef';
import { dtypeNamed } from './dataTypeNames';

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** protobuf's JSON has camelCase names; older converters kept the schema's own. */
function field(object: JsonObject, camel: string): Json | undefined {
  return (
    own(object, camel) ??
    own(
      object,
      camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
  );
}

/**
 * @param weights values of the Consts, which lie outside, by node name.
 * @throws CheckpointError when a node has no name or no operator.
 */
export function readGraphJson(topology: JsonObject, weights: ReadonlyMap<string, Tensor>, name: string): GraphDef {
  const nodes = readNodes(own(topology, 'node'), weights, name);
  const library = own(topology, 'library');
  const functions = isJsonObject(library) ? list(own(library, 'function')) : [];
  return { nodes, functions: new Map(functions.map((each) => functionEntry(each, weights, name))) };
}

function readNodes(json: Json | undefined, weights: ReadonlyMap<string, Tensor>, name: string): readonly TfNode[] {
  return list(json).map((node) => {
    const known = isJsonObject(node) ? { name: text(own(node, 'name')), op: text(own(node, 'op')) } : null;
    if (!isJsonObject(node) || !known?.name || !known.op) {
      throw new CheckpointError(`${name} is damaged: a node of its graph has no name or no operator.`);
    }
    const attributes = readAttributes(own(node, 'attr'));
    const weight = known.op === 'Const' ? weights.get(known.name) : undefined;
    if (weight) attributes.set('value', { kind: 'tensor', value: weight });
    else if (known.op === 'Const') {
      throw new CheckpointError(`${name} is incomplete: its list of weights has no “${known.name}”.`);
    }
    return { ...known, inputs: list(own(node, 'input')).map(text), attributes };
  });
}

function readAttributes(json: Json | undefined): Map<string, TfAttribute> {
  const attributes = new Map<string, TfAttribute>();
  if (!isJsonObject(json)) return attributes;
  for (const key of Object.keys(json)) {
    const value = own(json, key);
    const read = isJsonObject(value) ? readAttribute(value) : null;
    if (read) attributes.set(key, read);
  }
  return attributes;
}

/** Attributes by the field of AttrValue that they stand in. Tensors are left out: their values lie outside. */
const kinds: Readonly<Record<string, (value: Json) => TfAttribute | null>> = {
  s: (value) => ({ kind: 's', value: bytes(value) }),
  i: (value) => (Number.isInteger(Number(value)) ? { kind: 'i', value: Number(value) } : null),
  f: (value) => ({ kind: 'f', value: Number(value) }),
  b: (value) => ({ kind: 'b', value: value === true || value === 'true' }),
  type: (value) => ({ kind: 'type', value: typeof value === 'number' ? value : dtypeNamed(text(value)) }),
  shape: (value) => ({ kind: 'shape', value: readShape(value) }),
  func: (value) => ({ kind: 'func', value: isJsonObject(value) ? text(own(value, 'name')) : '' }),
};

function readAttribute(json: JsonObject): TfAttribute | null {
  for (const key of Object.keys(json)) {
    const value = own(json, key);
    if (value === undefined || value === null) continue;
    if (key === 'list') return { kind: 'list', value: isJsonObject(value) ? readList(value) : [] };
    const read = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    if (read) return read(value);
  }
  return null;
}

function readList(json: JsonObject): readonly TfAttribute[] {
  return Object.keys(json).flatMap((key) => {
    const read = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    return read ? list(own(json, key)).flatMap((value) => read(value) ?? []) : [];
  });
}

/** Base64, or a list of bytes. */
function bytes(value: Json): string {
  if (Array.isArray(value)) return Buffer.from(value.map(Number)).toString('utf8');
  return Buffer.from(text(value), 'base64').toString('utf8');
}

/** Lengths of a TensorShapeProto, −1 as null; null when even the rank is unknown. */
export function readShape(json: Json | undefined): readonly (number | null)[] | null {
  if (!isJsonObject(json) || field(json, 'unknownRank') === true) return null;
  return list(own(json, 'dim')).map((dim) => {
    const size = isJsonObject(dim) ? Number(own(dim, 'size') ?? 0) : Number.NaN;
    return Number.isInteger(size) && size >= 0 ? size : null;
  });
}

function functionEntry(json: Json, weights: ReadonlyMap<string, Tensor>, name: string): [string, TfFunction] {
  const signature = isJsonObject(json) ? own(json, 'signature') : undefined;
  if (!isJsonObject(json) || !isJsonObject(signature)) {
    throw new CheckpointError(`${name} is damaged: a function of its graph has no signature.`);
  }
  const names = (key: string): readonly string[] =>
    list(field(signature, key)).map((each) => (isJsonObject(each) ? text(own(each, 'name')) : ''));
  const returns = own(json, 'ret');
  const called = text(own(signature, 'name'));
  return [
    called,
    {
      name: called,
      inputs: names('inputArg'),
      outputs: names('outputArg'),
      nodes: readNodes(field(json, 'nodeDef'), weights, name),
      returns: new Map(isJsonObject(returns) ? Object.keys(returns).map((key) => [key, text(own(returns, key))]) : []),
    },
  ];
}
