import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import type { StoredFile } from '../../../graph/ir/lazyTensor';
import { FileSource } from './byteSource';

/** A file that a checkpoint was read from. */
export interface CheckpointFile extends StoredFile {
  /** Relative to the checkpoint's folder, with `/` on every system. */
  readonly name: string;
  /** Absolute path by which it belongs to the checkpoint. */
  readonly path: string;
  /** Where that path leads when links are followed. */
  readonly realPath: string;
  /** Size in bytes. */
  readonly bytes: number;
}

/** Why a file cannot be opened, to follow its name: `which is not a relative path`. */
export type NameProblem = (why: string, cause?: unknown) => CheckpointError;

/**
 * The files of one checkpoint: the file that names it and those beside it, or those of a folder. A checkpoint may come from anywhere: the
 * name of a file must be a relative path that stays inside the checkpoint's folder, also after following links.
 */
export class CheckpointFiles {
  private readonly opened = new Map<string, FileSource>();
  /** The folder that names are relative to, links followed. */
  private readonly folder: string;

  /**
   * @param path the checkpoint: a file, or a folder.
   * @throws the file system's own error when there is nothing.
   */
  constructor(private readonly path: string) {
    this.folder = realpathSync(statSync(path).isDirectory() ? path : dirname(path));
  }

  /** The file that names the checkpoint. */
  main(): FileSource {
    const name = basename(this.path);
    const known = this.opened.get(name);
    if (known) return known;
    const source = new FileSource(this.path);
    this.opened.set(name, source);
    return source;
  }

  /**
   * A file by its name; the same one each time it is asked for.
   *
   * @param problem makes the error for the name, which may be anything.
   * @throws what `problem` gives when the name leads out of the folder or there is no such file.
   */
  open(name: string, problem: NameProblem): FileSource {
    if (name === '' || name.includes('\0') || isAbsolute(name) || /^([\\/]|[A-Za-z]:)/.test(name)) {
      throw problem('which is not a relative path');
    }
    if (name.split(/[\\/]/).includes('..')) throw problem("outside the checkpoint's folder");
    const key = posix.normalize(name);
    const known = this.opened.get(key);
    if (known) return known;
    const source = new FileSource(this.insidePath(key, problem));
    this.opened.set(key, source);
    return source;
  }

  /** Those that were opened, in that order. */
  list(): readonly CheckpointFile[] {
    return [...this.opened].map(([name, source]) => new OpenedFile(name, resolve(this.folder, name), source));
  }

  close(): void {
    for (const source of this.opened.values()) source.close();
  }

  private insidePath(name: string, problem: NameProblem): string {
    let path: string;
    try {
      path = realpathSync(join(this.folder, name));
      if (!statSync(path).isFile()) throw problem('which is not a file');
    } catch (error) {
      if (error instanceof CheckpointError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw problem(
        code === 'ENOENT' ? 'which is not in the checkpoint’s folder' : `which cannot be read (${code})`,
        error,
      );
    }
    const inside = relative(this.folder, path);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      throw problem("a link that leads out of the checkpoint's folder");
    }
    return path;
  }
}

class OpenedFile implements CheckpointFile {
  readonly realPath: string;
  readonly bytes: number;
  private readonly file: StoredFile;

  constructor(
    readonly name: string,
    readonly path: string,
    source: FileSource,
  ) {
    this.file = source.file;
    this.bytes = source.size;
    this.realPath = realpathSync(source.file.path);
  }

  state(): ReturnType<StoredFile['state']> {
    try {
      if (realpathSync(this.path) !== this.realPath) return 'replaced';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== undefined) return 'replaced';
      throw error;
    }
    return this.file.state();
  }
}
