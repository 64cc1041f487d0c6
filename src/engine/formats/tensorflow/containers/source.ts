/** A graph's file, in the binary or in the text form of protobuf. */
import type { ByteRange, ByteSource } from '../../kit/bytes/byteSource';
import { MemorySource } from '../../kit/bytes/byteSource';
import { binaryOf, outerMessage } from '../text/textFormat';

const headBytes = 4096;

/** Of a text, the message that it is. */
export interface GraphSource extends ByteRange {
  readonly message: 'GraphDef' | 'MetaGraphDef' | 'SavedModel' | null;
}

/** @throws CheckpointError when a text makes no sense. */
export function graphSource(file: ByteSource, isText: boolean): GraphSource {
  if (!isText) return { source: file, start: 0, end: file.size, message: null };
  const head = new TextDecoder('latin1').decode(file.read(0, Math.min(headBytes, file.size)));
  const message = outerMessage(head);
  const binary = binaryOf(file.read(0, file.size).slice(), message, file.name);
  const source = new MemorySource(file.name, binary);
  return { source, start: 0, end: binary.length, message };
}
