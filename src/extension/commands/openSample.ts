import { commands, type Memento, Uri, workspace } from 'vscode';
import { exists } from '../images/files';

const readmeKey = 'sampleToShow';

export interface SampleServices {
  readonly extensionUri: Uri;
  /** A folder that outlives the extension's updates. */
  readonly storage: Uri;
  /** Of all windows. */
  readonly memory: Memento;
}

/** Opens a copy of the sample workspace, which results can be saved into, and shows what to do there. */
export async function openSample({ extensionUri, storage, memory }: SampleServices): Promise<void> {
  const folder = Uri.joinPath(storage, 'sample-workspace');
  if (!(await exists(folder))) {
    // The copy is whole or not there at all.
    const unfinished = Uri.joinPath(storage, 'sample-workspace.unfinished');
    await workspace.fs.copy(Uri.joinPath(extensionUri, 'media', 'sample-workspace'), unfinished, { overwrite: true });
    await workspace.fs.rename(unfinished, folder);
  }
  if (workspace.workspaceFolders?.some(({ uri }) => uri.toString() === folder.toString())) {
    await showReadme(folder);
    return;
  }
  await memory.update(readmeKey, folder.toString());
  await commands.executeCommand('vscode.openFolder', folder, {
    forceNewWindow: workspace.workspaceFolders !== undefined,
  });
}

/** In the window that {@link openSample} opened: shows once what to do. */
export async function welcomeToSample(memory: Memento): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  if (folder === undefined || memory.get(readmeKey) !== folder.toString()) return;
  await memory.update(readmeKey, undefined);
  await showReadme(folder);
}

async function showReadme(folder: Uri): Promise<void> {
  await commands.executeCommand('markdown.showPreview', Uri.joinPath(folder, 'README.md'));
}
