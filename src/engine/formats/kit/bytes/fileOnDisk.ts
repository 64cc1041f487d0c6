import { type BigIntStats, closeSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import { openRegularFileSync } from '../../../files/regularFile';
import type { StoredFile } from '../../../graph/ir/lazyTensor';

/** One read call moves less than 2 GiB on every platform. */
const chunkBytes = 1 << 28;

type Stamp = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs'>;

/** A file that was opened once and is read again later, as long as it stays what it was. */
export class FileOnDisk implements StoredFile {
  readonly path: string;
  private readonly stamp: Stamp;

  constructor(path: string, { dev, ino, size, mtimeNs }: Stamp) {
    this.path = resolve(path);
    this.stamp = { dev, ino, size, mtimeNs };
  }

  state(): ReturnType<StoredFile['state']> {
    const now = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return now ? this.compare(now) : 'replaced';
  }

  /**
   * Fills `target` with the bytes from `offset` on.
   *
   * @throws CheckpointError when the file is not there any more, or another one.
   */
  readInto(target: Uint8Array, offset: number): void {
    let opened: ReturnType<typeof openRegularFileSync>;
    try {
      opened = openRegularFileSync(this.path);
    } catch (error) {
      throw new CheckpointError(`${this.path} cannot be read any more; open the checkpoint again.`, { cause: error });
    }
    const { descriptor, stats } = opened;
    try {
      if (this.compare(stats) !== 'same') throw this.changed();
      readFully(descriptor, target, offset, () => this.changed());
    } finally {
      closeSync(descriptor);
    }
  }

  private compare(now: Stamp): ReturnType<StoredFile['state']> {
    if (now.ino !== this.stamp.ino || now.dev !== this.stamp.dev) return 'replaced';
    return now.size === this.stamp.size && now.mtimeNs === this.stamp.mtimeNs ? 'same' : 'changed';
  }

  private changed(): CheckpointError {
    return new CheckpointError(`${this.path} changed after it had been opened; open the checkpoint again.`);
  }
}

/** Reads until `target` is full. Throws what `ended` gives when the file ends before. */
export function readFully(descriptor: number, target: Uint8Array, offset: number, ended: () => Error): void {
  let done = 0;
  while (done < target.length) {
    const count = Math.min(chunkBytes, target.length - done);
    const got = readSync(descriptor, target, done, count, offset + done);
    if (got === 0) throw ended();
    done += got;
  }
}
