import 'vscode-jsonrpc/node';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ExtensionContext, l10n, Uri, window } from 'vscode';
import { Checkpoints } from './checkpoints/checkpoints';
import { chooseLabels } from './checkpoints/chooseLabels';
import { watchCheckpointFolders } from './checkpoints/find';
import { showHealth } from './commands/checkHealth';
import { welcomeToSample } from './commands/openSample';
import { registerCommands } from './commands/register';
import { askForComparison } from './compare/compare';
import { EngineClient } from './engine/engineClient';
import { Reporter } from './host/report';
import { engineSettings } from './host/settings';
import { ModelDocuments } from './inspect/modelDocuments';
import { chooseMethods } from './methods/methods';
import { fileStamp } from './panel/fileStamp';
import { FinishedMaps } from './panel/finishedMaps';
import { Panels } from './panel/panels';
import { Stamps } from './panel/stamps';
import { StoredExplanations } from './panel/storedExplanations';
import { StatusBar } from './status/statusBar';

/** What other code may see of the running extension; the tests inside VS Code use it. */
export interface WhylightApi {
  readonly engine: Pick<EngineClient, 'state' | 'pid' | 'methods' | 'restart'>;
  readonly panels: Pick<Panels, 'all' | 'current'>;
  readonly statusBar: Pick<StatusBar, 'shown'>;
}

/** The one place where the parts are made and joined. Nothing heavy happens here: the engine starts with the first request. */
export function activate(context: ExtensionContext): WhylightApi {
  const log = window.createOutputChannel('Whylight', { log: true });
  const reporter = new Reporter(log);
  const engine = new EngineClient({
    entry: join(context.extensionPath, 'dist', 'engine.cjs'),
    settings: engineSettings,
    surroundings: { execPath: process.execPath, env: process.env, exists: existsSync },
    log,
    translate: l10n.t,
    onMissingNode: (path) =>
      void window.showWarningMessage(
        l10n.t('The Node binary of the setting whylight.nodePath does not exist: {0}. VS Code’s own is used.', path),
      ),
  });
  const checkpoints = new Checkpoints(context.workspaceState, engine);
  const documents = new ModelDocuments(engine);
  const stored = Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'panels');
  const panels = new Panels({
    extensionUri: context.extensionUri,
    engine,
    reporter,
    maps: new FinishedMaps(),
    stamps: new Stamps(fileStamp),
    stored: new StoredExplanations(stored.fsPath, (message) => log.warn(message)),
    chooseMethods: async (current, image) => chooseMethods(await engine.methods(), current, image),
    chooseCheckpoint: (image) => checkpoints.choose(image),
    chooseLabels: (checkpoint, classes) => chooseLabels(checkpoint, classes, engine),
    checkHealth: (question) => showHealth(documents, question),
    askForComparison: (context, ask) => askForComparison({ ...context, checkpoints }, ask),
  });
  const { extensionUri, globalStorageUri: storage, globalState: memory } = context;
  const sample = { extensionUri, storage, memory };
  const statusBar = new StatusBar();
  engine.onStateChanged((state) => statusBar.setEngine(state));
  panels.onStatus((status) => statusBar.setRun(status));
  panels.onPanels((open) => statusBar.setPanels(open));
  context.subscriptions.push(
    log,
    engine,
    panels,
    documents,
    statusBar,
    watchCheckpointFolders((error) => log.error(error instanceof Error ? error : String(error))),
    ...registerCommands({ ...sample, engine, panels, checkpoints, reporter, documents }),
  );
  void welcomeToSample(memory).catch((error: unknown) => reporter.show(error));
  return { engine, panels, statusBar };
}
