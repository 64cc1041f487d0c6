import { basename } from 'node:path';
import { l10n, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import { imageExtensions, imagesInFolder } from '../images/images';

/** Most images that are listed; any other is found by Browse…. */
const most = 2000;

/** Lets the user choose an image, those beside this one first; gives its Uri as text, undefined when the user gave up. */
export async function pickImage(image: Uri, compared: readonly string[]): Promise<string | undefined> {
  const folder = Uri.joinPath(image, '..');
  const names = imagesInFolder(await workspace.fs.readDirectory(folder), most);
  const uris = names.map((name) => Uri.joinPath(folder, name));
  const leftOut = [image.toString(), ...compared];
  const items: (QuickPickItem & { readonly uri?: string })[] = uris
    .filter((uri) => !leftOut.includes(uri.toString()))
    .map((uri) => ({ label: basename(uri.path), uri: uri.toString() }));
  if (items.length > 0) items.push({ label: '', kind: QuickPickItemKind.Separator });
  items.push({ label: `$(folder-opened) ${l10n.t('Browse…')}`, alwaysShow: true });
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Compare {0} with Another Image', basename(image.path)),
    placeHolder: l10n.t('An image of this folder'),
    ignoreFocusOut: true,
  });
  return picked === undefined ? undefined : (picked.uri ?? browse(folder));
}

async function browse(folder: Uri): Promise<string | undefined> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Compare with Another Image'),
    openLabel: l10n.t('Compare'),
    defaultUri: folder,
    filters: { [l10n.t('Images')]: [...imageExtensions] },
  });
  return picked?.[0]?.toString();
}
