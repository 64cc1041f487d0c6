import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import type { ByteSource } from '../bytes/byteSource';

/** A byte source as yauzl reads. */
export class SourceReader extends RandomAccessReader {
  constructor(private readonly source: ByteSource) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from([Buffer.from(this.source.read(start, end - start))]);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let failure: Error | null = null;
    try {
      this.source.readInto(buffer.subarray(offset, offset + length), position);
    } catch (error) {
      failure = error as Error;
    }
    setImmediate(callback, failure);
  }
}
