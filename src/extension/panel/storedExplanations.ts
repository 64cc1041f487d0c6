import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Explanation } from '../../shared/explanation/explanation';

/** What a panel shows, with the stamp of each answer in their order, see `Stamps`. */
export interface StoredExplanation {
  readonly explanation: Explanation;
  readonly stamps: readonly (string | undefined)[];
}

/** Raised with every change of what is stored: an older file is not read. */
const version = 1;
const extension = '.explanation';

/**
 * Keeps what panels show over a window reload, one file a panel, in a folder that VS Code gives to this workspace. The newest files are kept,
 * as many as fit into `limit` bytes; a panel that needs more than a quarter of it is explained again instead.
 */
export class StoredExplanations {
  private readonly writes = new Map<string, Promise<void>>();

  /**
   * @param folder made when it is first needed.
   * @param warn told what went wrong; nothing but a second computation is lost by it.
   */
  constructor(
    private readonly folder: string,
    private readonly warn: (message: string) => void,
    private readonly limit = 512 * 2 ** 20,
  ) {}

  /** Writes in the order of the calls, each file whole or not at all. */
  save(id: string, stored: StoredExplanation): Promise<void> {
    return this.inTurn(id, async () => {
      const bytes = serialize({ version, ...stored });
      if (bytes.length > this.limit / 4) return void (await rm(this.file(id), { force: true }));
      await mkdir(this.folder, { recursive: true });
      const half = `${this.file(id)}.${randomUUID()}`;
      try {
        await writeFile(half, bytes);
        await rename(half, this.file(id));
      } finally {
        await rm(half, { force: true });
      }
      await this.prune();
    });
  }

  /** Undefined when nothing is stored, or nothing that this version reads. */
  async load(id: string): Promise<StoredExplanation | undefined> {
    try {
      const value = deserialize(await readFile(this.file(id))) as { version?: unknown } & StoredExplanation;
      return value.version === version ? { explanation: value.explanation, stamps: value.stamps } : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.warn(`A stored explanation cannot be read: ${error}`);
      return undefined;
    }
  }

  /** For a panel that was closed. */
  remove(id: string): Promise<void> {
    return this.inTurn(id, () => rm(this.file(id), { force: true }));
  }

  /** Resolves when all that was asked for is written. */
  async settled(): Promise<void> {
    await Promise.all(this.writes.values());
  }

  private inTurn(id: string, step: () => Promise<void>): Promise<void> {
    const next = (this.writes.get(id) ?? Promise.resolve())
      .then(step)
      .catch((error: unknown) => this.warn(`An explanation cannot be stored: ${error}`));
    this.writes.set(id, next);
    return next;
  }

  private async prune(): Promise<void> {
    const names = await readdir(this.folder);
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.folder, name);
        // Another window of the same workspace may have taken it away.
        const found = await stat(path).catch(() => null);
        return { path, bytes: found?.size ?? 0, time: found?.mtimeMs ?? 0 };
      }),
    );
    let used = 0;
    for (const { path, bytes } of files.sort((a, b) => b.time - a.time)) {
      used += bytes;
      if (used > this.limit) await rm(path, { force: true });
    }
  }

  private file(id: string): string {
    // The id comes from what VS Code kept of a page: nothing in it may lead out of the folder.
    return join(this.folder, `${id.replace(/[^\w-]/g, '_')}${extension}`);
  }
}
