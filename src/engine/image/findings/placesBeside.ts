/** Where the files about a checkpoint lie: beside it, and inside it when it is a folder. Names are relative to its parent folder. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** What names begin with inside a checkpoint that is a folder, such as a SavedModel; none for a file. */
export function foldersInside(checkpointPath: string): readonly string[] {
  const name = basename(checkpointPath);
  return name !== '' && isFolder(checkpointPath) ? [`${name}/assets/`, `${name}/assets.extra/`, `${name}/`] : [];
}

/** As in “from …”: `labels.txt beside the checkpoint`, `assets/labels.txt in the checkpoint`. */
export function whereIs(checkpointPath: string, name: string): string {
  const inside = `${basename(checkpointPath)}/`;
  return name.startsWith(inside) ? `${name.slice(inside.length)} in the checkpoint` : `${name} beside the checkpoint`;
}

const mostTexts = 20;

/** Texts of any name among the assets of a SavedModel. */
export async function assetTexts(checkpointPath: string): Promise<readonly string[]> {
  const folder = join(checkpointPath, 'assets');
  if (!isFolder(checkpointPath) || !isFolder(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(?:txt|csv|tsv|names|pbtxt)$/i.test(name))
    .sort()
    .slice(0, mostTexts)
    .map((name) => `${basename(checkpointPath)}/assets/${name}`);
}
