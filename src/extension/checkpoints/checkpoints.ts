import { basename, dirname, relative } from 'node:path';
import {
  commands,
  FileType,
  l10n,
  type Memento,
  type QuickPickItem,
  QuickPickItemKind,
  RelativePattern,
  Uri,
  window,
  workspace,
} from 'vscode';
import { CancelledError, CheckpointError } from '../../shared/errors';
import {
  checkpointExtensions,
  checkpointFoldersKey,
  checkpointGlob,
  checkpointOf,
  dialogExtensions,
} from '../../shared/formats/checkpointNames';
import { imageSettings, updateSetting } from '../host/settings';
import { exists } from '../images/files';
import { decideCheckpoint, folderOfChoice, type Remembered, remember, resolveSetting, sortCandidates } from './decide';

const memoryKey = 'checkpoints';
const searchLimit = 500;

/** Finds, asks for and remembers the checkpoint that explains an image. */
export class Checkpoints {
  constructor(private readonly memory: Memento) {}

  /**
   * The checkpoint for an image: the setting, a remembered choice, the only one near it, or the user's answer.
   * @throws CheckpointError when there is none, CancelledError when the user gave no answer.
   */
  async forImage(image: Uri): Promise<string> {
    const root = rootOf(image, image);
    const { checkpoint: setting } = imageSettings(image);
    if (setting !== '') {
      const path = resolveSetting(setting, root);
      if (await exists(Uri.file(path))) return path;
      throw new CheckpointError(l10n.t('The checkpoint of the setting whylight.checkpoint does not exist: {0}.', path));
    }
    const candidates = await findCheckpoints(root);
    const decision = decideCheckpoint(image.fsPath, root, candidates, await this.remembered());
    switch (decision.kind) {
      case 'use':
        return decision.checkpoint;
      case 'none':
        throw new CheckpointError(
          l10n.t(
            'No checkpoint ({0}) was found in {1}; put one there or choose one from elsewhere.',
            checkpointExtensions().join(', '),
            basename(root),
          ),
        );
      case 'ask': {
        const chosen = await this.pick(decision.candidates, image, root);
        if (chosen === undefined) throw new CancelledError();
        await this.keep(decision.folder, chosen);
        return chosen;
      }
    }
  }

  /** Lets the user choose, only for now; undefined when the user gave up. */
  async ask(image: Uri | undefined): Promise<string | undefined> {
    return this.askIn(image, image ?? (await folderToAskFor()));
  }

  /** Lets the user choose, remembers it for the image's folder; undefined when the user gave up. */
  async choose(image: Uri | undefined): Promise<string | undefined> {
    const scope = image ?? (await folderToAskFor());
    const chosen = await this.askIn(image, scope);
    if (chosen === undefined || scope === undefined) return chosen;
    if (imageSettings(scope).checkpoint !== '') await updateSetting('checkpoint', chosen, scope);
    else {
      const root = rootOf(scope, image);
      await this.keep(folderOfChoice(image?.fsPath, root, await findCheckpoints(root), chosen), chosen);
    }
    return chosen;
  }

  private async askIn(image: Uri | undefined, scope: Uri | undefined): Promise<string | undefined> {
    if (scope === undefined) return browse(undefined);
    const root = rootOf(scope, image);
    const candidates = await findCheckpoints(root);
    return candidates.length === 0 ? browse(root) : this.pick(candidates, image, root);
  }

  private async pick(candidates: readonly string[], image: Uri | undefined, root: string): Promise<string | undefined> {
    const near = image === undefined ? root : dirname(image.fsPath);
    const remembered = new Set(Object.values(await this.remembered()));
    const items: (QuickPickItem & { path?: string })[] = await Promise.all(
      sortCandidates(candidates, near).map(async (path) => ({
        label: basename(path),
        description: relative(root, dirname(path)),
        detail: [await sizeAndDate(path), ...(remembered.has(path) ? [l10n.t('chosen before')] : [])].join(' · '),
        path,
      })),
    );
    items.push({ label: '', kind: QuickPickItemKind.Separator }, { label: `$(folder-opened) ${l10n.t('Browse…')}` });
    const picked = await window.showQuickPick(items, {
      title: l10n.t('Choose Checkpoint'),
      placeHolder:
        image === undefined
          ? l10n.t('The checkpoint that explains the images of this folder')
          : l10n.t('The checkpoint that explains {0} and the images beside it', basename(image.fsPath)),
      matchOnDescription: true,
      ignoreFocusOut: true,
    });
    return picked === undefined ? undefined : (picked.path ?? browse(root));
  }

  private async keep(folder: string, checkpoint: string): Promise<void> {
    await this.memory.update(memoryKey, remember(this.memory.get<Remembered>(memoryKey, {}), folder, checkpoint));
  }

  /** What is remembered and still on disk. */
  private async remembered(): Promise<Remembered> {
    const all = Object.entries(this.memory.get<Remembered>(memoryKey, {}));
    const there = await Promise.all(all.map(([, path]) => exists(Uri.file(path))));
    return Object.fromEntries(all.filter((_, index) => there[index]));
  }
}

/** Path of the workspace folder that `scope` lies in; outside of any, the folder of the image, or `scope` itself. */
function rootOf(scope: Uri, image: Uri | undefined): string {
  const folder = workspace.getWorkspaceFolder(scope);
  if (folder !== undefined) return folder.uri.fsPath;
  return image === undefined ? scope.fsPath : dirname(image.fsPath);
}

/** The workspace folder that a choice without an image is for; with several of them, the user says which. */
async function folderToAskFor(): Promise<Uri | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length <= 1) return folders[0]?.uri;
  const placeHolder = l10n.t('The folder whose images the checkpoint explains');
  const picked = await window.showWorkspaceFolderPick({ placeHolder });
  if (picked === undefined) throw new CancelledError();
  return picked.uri;
}

/** Files and folders; those that are folders are told to the Explorer's menu. */
async function findCheckpoints(root: string): Promise<string[]> {
  const found = await workspace.findFiles(
    new RelativePattern(Uri.file(root), checkpointGlob()),
    '**/{node_modules,.git}/**',
    searchLimit,
  );
  const checkpoints = [...new Set(found.map((uri) => checkpointOf(uri.fsPath)))];
  const files = new Set(found.map((uri) => uri.fsPath));
  void commands.executeCommand(
    'setContext',
    checkpointFoldersKey,
    checkpoints.filter((path) => !files.has(path)),
  );
  return checkpoints;
}

async function browse(root: string | undefined): Promise<string | undefined> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Choose Checkpoint'),
    openLabel: l10n.t('Use Checkpoint'),
    ...(root === undefined ? {} : { defaultUri: Uri.file(root) }),
    filters: { [l10n.t('Checkpoints')]: [...dialogExtensions()] },
  });
  const file = picked?.[0]?.fsPath;
  return file === undefined ? undefined : checkpointOf(file);
}

async function sizeAndDate(path: string): Promise<string> {
  const { size, mtime, type } = await workspace.fs.stat(Uri.file(path));
  const date = new Date(mtime).toLocaleString();
  if (type & FileType.Directory) return `${l10n.t('folder')} · ${date}`;
  return `${(size / 2 ** 20).toFixed(size < 2 ** 20 ? 2 : 1)} MiB · ${date}`;
}
