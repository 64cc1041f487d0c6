/** Protobuf models of other libraries; they have no mark, so their messages have to look right. */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteSource } from '../bytes/byteSource';
import { type Field, MessageReader } from '../protobuf/protobuf';
import type { FileKind } from './kind';

const [varint, length] = [0, 2];

function fieldsOf(message: MessageReader, most: number): readonly Field[] {
  const fields: Field[] = [];
  try {
    for (const field of message.fields()) {
      fields.push(field);
      if (fields.length === most) break;
    }
    return fields;
  } catch (error) {
    if (error instanceof CheckpointError) return fields;
    throw error;
  }
}

const has = (fields: readonly Field[], number: number, wireType: number): boolean =>
  fields.some((field) => field.number === number && field.wireType === wireType);

function nested(fields: readonly Field[], number: number): readonly Field[] {
  const found = fields.find((field) => field.number === number && field.wireType === length);
  return found ? fieldsOf(found.message(), 64) : [];
}

/** A Core ML, Caffe or PaddlePaddle model, or null. */
export function otherProtobufKind(source: ByteSource): FileKind | null {
  const fields = fieldsOf(new MessageReader({ source, start: 0, end: source.size }), 2000);
  const [first, second] = fields;
  // Core ML: version, description, then one model among the fields from 200 on.
  if (
    first?.number === 1 &&
    first.wireType === varint &&
    second?.number === 2 &&
    fields.some(({ number }) => number >= 200)
  ) {
    return { id: 'other', what: 'a Core ML model', way: 'choose the model that it was converted from' };
  }
  const layer = nested(fields, 100);
  const oldLayer = nested(fields, 2);
  const isCaffe =
    (has(layer, 1, length) && has(layer, 2, length)) || (has(oldLayer, 4, length) && has(oldLayer, 5, varint));
  if (isCaffe) {
    return { id: 'other', what: 'a Caffe model (.caffemodel)', way: 'convert it with its .prototxt to ONNX' };
  }
  const programBlock = nested(fields, 1);
  if (has(programBlock, 1, varint) && has(programBlock, 2, varint) && has(programBlock, 3, length)) {
    return { id: 'other', what: 'a PaddlePaddle network (.pdmodel)', way: 'convert its folder with paddle2onnx' };
  }
  return null;
}
