/** The sorted table of TensorFlow's checkpoints, which is that of leveldb (tensorflow/core/lib/io/format.cc, table_format.txt). */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteSource } from '../../kit/bytes/byteSource';
import { maskedCrc32c } from './crc32c';
import { unsnappy } from './snappy';

const footerBytes = 48;
const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Behind each block: how it is compressed, and its CRC. */
const trailerBytes = 5;
/** Blocks are cut at 256 KiB, but one entry may be longer: the weights of a checkpoint in one file. */
const largestUnpacked = 1 << 28;
/** A block of many entries unpacks to this many times its bytes at most; snappy itself gives at most 64 for 3. */
const mostUnpacking = 64;
/** Names are far shorter. */
const longestKey = 1 << 16;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** Bytes of a block, or those of an entry's value. */
type Bytes = Uint8Array;

/**
 * Calls back with each entry in order of the keys. Key and value are views that stay valid.
 *
 * @throws CheckpointError when it is damaged: lengths, CRCs or compression.
 */
export function readTable(source: ByteSource, use: (key: Bytes, value: Bytes) => void): void {
  if (source.size < footerBytes) throw damaged(source, 'it is shorter than the end of an index');
  const footer = source.read(source.size - footerBytes, footerBytes).slice();
  if (magic.some((byte, i) => footer[40 + i] !== byte))
    throw damaged(source, 'its last bytes are not those of an index');
  const cursor = new Cursor(source, footer.subarray(0, 40));
  cursor.handle();
  const index = readBlock(source, cursor.handle());
  const seen = new Set<number>();
  eachEntry(source, index, (_, value) => {
    const handle = new Cursor(source, value).handle();
    // Otherwise an index of many entries for one block would be read for as long as it says.
    if (seen.has(handle.offset)) throw damaged(source, 'it names a block twice');
    seen.add(handle.offset);
    eachEntry(source, readBlock(source, handle), use);
  });
}

function readBlock(source: ByteSource, { offset, size }: Handle): Bytes {
  if (offset + size + trailerBytes > source.size - footerBytes) {
    throw damaged(
      source,
      `a block of ${size} bytes is said to begin at byte ${offset}, but the file has ${source.size}`,
    );
  }
  const stored = source.read(offset, size + trailerBytes).slice();
  const trailer = new DataView(stored.buffer, stored.byteOffset + size, trailerBytes);
  if (trailer.getUint32(1, true) !== maskedCrc32c(stored.subarray(0, size + 1))) {
    throw damaged(source, `the block at byte ${offset} is not what was written (its checksum differs)`);
  }
  const compression = trailer.getUint8(0);
  const content = stored.subarray(0, size);
  if (compression === 0) return content;
  if (compression !== 1)
    throw damaged(source, `the block at byte ${offset} has the unknown compression ${compression}`);
  return unsnappy(content, source.name, Math.min(largestUnpacked, mostUnpacking * size));
}

/** Entries of a block: each key by how much of the one before it begins with, and the rest. */
function eachEntry(source: ByteSource, block: Bytes, use: (key: Bytes, value: Bytes) => void): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const restarts = block.length >= 4 ? view.getUint32(block.length - 4, true) : Number.POSITIVE_INFINITY;
  const end = block.length - 4 - 4 * restarts;
  if (!(end >= 0)) throw damaged(source, 'a block of it is shorter than it says');
  const cursor = new Cursor(source, block.subarray(0, end));
  let key = new Uint8Array(0);
  while (!cursor.atEnd) {
    const shared = cursor.varint();
    const own = cursor.varint();
    const length = cursor.varint();
    if (shared > key.length || shared + own > longestKey)
      throw damaged(source, 'a name in it is longer than it can be');
    const next = new Uint8Array(shared + own);
    next.set(key.subarray(0, shared));
    next.set(cursor.bytes(own), shared);
    key = next;
    use(key, cursor.bytes(length));
  }
}

class Cursor {
  private position = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly content: Bytes,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.content.length;
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < 8; i++) {
      const byte = this.content[this.position++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) {
        if (Number.isSafeInteger(value)) return value;
        break;
      }
    }
    throw damaged(this.source, 'a number in it does not end or is too large');
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() };
  }

  bytes(length: number): Bytes {
    if (this.position + length > this.content.length)
      throw damaged(this.source, 'an entry of it is longer than its block');
    const bytes = this.content.subarray(this.position, this.position + length);
    this.position += length;
    return bytes;
  }
}

function damaged({ name }: ByteSource, what: string): CheckpointError {
  return new CheckpointError(`${name} is truncated or damaged: ${what}.`);
}
