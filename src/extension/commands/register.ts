import { commands, type Disposable, l10n, ProgressLocation, Uri, window } from 'vscode';
import { CheckpointError, UsageError } from '../../shared/errors';
import { checkpointOf } from '../../shared/formats/checkpointNames';
import { assertReadable, ForeignCheckpointError, foreignActions } from '../checkpoints/foreign';
import type { Reporter } from '../host/report';
import { ensureTrusted } from '../host/trust';
import type { ModelDocuments } from '../inspect/modelDocuments';
import { chooseMethods } from '../methods/methods';
import { methodsOf } from '../panel/panelChanges';
import { healthQuestion, showHealth } from './checkHealth';
import { type ExplainServices, explainImages, imageOfActiveTab } from './explainImage';
import { openSample, type SampleServices } from './openSample';
import { quickActions } from './quickActions';

export interface CommandServices extends ExplainServices, SampleServices {
  readonly reporter: Reporter;
  readonly documents: ModelDocuments;
}

/** Registers every command of package.json; a failure ends in a notification and never in the caller. */
export function registerCommands(services: CommandServices): Disposable[] {
  const { engine, panels, checkpoints, reporter, documents, extensionUri } = services;
  const exportHelp = Uri.joinPath(extensionUri, 'docs', 'exporting.md');
  const chooseCheckpointAction = {
    title: l10n.t('Choose Checkpoint…'),
    run: () => commands.executeCommand('whylight.chooseCheckpoint'),
  };
  const register = (name: string, run: (...values: unknown[]) => unknown) =>
    commands.registerCommand(`whylight.${name}`, async (...values: unknown[]) => {
      try {
        return await run(...values);
      } catch (error) {
        const wayOut = error instanceof ForeignCheckpointError ? foreignActions(error, exportHelp) : [];
        reporter.show(error, ...wayOut, ...(error instanceof CheckpointError ? [chooseCheckpointAction] : []));
        return undefined;
      }
    });
  /** For commands that run a checkpoint. */
  const registerTrusted = (name: string, run: (...values: unknown[]) => unknown) =>
    register(name, async (...values) => ((await ensureTrusted()) ? run(...values) : undefined));

  return [
    registerTrusted('explainImage', (clicked, selection) => explainImages(services, asUri(clicked), asUris(selection))),
    registerTrusted('chooseMethods', async () => {
      const panel = panels.current;
      const current = panel && methodsOf(panel.runner.state);
      const ids = await chooseMethods(await engine.methods(), current, panel?.image ?? imageOfActiveTab());
      if (ids !== undefined) void panel?.changeMethods(ids);
    }),
    registerTrusted('chooseCheckpoint', async () => {
      const panel = panels.current;
      const checkpoint = await checkpoints.choose(panel?.image ?? imageOfActiveTab());
      if (checkpoint !== undefined) void panel?.changeCheckpoint(checkpoint);
    }),
    registerTrusted('chooseLabels', async () => {
      if (panels.current === undefined)
        throw new UsageError(l10n.t('Explain an image first; then the labels of its checkpoint can be chosen.'));
      await panels.current.chooseLabels();
    }),
    registerTrusted('compareWith', async () => {
      if (panels.current === undefined)
        throw new UsageError(l10n.t('Explain an image first; then it can be compared with something.'));
      panels.current.view.reveal();
      await panels.current.compare(null);
    }),
    registerTrusted('saveOverlays', async () => {
      if (panels.current === undefined)
        throw new UsageError(l10n.t('Explain an image first; then its overlays can be saved.'));
      await panels.current.save();
    }),
    registerTrusted('inspectCheckpoint', async (clicked) => {
      const chosen = (await clickedCheckpoint(clicked, services)) ?? (await askForCheckpoint(services));
      if (chosen === undefined) return;
      const title = l10n.t('Reading the checkpoint');
      await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (_, token) => {
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        return documents.open(chosen, controller.signal);
      });
    }),
    registerTrusted('checkHealth', async () => {
      const question = await healthQuestion(services);
      if (question !== null) await showHealth(documents, question);
    }),
    register('openSample', () => openSample(services)),
    register('showLog', () => reporter.log.show()),
    register('restartEngine', () => {
      engine.restart();
      reporter.log.info('The engine was restarted by hand.');
      void window.setStatusBarMessage(l10n.t('Whylight: the engine starts afresh with the next explanation.'), 5000);
    }),
    register('quickActions', quickActions),
  ];
}

async function askForCheckpoint({ checkpoints, panels }: CommandServices): Promise<Uri | undefined> {
  const chosen = await checkpoints.ask(panels.current?.image);
  return chosen === undefined ? undefined : Uri.file(chosen);
}

/** A file that marks a folder stands for the folder. */
async function clickedCheckpoint(value: unknown, { engine }: CommandServices): Promise<Uri | undefined> {
  const uri = asUri(value);
  if (uri !== undefined) await assertReadable(uri.fsPath, engine);
  return uri?.with({ path: checkpointOf(uri.path) });
}

function asUri(value: unknown): Uri | undefined {
  return value instanceof Uri ? value : undefined;
}

function asUris(value: unknown): Uri[] | undefined {
  return Array.isArray(value) ? value.filter((each): each is Uri => each instanceof Uri) : undefined;
}
