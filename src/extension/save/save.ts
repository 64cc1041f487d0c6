import { basename } from 'node:path';
import { commands, FileSystemError, type FileType, l10n, Uri, window, workspace } from 'vscode';
import type { EncodedFile } from '../../shared/protocol/protocol';
import type { Reporter } from '../host/report';
import { imageSettings } from '../host/settings';
import { destination, nextFreeName } from './destination';

/**
 * Writes an explanation's files into a folder named after the image, inside its workspace folder (beside the image when there
 * is none), and shows them in the Explorer. Asks before it touches earlier results.
 * @returns The folder, relative to the workspace folder; null when the user gave up.
 */
export async function saveResults(
  image: Uri,
  files: readonly EncodedFile[],
  reporter: Reporter,
): Promise<{ folder: string } | null> {
  const workspaceFolder = workspace.getWorkspaceFolder(image);
  const base = workspaceFolder?.uri ?? Uri.joinPath(image, '..');
  const wanted = destination(imageSettings(image).outputFolder, basename(image.path), l10n.t);
  const folder = await settleFolder(base, wanted);
  if (folder === undefined) return null;
  await workspace.fs.createDirectory(folder);
  for (const { name, bytes } of files) await workspace.fs.writeFile(Uri.joinPath(folder, basename(name)), bytes);
  reporter.log.info(`Saved ${files.length} files to ${folder.fsPath}.`);
  const relative = workspaceFolder === undefined ? folder.fsPath : workspace.asRelativePath(folder, false);
  await reveal(folder, files, relative, workspaceFolder !== undefined, reporter);
  return { folder: relative };
}

/** The folder to write to: the wanted one when it is free, else what the user decides; undefined when the user gave up. */
async function settleFolder(base: Uri, wanted: readonly string[]): Promise<Uri | undefined> {
  const folder = Uri.joinPath(base, ...wanted);
  if ((await entries(folder)).length === 0) return folder;
  const overwrite = l10n.t('Overwrite');
  const keepBoth = l10n.t('Keep Both');
  const parent = Uri.joinPath(folder, '..');
  const taken = new Set((await entries(parent)).map(([name]) => name));
  const free = nextFreeName(basename(folder.path), taken);
  const pressed = await window.showWarningMessage(
    l10n.t('The folder {0} has results already.', wanted.join('/')),
    { modal: true, detail: l10n.t('Keep Both saves to {0} beside it.', free) },
    keepBoth,
    overwrite,
  );
  if (pressed === overwrite) return folder;
  return pressed === keepBoth ? Uri.joinPath(parent, free) : undefined;
}

async function entries(folder: Uri): Promise<[string, FileType][]> {
  try {
    return await workspace.fs.readDirectory(folder);
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return [];
    throw error;
  }
}

async function reveal(
  folder: Uri,
  files: readonly EncodedFile[],
  name: string,
  inWorkspace: boolean,
  reporter: Reporter,
): Promise<void> {
  const shown = files.find((file) => file.name === 'figure.png') ?? files[0];
  if (shown === undefined) return;
  const first = Uri.joinPath(folder, basename(shown.name));
  const show = () => commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', first);
  if (inWorkspace) await show();
  const actions = [
    { title: l10n.t('Open Figure'), run: () => commands.executeCommand('vscode.open', first) },
    { title: l10n.t('Reveal'), run: show },
  ];
  const message = l10n.t('Saved {0} files to {1}.', files.length, name);
  void reporter.offer(window.showInformationMessage(message, ...actions.map(({ title }) => title)), actions);
}
