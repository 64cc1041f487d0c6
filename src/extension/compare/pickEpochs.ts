import { basename } from 'node:path';
import { l10n, window } from 'vscode';
import { evenlySpaced, mostAtOnce } from './epochs';

/**
 * The checkpoints to compare with: all of them, without a question, when they are few. Of more than {@link mostAtOnce}, evenly spaced ones
 * are ticked in a list: which epochs matter only the user knows, and nothing is left out silently. Undefined when the user gave up.
 */
export async function pickEpochs(paths: readonly string[]): Promise<readonly string[] | undefined> {
  if (paths.length <= mostAtOnce) return paths;
  let ticked: readonly string[] = evenlySpaced(paths, mostAtOnce);
  for (;;) {
    const items = paths.map((path) => ({ label: basename(path), path, picked: ticked.includes(path) }));
    const picked = await window.showQuickPick(items, {
      canPickMany: true,
      title: l10n.t('Compare Checkpoints of This Folder'),
      placeHolder:
        ticked.length > mostAtOnce
          ? l10n.t('{0} are ticked; at most {1} can be compared at once', ticked.length, mostAtOnce)
          : l10n.t('{0} of {1} are ticked, evenly spaced: the most at once', ticked.length, paths.length),
      ignoreFocusOut: true,
    });
    if (picked === undefined || picked.length === 0) return undefined;
    ticked = picked.map(({ path }) => path);
    if (ticked.length <= mostAtOnce) return ticked;
  }
}
