import type { Dim } from '../../graph/tensor';
import type { ByteRange } from '../protobuf';
import { MessageReader } from '../protobuf';
import { type Attribute, readAttribute } from './attribute';
import { readSparseTensor, type SparseRecord } from './sparseTensor';
import { readTensorProto, type TensorRecord } from './tensorProto';

/** A ValueInfoProto; `dataType` is null for values that are no tensors, `dims` when no shape is given. */
export interface ValueRecord {
  readonly name: string;
  readonly dataType: number | null;
  readonly dims: readonly Dim[] | null;
}

export interface NodeRecord {
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface GraphRecord {
  readonly nodes: readonly NodeRecord[];
  readonly initializers: readonly TensorRecord[];
  readonly sparseInitializers: readonly SparseRecord[];
  readonly inputs: readonly ValueRecord[];
  readonly outputs: readonly ValueRecord[];
  readonly values: readonly ValueRecord[];
}

/** A ModelProto; weights are still in the file. */
export interface ModelRecord {
  readonly irVersion: number;
  readonly producer: string;
  readonly graph: GraphRecord | null;
  /** Domain → version; the standard domain is the empty string. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
}

function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** @throws CheckpointError when the bytes are not a well-formed ModelProto. */
export function readModelProto(range: ByteRange): ModelRecord {
  const graphs: ByteRange[] = [];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  let irVersion = 0;
  let producerName = '';
  let producerVersion = '';
  for (const field of new MessageReader(range).fields()) {
    if (field.number === 1) irVersion = field.integer();
    else if (field.number === 2) producerName = field.text();
    else if (field.number === 3) producerVersion = field.text();
    else if (field.number === 7) graphs.push(field.range());
    else if (field.number === 8) addOpset(opsets, field.message());
    else if (field.number === 14) addText(metadata, field.message());
  }
  return {
    irVersion,
    producer: [producerName, producerVersion].filter((part) => part !== '').join(' '),
    graph: graphs.length === 0 ? null : readGraph(graphs),
    opsets,
    metadata,
  };
}

function addOpset(opsets: Map<string, number>, message: MessageReader): void {
  let domain = '';
  let version = 0;
  for (const field of message.fields()) {
    if (field.number === 1) domain = field.text();
    else if (field.number === 2) version = field.integer();
  }
  opsets.set(standardDomain(domain), version);
}

function addText(texts: Map<string, string>, message: MessageReader): void {
  let key = '';
  let value = '';
  for (const field of message.fields()) {
    if (field.number === 1) key = field.text();
    else if (field.number === 2) value = field.text();
  }
  texts.set(key, value);
}

/** A message field that occurs several times is the concatenation of its parts. */
function readGraph(parts: readonly ByteRange[]): GraphRecord {
  const nodes: NodeRecord[] = [];
  const initializers: TensorRecord[] = [];
  const sparseInitializers: SparseRecord[] = [];
  const inputs: ValueRecord[] = [];
  const outputs: ValueRecord[] = [];
  const values: ValueRecord[] = [];
  for (const part of parts) {
    for (const field of new MessageReader(part).fields()) {
      if (field.number === 1) nodes.push(readNode(field.message()));
      else if (field.number === 5) initializers.push(readTensorProto(field.message()));
      else if (field.number === 11) inputs.push(readValue(field.message()));
      else if (field.number === 12) outputs.push(readValue(field.message()));
      else if (field.number === 13) values.push(readValue(field.message()));
      else if (field.number === 15) sparseInitializers.push(readSparseTensor(field.message()));
    }
  }
  return { nodes, initializers, sparseInitializers, inputs, outputs, values };
}

function readNode(message: MessageReader): NodeRecord {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let op = '';
  let domain = '';
  let name = '';
  for (const field of message.fields()) {
    if (field.number === 1) inputs.push(field.text());
    else if (field.number === 2) outputs.push(field.text());
    else if (field.number === 3) name = field.text();
    else if (field.number === 4) op = field.text();
    else if (field.number === 7) domain = standardDomain(field.text());
    else if (field.number === 5) {
      const read = readAttribute(field.message());
      attributes.set(read.name, read.attribute);
    }
  }
  return { op, domain, name, inputs, outputs, attributes };
}

function readValue(message: MessageReader): ValueRecord {
  let name = '';
  let dataType: number | null = null;
  let dims: readonly Dim[] | null = null;
  for (const field of message.fields()) {
    if (field.number === 1) name = field.text();
    if (field.number !== 2) continue;
    for (const type of field.message().fields()) {
      if (type.number !== 1) continue;
      for (const part of type.message().fields()) {
        if (part.number === 1) dataType = part.integer();
        else if (part.number === 2) dims = readShape(part.message());
      }
    }
  }
  return { name, dataType, dims };
}

/** A dimension without a positive length (a symbol, nothing, or the 0 and −1 of old exporters) is unknown. */
function readShape(message: MessageReader): readonly Dim[] {
  const dims: Dim[] = [];
  for (const field of message.fields()) {
    if (field.number !== 1) continue;
    let dim: Dim = null;
    for (const part of field.message().fields()) {
      if (part.number !== 1) continue;
      const length = part.integer();
      dim = length > 0 ? length : null;
    }
    dims.push(dim);
  }
  return dims;
}
