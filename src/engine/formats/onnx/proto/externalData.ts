import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import { FileSource } from '../../kit/byteSource';
import type { ByteRange } from '../../kit/protobuf';

/**
 * The files beside a checkpoint that hold its weights. A checkpoint may come from anywhere: a location must be a relative path
 * that stays inside the checkpoint's folder, also after following links.
 */
export class ExternalFiles {
  private readonly open = new Map<string, FileSource>();
  private readonly folder: string;

  constructor(private readonly checkpoint: string) {
    this.folder = realpathSync(dirname(checkpoint));
  }

  /**
   * The bytes of one tensor.
   *
   * @param entries `location`, `offset` and `length` as the tensor gives them
   * @param bytes how many bytes the tensor's type and shape need
   * @throws CheckpointError when the location leads out of the folder, the file is missing, or the range does not fit.
   */
  range(tensor: string, entries: ReadonlyMap<string, string>, bytes: number): ByteRange {
    const location = entries.get('location') ?? '';
    const source = this.open.get(location) ?? this.openFile(tensor, location);
    const start = this.number(tensor, 'offset', entries.get('offset') ?? '0');
    const length = entries.get('length');
    if (length !== undefined && this.number(tensor, 'length', length) !== bytes) {
      throw this.refuse(tensor, `takes ${bytes} bytes but is given ${length} bytes of “${location}”`);
    }
    if (start + bytes > source.size) {
      const wanted = `needs bytes ${start} to ${start + bytes} of “${location}”`;
      throw this.refuse(tensor, `${wanted}, which ends at byte ${source.size}`);
    }
    return { source, start, end: start + bytes };
  }

  /** Size of all files that were used. */
  get bytes(): number {
    return [...this.open.values()].reduce((sum, source) => sum + source.size, 0);
  }

  close(): void {
    for (const source of this.open.values()) source.close();
  }

  private openFile(tensor: string, location: string): FileSource {
    const parts = location.split(/[\\/]/);
    if (location === '' || location.includes('\0') || isAbsolute(location) || /^([\\/]|[A-Za-z]:)/.test(location)) {
      throw this.refuse(tensor, `has its data in “${location}”, which is not a relative path`);
    }
    if (parts.includes('..'))
      throw this.refuse(tensor, `has its data in “${location}”, outside the checkpoint's folder`);
    let path: string;
    try {
      path = realpathSync(join(this.folder, location));
      if (!statSync(path).isFile()) throw this.refuse(tensor, `has its data in “${location}”, which is not a file`);
    } catch (error) {
      if (error instanceof CheckpointError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      const why = code === 'ENOENT' ? 'which is not in the checkpoint’s folder' : `which cannot be read (${code})`;
      throw this.refuse(tensor, `has its data in “${location}”, ${why}`, error);
    }
    const inside = relative(this.folder, path);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      throw this.refuse(tensor, `has its data in “${location}”, a link that leads out of the checkpoint's folder`);
    }
    const source = new FileSource(path);
    this.open.set(location, source);
    return source;
  }

  private number(tensor: string, key: string, text: string): number {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    throw this.refuse(tensor, `gives “${text}” as the ${key} of its external data`);
  }

  private refuse(tensor: string, what: string, cause?: unknown): CheckpointError {
    return new CheckpointError(`The weight “${tensor}” of ${basename(this.checkpoint)} ${what}.`, { cause });
  }
}
