/**
 * The HDF5 library over one file, which it reads by ranges. Each file has an instance of its own, with a memory of its own: what a
 * damaged file does to it ends with it, and all that it took is given back.
 */
import { CheckpointError } from '../../../../shared/errors';
import type { FileNode, HdfModule } from './factory.js';

/** What a file's bytes are read from. */
export interface Bytes {
  /** How messages name it. */
  readonly name: string;
  readonly size: number;
  readInto(target: Uint8Array, offset: number): void;
}

/** What the library reads of a sound file is read about once; one that makes it turn in circles is given up. */
const mostReadings = 64;
const mostReadBytes = 1 << 28;

const path = '/checkpoint.h5';

export class HdfInstance {
  private dead = false;
  private read = 0;

  private constructor(
    private readonly module: HdfModule,
    readonly bytes: Bytes,
  ) {}

  /** @throws CheckpointError when the file is no HDF5 or damaged. */
  static async open(bytes: Bytes): Promise<{ readonly instance: HdfInstance; readonly file: bigint }> {
    const { load } = await import('./factory.js');
    const silent = () => {};
    const module = await load({ noInitialRun: true, print: silent, printErr: silent });
    const instance = new HdfInstance(module, bytes);
    instance.mount(module.FS.createFile('/', path.slice(1), {}, true, false));
    const file = instance.call((library) => {
      library.activate_throwing_error_handler();
      return library.open(path, 0, false, -1, -1);
    });
    return { instance, file };
  }

  /**
   * Asks the library.
   *
   * @throws CheckpointError when it fails: nothing more can then be asked.
   */
  call<T>(work: (library: HdfModule) => T): T {
    if (this.dead) throw this.damaged();
    try {
      return work(this.module);
    } catch (error) {
      this.dead = true;
      if (error instanceof CheckpointError) throw error;
      if (isFailure(error)) throw this.damaged(error);
      throw error;
    }
  }

  /** Asks with room in the library's memory, which is given back. */
  withMemory<T>(size: number, work: (library: HdfModule, pointer: number) => T): T {
    return this.call((library) => {
      const pointer = library._malloc(Math.max(size, 1));
      if (pointer === 0)
        throw new CheckpointError(`${this.bytes.name} holds too much in one piece for HDF5 to read it.`);
      const result = work(library, pointer);
      library._free(pointer);
      return result;
    });
  }

  damaged(cause?: unknown): CheckpointError {
    const why = cause instanceof Error ? reason(cause.message) : '';
    return new CheckpointError(`${this.bytes.name} is truncated or damaged: HDF5 cannot read it${why}.`, { cause });
  }

  /** Puts the file in the place of an empty one. */
  private mount(node: FileNode): void {
    const { size } = this.bytes;
    const never = new Date(0);
    node.node_ops = {
      getattr: ({ id, mode }) => ({
        dev: 1,
        ino: id,
        mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size,
        atime: never,
        mtime: never,
        ctime: never,
        blksize: 4096,
        blocks: Math.ceil(size / 4096),
      }),
    };
    node.stream_ops = {
      open: () => {},
      close: () => {},
      llseek: (stream, offset, whence) => offset + (whence === 1 ? stream.position : whence === 2 ? size : 0),
      read: (_, heap, offset, length, position) => {
        const count = Math.max(Math.min(length, size - position), 0);
        this.read += length;
        if (this.read > mostReadings * size + mostReadBytes) throw this.damaged(new Error('it leads in circles'));
        if (count > 0) this.bytes.readInto(new Uint8Array(heap.buffer, heap.byteOffset + offset, count), position);
        return count;
      },
    };
  }
}

/** The library's own words, without where in its code they stand. */
function reason(message: string): string {
  const innermost = message.match(/#\d+:.*?\(\): (.*)/g)?.at(-1);
  const words = innermost?.replace(/^.*\(\): /, '') ?? (message.startsWith('Aborted') ? '' : message);
  return words === '' ? '' : ` (${words.slice(0, 120)})`;
}

/** True for what the library throws; anything else is a bug here. */
function isFailure(error: unknown): boolean {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return true;
  if (typeof error === 'number') return true;
  if (!(error instanceof Error)) return typeof error === 'object' && error !== null;
  return /^(HDF5-DIAG|error - |Aborted|Failed to)|Cannot pass|BindingError|CppException/.test(
    `${error.message} ${error.name}`,
  );
}
