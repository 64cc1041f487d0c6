import { closeSync } from 'node:fs';
import { CheckpointError } from '../../../../shared/errors';
import { FileProblem, openRegularFileSync } from '../../../files/regularFile';
import { FileOnDisk, readFully } from './fileOnDisk';

/** Random access to the bytes of a checkpoint, without holding all of them. */
export interface ByteSource {
  /** How messages name it. */
  readonly name: string;
  readonly size: number;
  /**
   * The bytes of a range, as a view that is valid until the next call.
   *
   * @throws CheckpointError when the range is not inside the source.
   */
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` with the bytes from `offset` on. */
  readInto(target: Uint8Array, offset: number): void;
}

/** Bytes [start, end) of a source. */
export interface ByteRange {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

/** Throws CheckpointError when a range is not inside the source. */
export function assertInside(source: ByteSource, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= source.size) return;
  throw new CheckpointError(
    `${source.name} is truncated or damaged: ${length} bytes are wanted at byte ${offset}, but it ends at byte ${source.size}.`,
  );
}

/** Bytes that are in memory already. */
export class MemorySource implements ByteSource {
  constructor(
    readonly name: string,
    private readonly bytes: Uint8Array,
  ) {}

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(this, offset, length);
    return this.bytes.subarray(offset, offset + length);
  }

  readInto(target: Uint8Array, offset: number): void {
    target.set(this.read(offset, target.length));
  }
}

const windowBytes = 1 << 18;

function openChecked(name: string): ReturnType<typeof openRegularFileSync> {
  try {
    return openRegularFileSync(name);
  } catch (error) {
    throw error instanceof FileProblem ? new CheckpointError(error.message, { cause: error }) : error;
  }
}

/** An open file, read through a window of 256 KiB; long ranges are read directly. */
export class FileSource implements ByteSource {
  readonly size: number;
  readonly file: FileOnDisk;
  private readonly descriptor: number;
  private readonly window: Uint8Array;
  private windowStart = 0;
  private windowLength = 0;

  /** @throws CheckpointError when it is no regular file; the file system's own error when it cannot be opened. */
  constructor(readonly name: string) {
    const { descriptor, stats } = openChecked(name);
    this.descriptor = descriptor;
    this.size = Number(stats.size);
    this.file = new FileOnDisk(name, stats);
    this.window = new Uint8Array(Math.min(windowBytes, this.size));
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(this, offset, length);
    if (length > this.window.length) {
      const bytes = new Uint8Array(length);
      this.fill(bytes, offset);
      return bytes;
    }
    if (offset < this.windowStart || offset + length > this.windowStart + this.windowLength) {
      const count = Math.min(this.window.length, this.size - offset);
      this.windowLength = 0;
      this.fill(this.window.subarray(0, count), offset);
      this.windowStart = offset;
      this.windowLength = count;
    }
    const start = offset - this.windowStart;
    return this.window.subarray(start, start + length);
  }

  readInto(target: Uint8Array, offset: number): void {
    assertInside(this, offset, target.length);
    this.fill(target, offset);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private fill(target: Uint8Array, offset: number): void {
    const ended = () => new CheckpointError(`${this.name} became shorter while it was read; read it again.`);
    readFully(this.descriptor, target, offset, ended);
  }
}
