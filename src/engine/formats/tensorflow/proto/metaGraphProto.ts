/** MetaGraphDef and SavedModel (tensorflow/core/protobuf/{meta_graph,saver,saved_model}.proto). */
import type { ByteRange } from '../../kit/bytes/byteSource';
import { type Field, MessageReader } from '../../kit/protobuf/protobuf';
import type { GraphDef } from '../graph/graphDef';
import { readGraphDef } from './graphProto';
import { readShape } from './shapeProto';

/** A TensorInfo: which value of the outer graph it is. Sparse and composite ones have no name. */
export interface TensorInfo {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly (number | null)[] | null;
}

export interface Signature {
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: ReadonlyMap<string, TensorInfo>;
  readonly method: string;
}

export interface MetaGraph {
  readonly tags: readonly string[];
  /** Of the TensorFlow that wrote it; empty when it does not say. */
  readonly version: string;
  readonly graph: GraphDef;
  /** The operator or call that restores the variables; empty when there is no saver. */
  readonly restore: string;
  readonly signatures: ReadonlyMap<string, Signature>;
  /** SavedObjectGraph. */
  readonly objects: ByteRange | null;
}

const emptyGraph: GraphDef = { nodes: [], functions: new Map() };

/** @throws CheckpointError when it is damaged. */
export function readMetaGraph(message: MessageReader): MetaGraph {
  const tags: string[] = [];
  const signatures = new Map<string, Signature>();
  let version = '';
  let graph = emptyGraph;
  let restore = '';
  let objects: ByteRange | null = null;
  for (const field of message.fields()) {
    switch (field.number) {
      case 1:
        for (const part of field.message().fields()) {
          if (part.number === 4) tags.push(part.text());
          else if (part.number === 5) version = part.text();
        }
        break;
      case 2:
        graph = readGraphDef(field.message());
        break;
      case 3:
        restore = textOf(field, 3);
        break;
      case 5: {
        const { key, value } = entryOf(field);
        if (value) signatures.set(key, readSignature(value));
        break;
      }
      case 7:
        objects = field.range();
        break;
    }
  }
  return { tags, version, graph, restore, signatures, objects };
}

/** The MetaGraphs of a SavedModel. @throws CheckpointError when it is damaged. */
export function readSavedModel(range: ByteRange): readonly MetaGraph[] {
  const graphs: MetaGraph[] = [];
  for (const field of new MessageReader(range).fields()) {
    if (field.number === 2) graphs.push(readMetaGraph(field.message()));
  }
  return graphs;
}

function textOf(field: Field, number: number): string {
  let text = '';
  for (const part of field.message().fields()) if (part.number === number) text = part.text();
  return text;
}

function entryOf(field: Field): { readonly key: string; readonly value: MessageReader | null } {
  let key = '';
  let value: MessageReader | null = null;
  for (const part of field.message().fields()) {
    if (part.number === 1) key = part.text();
    else if (part.number === 2) value = part.message();
  }
  return { key, value };
}

function readSignature(message: MessageReader): Signature {
  const inputs = new Map<string, TensorInfo>();
  const outputs = new Map<string, TensorInfo>();
  let method = '';
  for (const field of message.fields()) {
    if (field.number === 1 || field.number === 2) {
      const { key, value } = entryOf(field);
      if (value) (field.number === 1 ? inputs : outputs).set(key, readTensorInfo(value));
    } else if (field.number === 3) method = field.text();
  }
  return { inputs, outputs, method };
}

function readTensorInfo(message: MessageReader): TensorInfo {
  let name = '';
  let type = 0;
  let shape: TensorInfo['shape'] = null;
  for (const field of message.fields()) {
    if (field.number === 1) name = field.text();
    else if (field.number === 2) type = field.integer();
    else if (field.number === 3) shape = readShape(field.message());
  }
  return { name, type, shape };
}
