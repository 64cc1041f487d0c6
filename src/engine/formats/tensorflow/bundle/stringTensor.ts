import { CheckpointError } from '../../../../shared/errors';
import type { ByteSource } from '../../kit/bytes/byteSource';

/** The description of the objects of a checkpoint is some megabytes long at most. */
const longestText = 1 << 28;

/**
 * The first text of a tensor of texts in a shard: the lengths as varints, their CRC, then the texts.
 *
 * @param count of texts.
 * @returns null when there is none.
 * @throws CheckpointError when it is damaged.
 */
export function readStringTensor(source: ByteSource, offset: number, size: number, count: number): Uint8Array | null {
  const damaged = () =>
    new CheckpointError(`${source.name} is truncated or damaged: a text in it is longer than it can be.`);
  if (count === 0) return null;
  if (offset < 0 || size < 0 || offset + size > source.size || size > longestText || count > size) throw damaged();
  const bytes = source.read(offset, size).slice();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < 8; i++) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw damaged();
  };
  const first = varint();
  for (let i = 1; i < count; i++) varint();
  at += 4;
  if (at + first > bytes.length) throw damaged();
  return bytes.subarray(at, at + first);
}
