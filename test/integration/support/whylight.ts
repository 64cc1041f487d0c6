import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { ConfigurationTarget, commands, extensions, Uri, workspace } from 'vscode';
import type { WhylightApi } from '../../../src/extension/activate';
import type { ExplanationPanel } from '../../../src/extension/panel/explanationPanel';
import type { Prediction } from '../../../src/shared/explanation/events';
import { attributionsOf, shownAnswer } from '../../../src/shared/explanation/explanation';
import type { Attribution } from '../../../src/shared/results/attribution';

/** The extension under test, activated. */
export async function whylight(): Promise<WhylightApi> {
  const extension = extensions.getExtension<WhylightApi>('whylight.whylight');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** Uri of a file of the test workspace: the root's name, then the path inside it. */
export function file(root: string, ...path: string[]): Uri {
  const folder = workspace.workspaceFolders?.find(({ name }) => name === root);
  assert.ok(folder, `the workspace has no root ${root}`);
  return Uri.joinPath(folder.uri, ...path);
}

/** Absolute path of a checkpoint of the root `shapes`. */
export function checkpoint(name: string): string {
  return join(file('shapes').fsPath, name);
}

/** Resolves with the first truthy answer; fails in words after `timeoutMs`. */
export async function until<T>(
  what: string,
  answer: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await answer();
    if (value) return value;
    assert.ok(Date.now() < deadline, `waited ${timeoutMs / 1000} s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs Explain Image as the Explorer does and gives the image's panel, whose run has begun. */
export async function explain(image: Uri, selection: readonly Uri[] = [image]): Promise<ExplanationPanel> {
  const { panels } = await whylight();
  await commands.executeCommand('whylight.explainImage', image, [...selection]);
  return until(`a panel for ${image.path}`, () => panels.all.find((panel) => panel.image.path === image.path));
}

/** Waits until the panel's run has ended and gives how. */
export async function ended(panel: ExplanationPanel, timeoutMs = 60_000) {
  const run = await until(
    `the end of the run for ${panel.imageName}`,
    () => (panel.runner.running ? undefined : panel.runner.explanation.run),
    timeoutMs,
  );
  return { error: run.error ?? undefined, cancelled: run.phase === 'cancelled' };
}

/** What the model said to the panel's question. */
export function predictionOf({ runner }: ExplanationPanel): Prediction | undefined {
  return shownAnswer(runner.explanation)?.prediction;
}

/** Finished maps of a panel; with `keys`, of those cards only. */
export function mapsOf({ runner }: ExplanationPanel, keys?: readonly string[]): Attribution[] {
  return attributionsOf(runner.explanation, keys);
}

/** Takes the highlighted row of the quick pick that `asking` opens, and gives what `asking` comes to. */
export async function answerFirst<T>(asking: Thenable<T>): Promise<T> {
  let done = false;
  const answer = Promise.resolve(asking).finally(() => {
    done = true;
  });
  // VS Code does not tell when a quick pick is open; accepting without one does nothing.
  await until('the question to be answered', async () => {
    await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return done;
  });
  return answer;
}

/** Explains the images of the root `shapes` with one of its checkpoints from now on, without a question. */
export async function useCheckpoint(name: string | undefined): Promise<void> {
  await workspace
    .getConfiguration('whylight', file('shapes'))
    .update('checkpoint', name, ConfigurationTarget.WorkspaceFolder);
}

export async function closePanels(): Promise<void> {
  const { panels } = await whylight();
  await commands.executeCommand('workbench.action.closeAllEditors');
  await until('all panels to be closed', () => panels.all.length === 0);
}
