import { basename, dirname } from 'node:path';
import { l10n, type Memento, Uri, window, workspace } from 'vscode';
import { CancelledError, CheckpointError } from '../../shared/errors';
import { imageSettings, updateSetting } from '../host/settings';
import { exists } from '../images/files';
import { decideCheckpoint, folderOfChoice, type Remembered, remember, resolveSetting } from './decide';
import { findCheckpoints } from './find';
import { type AskingEngine, assertReadable, nothingFound } from './foreign';
import { browseCheckpoint, pickCheckpoint } from './pick';

const memoryKey = 'checkpoints';

/** Names that nothing but checkpoints with their program have. */
const plainName = /\.(?:onnx|keras|tflite|pt2)$/i;

/** Finds, asks for and remembers the checkpoint that explains an image. */
export class Checkpoints {
  constructor(
    private readonly memory: Memento,
    private readonly engine: AskingEngine,
  ) {}

  /**
   * The checkpoint for an image: the setting, a remembered choice, the only one near it, or the user's answer.
   * @throws CheckpointError when there is none, CancelledError when the user gave no answer.
   */
  async forImage(image: Uri): Promise<string> {
    const root = rootOf(image, image);
    const { checkpoint: setting } = imageSettings(image);
    if (setting !== '') {
      const path = resolveSetting(setting, root);
      if (!(await exists(Uri.file(path)))) {
        const message = l10n.t('The checkpoint of the setting whylight.checkpoint does not exist: {0}.', path);
        throw new CheckpointError(message);
      }
      await assertReadable(path, this.engine);
      return path;
    }
    const remembered = await this.remembered();
    const known = decideCheckpoint(image.fsPath, root, [], remembered);
    if (known.kind === 'use') return known.checkpoint;
    const found = await findCheckpoints(root);
    const candidates = await this.thatOpen(found);
    const decision = decideCheckpoint(image.fsPath, root, candidates, remembered);
    switch (decision.kind) {
      case 'use':
        return decision.checkpoint;
      case 'none':
        throw await nothingFound(root, image.fsPath, found, this.engine);
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

  /** Lets the user choose one to compare with, for now; `leftOut` are not listed. Undefined when the user gave up. */
  async askOther(image: Uri, leftOut: readonly string[]): Promise<string | undefined> {
    const root = rootOf(image, image);
    const candidates = (await findCheckpoints(root)).filter((path) => !leftOut.includes(path));
    if (candidates.length === 0) return browseCheckpoint(root, this.engine);
    const list = {
      title: l10n.t('Compare with Another Checkpoint'),
      placeHolder: l10n.t('The checkpoint whose maps stand beside those of this one'),
      root,
      near: dirname(leftOut[0] ?? image.fsPath),
      chosenBefore: Object.values(await this.remembered()),
    };
    return pickCheckpoint(candidates, list, this.engine);
  }

  private async askIn(image: Uri | undefined, scope: Uri | undefined): Promise<string | undefined> {
    if (scope === undefined) return browseCheckpoint(undefined, this.engine);
    const root = rootOf(scope, image);
    const candidates = await findCheckpoints(root);
    return candidates.length === 0 ? browseCheckpoint(root, this.engine) : this.pick(candidates, image, root);
  }

  private async pick(candidates: readonly string[], image: Uri | undefined, root: string): Promise<string | undefined> {
    const list = {
      title: l10n.t('Choose Checkpoint'),
      placeHolder:
        image === undefined
          ? l10n.t('The checkpoint that explains the images of this folder')
          : l10n.t('The checkpoint that explains {0} and the images beside it', basename(image.fsPath)),
      root,
      near: image === undefined ? root : dirname(image.fsPath),
      chosenBefore: Object.values(await this.remembered()),
    };
    return pickCheckpoint(candidates, list, this.engine);
  }

  /**
   * Those that a reader takes, by their bytes: names alone do not tell a network from data or bare weights. One whose name is a checkpoint's
   * only is kept, so that it is told what is wrong with it and no other takes its place unasked.
   */
  private async thatOpen(paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return [];
    const facts = await this.engine.request('checkpointFacts', { paths, deep: false });
    return facts
      .filter(({ isCheckpoint, problem, path }) => isCheckpoint && (problem === null || plainName.test(path)))
      .map(({ path }) => path);
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
