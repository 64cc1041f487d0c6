/** Tells the protobuf files apart that checkpoints come in; they have no magic number. */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteSource } from '../bytes/byteSource';
import { type Field, MessageReader } from './protobuf';

export type ProtobufKind = 'onnx' | 'saved-model' | 'meta-graph' | 'graph-def' | 'unknown';

/** The leading fields of a message, as many as can be read: a truncated file still says what it was. */
function leadingFields(source: ByteSource): { readonly fields: readonly Field[]; readonly whole: boolean } {
  const fields: Field[] = [];
  try {
    for (const field of new MessageReader({ source, start: 0, end: source.size }).fields()) {
      fields.push(field);
      if (fields.length === 64) break;
    }
    return { fields, whole: true };
  } catch (error) {
    if (error instanceof CheckpointError) return { fields, whole: false };
    throw error;
  }
}

const varint = 0;
const length = 2;
/** Fields of ModelProto: numbers and wire types. */
const modelFields: ReadonlyMap<number, number> = new Map([
  [1, varint],
  [2, length],
  [3, length],
  [4, length],
  [5, varint],
  [6, length],
  [7, length],
  [8, length],
  [14, length],
  [20, length],
  [25, length],
  [26, length],
]);
const newestIrVersion = 100n;

function isModel(fields: readonly Field[], whole: boolean): boolean {
  if (fields.some((field) => modelFields.get(field.number) !== field.wireType)) return false;
  const version = fields.find((field) => field.number === 1);
  if (version && (version.int64() < 1n || version.int64() > newestIrVersion)) return false;
  if (fields.some((field) => field.number === 7)) return true;
  // A damaged file that began like one: the IR version, then perhaps the producer.
  return !whole && version !== undefined && fields[0] === version;
}

function firstMessage(fields: readonly Field[], number: number): readonly Field[] {
  const found = fields.find((field) => field.number === number && field.wireType === length);
  if (!found) return [];
  try {
    return [...found.message().fields()].slice(0, 64);
  } catch (error) {
    if (error instanceof CheckpointError) return [];
    throw error;
  }
}

/** A GraphDef: nodes (1) that have a name (1) and an operator (2). */
function isGraphDef(fields: readonly Field[]): boolean {
  const node = firstMessage(fields, 1);
  return [1, 2].every((number) => node.some((field) => field.number === number && field.wireType === length));
}

export function protobufKind(source: ByteSource): ProtobufKind {
  const { fields, whole } = leadingFields(source);
  if (fields.length === 0) return 'unknown';
  const [first] = fields;
  if (first?.number === 1 && first.wireType === varint && first.int64() === 1n) {
    const metaGraph = firstMessage(fields, 2);
    if (metaGraph.length > 0 && isGraphDef(firstMessage(metaGraph, 2))) return 'saved-model';
  }
  if (isModel(fields, whole)) return 'onnx';
  if (isGraphDef(firstMessage(fields, 2))) return 'meta-graph';
  if (isGraphDef(fields)) return 'graph-def';
  return 'unknown';
}
