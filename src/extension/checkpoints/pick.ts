import { basename, dirname, relative } from 'node:path';
import { FileType, l10n, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import { checkpointOf, dialogExtensions } from '../../shared/formats/checkpointNames';
import { assertReadable } from './foreign';

export interface CheckpointList {
  readonly title: string;
  readonly placeHolder: string;
  /** The folder that paths are shown relative to, and that browsing begins in. */
  readonly root: string;
  readonly chosenBefore: readonly string[];
}

/** Lets the user choose one of these checkpoints, or any other file; undefined when the user gave up. */
export async function pickCheckpoint(
  candidates: readonly string[],
  { title, placeHolder, root, chosenBefore }: CheckpointList,
): Promise<string | undefined> {
  const items: (QuickPickItem & { path?: string })[] = await Promise.all(
    candidates.map(async (path) => ({
      label: basename(path),
      description: relative(root, dirname(path)),
      detail: [await sizeAndDate(path), ...(chosenBefore.includes(path) ? [l10n.t('chosen before')] : [])].join(' · '),
      path,
    })),
  );
  items.push({ label: '', kind: QuickPickItemKind.Separator }, { label: `$(folder-opened) ${l10n.t('Browse…')}` });
  const options = { title, placeHolder, matchOnDescription: true, ignoreFocusOut: true };
  const picked = await window.showQuickPick(items, options);
  return picked === undefined ? undefined : (picked.path ?? browseCheckpoint(root));
}

/** Lets the user choose a file; undefined when the user gave up. Throws ForeignCheckpointError for one of a format that cannot be read. */
export async function browseCheckpoint(root: string | undefined): Promise<string | undefined> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Choose Checkpoint'),
    openLabel: l10n.t('Use Checkpoint'),
    ...(root === undefined ? {} : { defaultUri: Uri.file(root) }),
    filters: { [l10n.t('Checkpoints')]: [...dialogExtensions()], [l10n.t('All files')]: ['*'] },
  });
  const file = picked?.[0]?.fsPath;
  if (file === undefined) return undefined;
  assertReadable(file);
  return checkpointOf(file);
}

async function sizeAndDate(path: string): Promise<string> {
  const { size, mtime, type } = await workspace.fs.stat(Uri.file(path));
  const date = new Date(mtime).toLocaleString();
  if (type & FileType.Directory) return `${l10n.t('folder')} · ${date}`;
  return `${(size / 2 ** 20).toFixed(size < 2 ** 20 ? 2 : 1)} MiB · ${date}`;
}
