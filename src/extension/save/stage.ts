import { randomUUID } from 'node:crypto';
import { throwIfCancelled } from '../../shared/errors';

/** The folders below one place, each named by its path from there. `workspace.fs` is behind it, or a test. */
export interface Folders {
  /** Names of what is in a folder; null when there is no such folder. */
  list(folder: readonly string[]): Promise<readonly string[] | null>;
  /** Makes a folder and those above it that are missing. */
  create(folder: readonly string[]): Promise<void>;
  write(file: readonly string[], bytes: Uint8Array): Promise<void>;
  /** Takes the place of a file that is there. */
  rename(from: readonly string[], to: readonly string[]): Promise<void>;
  /** Removes a folder with all that is in it. */
  remove(folder: readonly string[]): Promise<void>;
}

export interface StagedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Files on their way into a folder: they are written into one beside it and get their place when all of them are there, so that a folder with
 * results is whole or as it was, whatever happens meanwhile (a full disk, a cancel, a crash of the engine).
 */
export class Stage {
  private constructor(
    private readonly folders: Folders,
    private readonly wanted: readonly string[],
    private readonly temporary: readonly string[],
    /** Folders that were made on the way, the deepest first. */
    private readonly made: readonly (readonly string[])[],
  ) {}

  /** Makes the folder beside `wanted`; a place that cannot be written to fails here, before anything was computed for it. */
  static async open(folders: Folders, wanted: readonly string[]): Promise<Stage> {
    const made: (readonly string[])[] = [];
    for (let above = wanted.slice(0, -1); above.length > 0; above = above.slice(0, -1)) {
      if ((await folders.list(above)) !== null) break;
      made.push(above);
    }
    const temporary = [...wanted.slice(0, -1), `.${wanted.at(-1)}.${randomUUID().slice(0, 8)}.saving`];
    const stage = new Stage(folders, wanted, temporary, made);
    try {
      await folders.create(temporary);
    } catch (error) {
      throw await stage.discardAfter(error);
    }
    return stage;
  }

  /** Writes the files and moves them to their place. Files of other names that are there stay. On failure all that was written is removed. */
  async finish(files: readonly StagedFile[], onWritten: (done: number) => void, signal?: AbortSignal): Promise<void> {
    const { folders, wanted, temporary } = this;
    try {
      for (const [index, { name, bytes }] of files.entries()) {
        throwIfCancelled(signal);
        await folders.write([...temporary, name], bytes);
        onWritten(index + 1);
      }
      throwIfCancelled(signal);
      if ((await folders.list(wanted)) === null) await folders.rename(temporary, wanted);
      else {
        for (const { name } of files) await folders.rename([...temporary, name], [...wanted, name]);
        await folders.remove(temporary);
      }
    } catch (error) {
      throw await this.discardAfter(error);
    }
  }

  /** Removes what was written, and the folders that were made for it and are empty. */
  async discard(): Promise<void> {
    const { folders, temporary, made } = this;
    if ((await folders.list(temporary)) !== null) await folders.remove(temporary);
    for (const folder of made) if ((await folders.list(folder))?.length === 0) await folders.remove(folder);
  }

  /** What to throw after a failure: the failure, or both where what was written cannot be removed either. */
  private async discardAfter(error: unknown): Promise<unknown> {
    try {
      await this.discard();
      return error;
    } catch (left) {
      const said = [error, left].map((each) => (each instanceof Error ? each.message : String(each))).join(' ');
      return new AggregateError([error, left], said);
    }
  }
}
