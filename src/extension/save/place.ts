import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { FileSystemError, l10n, Uri, window, workspace } from 'vscode';
import { imageSettings } from '../host/settings';
import { destination, nextFreeName } from './destination';
import { type Folders, Stage } from './stage';
import { whyUnwritable } from './unwritable';

/** Where an image's files go. */
export interface Place {
  /** The folder that the path starts from. */
  readonly base: Uri;
  /** Below the base, the image's own folder last. */
  readonly path: readonly string[];
  /** As people know it: relative to the workspace folder, or whole outside of it. */
  readonly name: string;
  readonly inWorkspace: boolean;
}

export function folderOf({ base, path }: Place): Uri {
  return Uri.joinPath(base, ...path);
}

/** Where the settings want an image's files: inside its workspace folder, beside the image when there is none. */
export function usualPlace(image: Uri): Place {
  const base = workspace.getWorkspaceFolder(image)?.uri ?? Uri.joinPath(image, '..');
  return placeIn(base, destination(imageSettings(image).outputFolder, basename(image.path), l10n.t));
}

function placeIn(base: Uri, path: readonly string[]): Place {
  const folder = Uri.joinPath(base, ...path);
  const inWorkspace = workspace.getWorkspaceFolder(folder) !== undefined;
  return { base, path, inWorkspace, name: inWorkspace ? workspace.asRelativePath(folder, false) : folder.fsPath };
}

/**
 * Opens the place for writing. Where the user has results already, or where nothing can be written, the user decides; undefined when the user
 * gave up. Nothing was computed for it yet.
 */
export async function openPlace(wanted: Place): Promise<{ place: Place; stage: Stage } | undefined> {
  for (let next: Place | undefined = wanted; next !== undefined; ) {
    try {
      const place = await settle(next);
      if (place === undefined) return undefined;
      return { place, stage: await openStage(place) };
    } catch (error) {
      next = await elsewhere(next, error);
    }
  }
  return undefined;
}

/** Opens the place for writing, whatever is there already. */
export async function openStage(place: Place): Promise<Stage> {
  if (workspace.fs.isWritableFileSystem(place.base.scheme) === false)
    throw FileSystemError.NoPermissions(`${place.base} is read-only`);
  // The folders below it are made; a workspace folder that is gone must not come back as an empty one.
  await workspace.fs.stat(place.base);
  return Stage.open(foldersIn(place.base), place.path);
}

/** Another place for what could not be written; undefined when the user gave up. Errors that another place would not mend are thrown. */
export async function elsewhere({ path, name }: Place, error: unknown): Promise<Place | undefined> {
  const gone = error instanceof FileSystemError && error.code === 'FileNotFound';
  const why = gone ? l10n.t('its workspace folder is not there any more') : whyUnwritable(error, l10n.t);
  if (why === undefined) throw error;
  const saveElsewhere = l10n.t('Save Elsewhere…');
  const pressed = await window.showWarningMessage(
    l10n.t('Nothing can be saved in {0}: {1}.', name, why),
    { modal: true, detail: l10n.t('Nothing was written there. Another folder may take the files.') },
    saveElsewhere,
  );
  if (pressed !== saveElsewhere) return undefined;
  const picked = await window.showOpenDialog({
    title: l10n.t('Save Overlays In'),
    openLabel: l10n.t('Save Here'),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return picked?.[0] && placeIn(picked[0], path.slice(-1));
}

/** The wanted place when it is free, else what the user decides; undefined when the user gave up. */
async function settle(wanted: Place): Promise<Place | undefined> {
  const folders = foldersIn(wanted.base);
  if (((await folders.list(wanted.path))?.length ?? 0) === 0) return wanted;
  const overwrite = l10n.t('Overwrite');
  const keepBoth = l10n.t('Keep Both');
  const parent = wanted.path.slice(0, -1);
  const free = nextFreeName(wanted.path.at(-1) ?? '', new Set(await folders.list(parent)));
  const pressed = await window.showWarningMessage(
    l10n.t('The folder {0} has results already.', wanted.name),
    { modal: true, detail: l10n.t('Keep Both saves to {0} beside it.', free) },
    keepBoth,
    overwrite,
  );
  if (pressed === overwrite) return wanted;
  return pressed === keepBoth ? placeIn(wanted.base, [...parent, free]) : undefined;
}

function foldersIn(base: Uri): Folders {
  const at = (path: readonly string[]) => Uri.joinPath(base, ...path);
  return {
    async list(folder) {
      try {
        return (await workspace.fs.readDirectory(at(folder))).map(([name]) => name);
      } catch (error) {
        if (error instanceof FileSystemError && error.code === 'FileNotFound') return null;
        throw error;
      }
    },
    create: async (folder) => workspace.fs.createDirectory(at(folder)),
    write: async (file, bytes) => workspace.fs.writeFile(at(file), bytes),
    // VS Code removes what is overwritten before it moves: whoever looks then, or a crash, finds neither.
    rename: async (from, to) =>
      base.scheme === 'file'
        ? rename(at(from).fsPath, at(to).fsPath)
        : workspace.fs.rename(at(from), at(to), { overwrite: true }),
    remove: async (folder) => workspace.fs.delete(at(folder), { recursive: true, useTrash: false }),
  };
}
