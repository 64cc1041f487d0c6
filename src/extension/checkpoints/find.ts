import { basename, dirname, join } from 'node:path';
import { commands, type Disposable, FileSystemError, FileType, RelativePattern, Uri, workspace } from 'vscode';
import {
  checkpointFoldersKey,
  checkpointFormats,
  checkpointGlob,
  checkpointOf,
  isCheckpointName,
} from '../../shared/formats/checkpointNames';
import { withoutParts } from '../../shared/words/checkpointGroups';
import { exists } from '../images/files';

const searchLimit = 500;

/** Root → the checkpoints below it that are folders. */
const foldersIn = new Map<string, readonly string[]>();

/** Tells the Explorer's menu which folders of the workspace are checkpoints, now and whenever its folders change. */
export function watchCheckpointFolders(report: (error: unknown) => void): Disposable {
  const look = (): void => {
    for (const { uri } of workspace.workspaceFolders ?? []) findCheckpoints(uri.fsPath).catch(report);
  };
  if (checkpointFormats.some(({ folderFile }) => folderFile !== undefined)) look();
  return workspace.onDidChangeWorkspaceFolders(look);
}

/** Files and folders; those that are folders are told to the Explorer's menu. */
export async function findCheckpoints(root: string): Promise<string[]> {
  const found = await workspace.findFiles(
    new RelativePattern(Uri.file(root), checkpointGlob()),
    '**/{node_modules,.git}/**',
    searchLimit,
  );
  const checkpoints = [...new Set(found.map((uri) => checkpointOf(uri.fsPath)))];
  const files = new Set(found.map((uri) => uri.fsPath));
  const folders = checkpoints.filter((path) => !files.has(path));
  foldersIn.set(root, folders);
  void commands.executeCommand('setContext', checkpointFoldersKey, [...foldersIn.values()].flat());
  return withoutParts(checkpoints, new Set(folders));
}

/**
 * The checkpoints that lie where this one does, itself included, in no order: those of its folder; where it is alone there, those with its
 * name in the folders beside its own, as training scripts write one folder for each step.
 */
export async function checkpointsBeside(checkpoint: string): Promise<string[]> {
  const folder = dirname(checkpoint);
  const entries = await readable(folder);
  const isFolder = entries.some(([name, type]) => name === basename(checkpoint) && type & FileType.Directory);
  const beside = isFolder
    ? await keep(folders(folder, entries), isCheckpointFolder)
    : withoutParts(
        entries.flatMap(([name, type]) =>
          !(type & FileType.Directory) && isCheckpointName(name) ? [join(folder, name)] : [],
        ),
        new Set(),
      );
  if (isFolder || beside.length > 1) return beside;
  const above = dirname(folder);
  const same = folders(above, await readable(above))
    .slice(0, searchLimit)
    .map((path) => join(path, basename(checkpoint)));
  return keep(same, isFile);
}

function folders(parent: string, entries: readonly [string, FileType][]): string[] {
  return entries.flatMap(([name, type]) => (type & FileType.Directory ? [join(parent, name)] : []));
}

async function isCheckpointFolder(path: string): Promise<boolean> {
  const entries = await readable(path);
  return entries.some(([name]) => checkpointOf(join(path, name)) === path);
}

/** What is in a folder; nothing where it is gone or may not be read. */
async function readable(folder: string): Promise<[string, FileType][]> {
  try {
    return await workspace.fs.readDirectory(Uri.file(folder));
  } catch (error) {
    if (error instanceof FileSystemError && ['FileNotFound', 'NoPermissions'].includes(error.code)) return [];
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await exists(Uri.file(path))) && !((await workspace.fs.stat(Uri.file(path))).type & FileType.Directory);
}

async function keep(paths: readonly string[], holds: (path: string) => Promise<boolean>): Promise<string[]> {
  const kept = await Promise.all(paths.map(holds));
  return paths.filter((_, index) => kept[index]);
}
