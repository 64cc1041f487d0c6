import { l10n, type QuickPickItem, window } from 'vscode';
import type { Prediction } from '../../shared/explanation/events';
import { parseTarget, type TargetRequest, targetOf } from '../../shared/question/target';
import { percent } from '../../shared/words/summary';
import { type ClassEntry, classesByIndex, otherClasses } from './classes';

type Item = QuickPickItem & { readonly entry: ClassEntry };

/** Lets the user choose another class, by name or index, the most probable first; undefined when the user gave up. */
export async function pickClass(
  prediction: Prediction,
  compared: readonly { readonly target: TargetRequest }[],
): Promise<TargetRequest | undefined> {
  const all = otherClasses(prediction);
  if (all === null) return typeClass(prediction);
  const there = new Set(compared.flatMap(({ target }) => ('index' in target ? [target.index] : [])));
  const entries = all.filter(({ index }) => !there.has(index));
  const entry = await showClasses(entries, title(prediction));
  return entry && targetOf(entry);
}

function title({ target }: Prediction): string {
  return l10n.t('Compare “{0}” with Another Class', target.label ?? String(target.index));
}

/** A quick pick whose own search is for names; digits are taken for an index, which that search would find everywhere. */
function showClasses(entries: readonly ClassEntry[], heading: string): Promise<ClassEntry | undefined> {
  const list = window.createQuickPick<Item>();
  const all = entries.map((entry) => itemOf(entry, false));
  list.title = heading;
  list.placeholder = l10n.t('Type a name or an index');
  list.ignoreFocusOut = true;
  list.items = all;
  let narrowed = false;
  return new Promise((resolve) => {
    list.onDidChangeValue((typed) => {
      const byIndex = classesByIndex(entries, typed);
      if (byIndex !== null) list.items = byIndex.map((entry) => itemOf(entry, true));
      else if (narrowed) list.items = all;
      narrowed = byIndex !== null;
    });
    list.onDidAccept(() => {
      const [picked] = list.selectedItems;
      if (picked === undefined) return;
      resolve(picked.entry);
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
    list.show();
  });
}

function itemOf(entry: ClassEntry, alwaysShow: boolean): Item {
  const { index, label, probability } = entry;
  return {
    label: label ?? l10n.t('class {0}', index),
    description: label === null ? percent(probability) : `${l10n.t('class {0}', index)} · ${percent(probability)}`,
    alwaysShow,
    entry,
  };
}

/** For models with more classes than are listed. */
async function typeClass(prediction: Prediction): Promise<TargetRequest | undefined> {
  const { count } = prediction.classes;
  const problem = (text: string): string | undefined => {
    const target = parseTarget(text);
    if (target === null) return l10n.t('Type an index below {0} or a label.', count);
    if (target.kind === 'index' && target.index >= count)
      return l10n.t('The model has {0} classes; the last has the index {1}.', count, count - 1);
    return undefined;
  };
  const text = await window.showInputBox({
    title: title(prediction),
    prompt: l10n.t('An index below {0} or a label', count),
    validateInput: (typed) => (typed.trim() === '' ? undefined : problem(typed)),
    ignoreFocusOut: true,
  });
  return (text === undefined ? undefined : parseTarget(text)) ?? undefined;
}
