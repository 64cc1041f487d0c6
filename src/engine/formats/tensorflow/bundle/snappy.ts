import { uncompress } from 'snappyjs';
import { CheckpointError } from '../../../../shared/errors';

/**
 * Bytes in the snappy format (https://github.com/google/snappy/blob/main/format_description.txt). The stream is walked first: it must
 * give exactly as many bytes as it states, so that neither a false length nor a step backwards reaches the decoder.
 *
 * @param name of the file, for messages.
 * @param most the most bytes that it may give.
 */
export function unsnappy(bytes: Uint8Array, name: string, most: number): Uint8Array {
  const stated = walk(bytes);
  if (stated === null || stated > most) {
    throw new CheckpointError(`${name} is damaged: a compressed block in it cannot be unpacked.`);
  }
  return uncompress(bytes, most);
}

/** The length of what the stream gives; null when it contradicts itself. */
function walk(bytes: Uint8Array): number | null {
  let at = 0;
  let stated = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) return null;
    stated += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  let given = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] as number;
    const kind = tag & 3;
    let length = (tag >>> 2) + 1;
    if (kind === 0) {
      if (length > 60) {
        const count = length - 60;
        length = 1 + littleEndian(bytes, at, count);
        at += count;
      }
      at += length;
    } else {
      if (kind === 1) length = ((tag >>> 2) & 7) + 4;
      const count = kind === 1 ? 1 : kind === 2 ? 2 : 4;
      const offset = littleEndian(bytes, at, count) + (kind === 1 ? (tag >>> 5) * 256 : 0);
      if (offset === 0 || offset > given) return null;
      at += count;
    }
    given += length;
    if (at > bytes.length || given > stated) return null;
  }
  return given === stated ? stated : null;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += (bytes[at + i] ?? 0) * 256 ** i;
  return value;
}
