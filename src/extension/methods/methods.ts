import { l10n, type QuickPickItem, QuickPickItemKind, type Uri, window } from 'vscode';
import type { MethodInfo } from '../../shared/results/attribution';
import { imageSettings, updateSetting } from '../host/settings';
import { chosenMethods } from './chosenMethods';

const families: readonly MethodInfo['family'][] = ['gradient', 'path', 'cam', 'perturbation'];

/** Lets the user choose methods and remembers it in the settings; undefined when the user gave up or chose none. */
export async function chooseMethods(
  known: readonly MethodInfo[],
  current: readonly string[] | undefined,
  scope: Uri | undefined,
): Promise<string[] | undefined> {
  const chosen = current ?? chosenMethods(imageSettings(scope).methods, known);
  const items: (QuickPickItem & { id?: string })[] = families.flatMap((family) => {
    const members = known.filter((method) => method.family === family);
    if (members.length === 0) return [];
    return [
      { label: familyTitle(family), kind: QuickPickItemKind.Separator },
      ...members.map((method) => ({
        label: method.title,
        description: l10n.t('cost: {0}', method.cost),
        detail: method.description,
        picked: chosen.includes(method.id),
        id: method.id,
      })),
    ];
  });
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    title: l10n.t('Choose Methods'),
    placeHolder: l10n.t('The methods that explain an image; the choice is kept in the settings'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const ids = picked?.flatMap(({ id }) => id ?? []);
  if (ids === undefined || ids.length === 0) return undefined;
  await updateSetting('methods', ids, scope);
  return ids;
}

function familyTitle(family: MethodInfo['family']): string {
  switch (family) {
    case 'gradient':
      return l10n.t('Gradients');
    case 'path':
      return l10n.t('Path integrals');
    case 'cam':
      return l10n.t('Class activation maps');
    case 'perturbation':
      return l10n.t('Perturbations');
  }
}
