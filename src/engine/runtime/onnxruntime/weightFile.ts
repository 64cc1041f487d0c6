import { closeSync, mkdtempSync, openSync, readdirSync, readSync, realpathSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeFailure } from '../../../shared/errors';
import { LazyTensor, type StoredBytes, type StoredFile } from '../../graph/ir/lazyTensor';
import type { Tensor } from '../../graph/ir/tensor';
import type { WeightStore } from '../runtime';
import { isInline, rawBytes } from './encodeTensor';

const prefix = 'whylight-weights-';
/** Tensors begin at pages, so that no page is mapped twice. */
const page = 4096;
/** One call moves less than 2 GiB on every platform. */
const chunkBytes = 1 << 28;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes the folders of processes that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1] ?? Number.NaN);
    if (pid > 0 && !isRunning(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

const folders = new Set<string>();

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/**
 * A file for the weights of one model that lie in no file as they are needed: those that passes computed, or that were converted. All
 * programs of the model map it, so that such weights are in memory once as well.
 */
export class WeightFile implements WeightStore {
  private readonly known = new WeakMap<Tensor, StoredBytes>();
  private folder = '';
  private file: StoredFile | null = null;
  private descriptor = -1;
  private length = 0;

  /** Where the tensor's bytes lie; writes them the first time. Throws the file system's own error when the disk is full. */
  put(tensor: Tensor): StoredBytes {
    const known = this.known.get(tensor);
    if (known) return known;
    this.file ??= this.create();
    const bytes = rawBytes(tensor);
    const offset = Math.ceil(this.length / page) * page;
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.descriptor, bytes, done, Math.min(chunkBytes, bytes.length - done), offset + done);
    }
    this.length = offset + bytes.length;
    const stored = { file: this.file, offset, length: bytes.length };
    this.known.set(tensor, stored);
    return stored;
  }

  keep(tensor: Tensor): Tensor {
    const { dtype, dims } = tensor;
    if (isInline(tensor) || LazyTensor.storedBytes(tensor)) return tensor;
    const Elements = tensor.data.constructor as new (buffer: ArrayBuffer) => LazyTensor['data'];
    try {
      const stored = this.put(tensor);
      return new LazyTensor(dtype, dims, () => new Elements(this.read(stored)), stored);
    } catch (error) {
      if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
      return tensor;
    }
  }

  /** What has mapped the file keeps it. */
  dispose(): void {
    if (this.file) closeSync(this.descriptor);
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
    this.file = null;
  }

  private read({ offset, length }: StoredBytes): ArrayBuffer {
    const buffer = new ArrayBuffer(length);
    const bytes = new Uint8Array(buffer);
    for (let done = 0; done < length; ) {
      const count = readSync(this.descriptor, bytes, done, Math.min(chunkBytes, length - done), offset + done);
      if (count === 0) throw new RuntimeFailure('The file that holds computed weights was cut short; explain again.');
      done += count;
    }
    return buffer;
  }

  private create(): StoredFile {
    removeLeftovers();
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`)));
    if (folders.size === 0) process.once('exit', removeFolders);
    folders.add(this.folder);
    const path = join(this.folder, 'weights');
    this.descriptor = openSync(path, 'wx+', 0o600);
    // Nobody else writes here.
    return { path, state: () => 'same' };
  }
}
