import type { ByteRange } from '../../kit/bytes/byteSource';
import { MessageReader } from '../../kit/protobuf/protobuf';
import {
  type Attribute,
  type GraphRecord,
  type NodeRecord,
  readAttribute,
  readGraph,
  readNode,
  readValue,
  standardDomain,
  type ValueRecord,
} from './graphProto';

/** A ModelProto; weights are still in the file. */
export interface ModelRecord {
  readonly irVersion: number;
  readonly producer: string;
  readonly graph: GraphRecord | null;
  /** Domain → version; the standard domain is the empty string. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly functions: readonly FunctionRecord[];
}

/** A FunctionProto: an operator of the checkpoint's own, made of nodes. */
export interface FunctionRecord {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Values of attributes that a caller may leave out. */
  readonly defaults: ReadonlyMap<string, Attribute>;
  readonly nodes: readonly NodeRecord[];
  readonly values: readonly ValueRecord[];
  /** The operator versions that its nodes are written in. */
  readonly opsets: ReadonlyMap<string, number>;
}

/** @throws CheckpointError when the bytes are not a well-formed ModelProto. */
export function readModelProto(range: ByteRange): ModelRecord {
  const graphs: ByteRange[] = [];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: FunctionRecord[] = [];
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
    else if (field.number === 25) functions.push(readFunction(field.message()));
  }
  return {
    irVersion,
    producer: [producerName, producerVersion].filter((part) => part !== '').join(' '),
    graph: graphs.length === 0 ? null : readGraph(graphs),
    opsets,
    metadata,
    functions,
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

function readFunction(message: MessageReader): FunctionRecord {
  let [domain, name, overload] = ['', '', ''];
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const defaults = new Map<string, Attribute>();
  const nodes: NodeRecord[] = [];
  const values: ValueRecord[] = [];
  const opsets = new Map<string, number>();
  for (const field of message.fields()) {
    if (field.number === 1) name = field.text();
    else if (field.number === 4) inputs.push(field.text());
    else if (field.number === 5) outputs.push(field.text());
    else if (field.number === 7) nodes.push(readNode(field.message()));
    else if (field.number === 9) addOpset(opsets, field.message());
    else if (field.number === 10) domain = standardDomain(field.text());
    else if (field.number === 12) values.push(readValue(field.message()));
    else if (field.number === 13) overload = field.text();
    else if (field.number === 11) {
      const read = readAttribute(field.message());
      defaults.set(read.name, read.attribute);
    }
  }
  return { domain, name, overload, inputs, outputs, defaults, nodes, values, opsets };
}
