import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointFormats, checkpointOf, isCheckpointName } from '../../../shared/formats/checkpointNames';
import { foreignFormat } from '../../../shared/formats/foreignFormats';
import { withoutParts } from '../../../shared/words/checkpointGroups';

/** Folders that hold other people's files. */
const skipped = /^(?:node_modules|__pycache__|site-packages|\..*)$/;
const deepest = 16;
/** Entries of folders that are looked at: a disk is no folder of checkpoints. */
const mostEntries = 500_000;

/** What was found below a folder. */
export interface Discovered {
  /** Absolute paths: files and folders that may be checkpoints by their names. */
  readonly paths: readonly string[];
  /** True when there was more than is looked at. */
  readonly cut: boolean;
}

/**
 * Looks for checkpoints below a folder by their names, links to folders left out.
 * Throws the file system's own error when `root` cannot be read; folders below it that cannot be are passed over.
 */
export async function discover(root: string, formats = checkpointFormats): Promise<Discovered> {
  const found: string[] = [];
  const folders = new Set<string>();
  let left = mostEntries;
  const look = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (depth > 0 && (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'ENOENT')) return [];
      throw error;
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (left-- <= 0) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (depth < deepest && !skipped.test(entry.name)) await look(path, depth + 1);
        continue;
      }
      const checkpoint = checkpointOf(path, formats);
      if (checkpoint !== path) {
        folders.add(checkpoint);
        found.push(checkpoint);
      } else if (isCheckpointName(path, formats) || foreignFormat(path)) found.push(path);
    }
  };
  await look(root, 0);
  return { paths: withoutParts([...new Set(found)], folders), cut: left <= 0 };
}
