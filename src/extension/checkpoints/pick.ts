import { l10n, type QuickPickItem, QuickPickItemKind, Uri, window } from 'vscode';
import { CancelledError } from '../../shared/errors';
import { checkpointOf, dialogExtensions } from '../../shared/formats/checkpointNames';
import type { CheckpointFacts } from '../../shared/results/checkpointFacts';
import { type AskingEngine, assertOpens, assertReadable } from './foreign';
import { listItems } from './listItems';

export interface CheckpointList {
  readonly title: string;
  readonly placeHolder: string;
  /** The folder that paths are shown relative to, and that browsing begins in. */
  readonly root: string;
  /** The folder whose checkpoints come first. */
  readonly near: string;
  readonly chosenBefore: readonly string[];
}

/** As many checkpoints are asked for at once: the list fills while the engine stays free for others. */
const atOnce = 4;

interface Item extends QuickPickItem {
  readonly path?: string;
  readonly browse?: true;
}

/**
 * Lets the user choose one of these checkpoints, or any other file; undefined when the user gave up. The list is there at once; what each
 * checkpoint is comes in while it is open.
 *
 * @throws ForeignCheckpointError for one that cannot be opened.
 */
export async function pickCheckpoint(
  candidates: readonly string[],
  list: CheckpointList,
  engine: AskingEngine,
): Promise<string | undefined> {
  const facts = new Map<string, CheckpointFacts>();
  const pick = window.createQuickPick<Item>();
  pick.title = list.title;
  pick.placeholder = list.placeHolder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.keepScrollPosition = true;
  const show = () => {
    const [active] = pick.activeItems;
    const items = quickPickItems(candidates, list, facts);
    pick.items = items;
    const again = items.find(({ path, browse }) => (active?.path ? path === active.path : active?.browse && browse));
    if (again) pick.activeItems = [again];
  };
  const closed = new AbortController();
  try {
    show();
    const picked = new Promise<Item | undefined>((resolve) => {
      pick.onDidAccept(() => resolve(pick.selectedItems[0] ?? pick.activeItems[0]));
      pick.onDidHide(() => resolve(undefined));
    });
    pick.busy = true;
    pick.show();
    const filled = fill(candidates, facts, show, engine, closed.signal).finally(() => {
      pick.busy = false;
    });
    const item = await Promise.race([picked, filled.then(() => picked)]);
    closed.abort();
    pick.hide();
    if (item === undefined) return undefined;
    if (item.path === undefined) return browseCheckpoint(list.root, engine);
    const known = facts.get(item.path);
    if (known) assertOpens(known);
    return item.path;
  } finally {
    closed.abort();
    pick.dispose();
  }
}

function quickPickItems(
  candidates: readonly string[],
  list: CheckpointList,
  facts: ReadonlyMap<string, CheckpointFacts>,
): Item[] {
  const translate = (message: string, ...values: (string | number)[]) => l10n.t(message, ...values);
  const rows = listItems(candidates, { ...list, facts, translate }).map(
    (item): Item =>
      item.kind === 'heading' ? { label: item.label, kind: QuickPickItemKind.Separator } : { ...item, kind: undefined },
  );
  return [
    ...rows,
    { label: '', kind: QuickPickItemKind.Separator },
    { label: `$(folder-opened) ${l10n.t('Browse…')}`, browse: true, alwaysShow: true },
  ];
}

/** Finds out what the checkpoints are: first by their bytes, then what is in them. */
async function fill(
  candidates: readonly string[],
  facts: Map<string, CheckpointFacts>,
  show: () => void,
  engine: AskingEngine,
  signal: AbortSignal,
): Promise<void> {
  try {
    const seen = await engine.request('checkpointFacts', { paths: candidates, deep: false }, signal);
    for (const each of seen) facts.set(each.path, each);
    show();
    const readable = candidates.filter((path) => facts.get(path)?.isCheckpoint && facts.get(path)?.problem === null);
    for (let at = 0; at < readable.length && !signal.aborted; at += atOnce) {
      const paths = readable.slice(at, at + atOnce);
      for (const each of await engine.request('checkpointFacts', { paths, deep: true }, signal))
        facts.set(each.path, each);
      if (!signal.aborted) show();
    }
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
  }
}

/** Lets the user choose a file; undefined when the user gave up. Throws ForeignCheckpointError for one that cannot be opened. */
export async function browseCheckpoint(root: string | undefined, engine: AskingEngine): Promise<string | undefined> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Choose Checkpoint'),
    openLabel: l10n.t('Use Checkpoint'),
    ...(root === undefined ? {} : { defaultUri: Uri.file(root) }),
    filters: { [l10n.t('Checkpoints')]: [...dialogExtensions()], [l10n.t('All files')]: ['*'] },
  });
  const file = picked?.[0]?.fsPath;
  if (file === undefined) return undefined;
  await assertReadable(file, engine);
  return checkpointOf(file);
}
