import { basename } from 'node:path';
import { env, l10n, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { UsageError } from '../../shared/errors';
import { shownAnswer } from '../../shared/explanation/explanation';
import type { PanelRequests, PanelSetup, PanelState } from '../../shared/protocol/panel';
import { type PanelServer, Rpc } from '../../shared/protocol/rpc';
import type { Change } from '../../shared/question/comparison';
import type { Question } from '../../shared/question/question';
import type { ComparisonAsk } from '../compare/compare';
import { assertTrusted } from '../host/trust';
import { exists } from '../images/files';
import { methodsOf, withoutComparison, withoutPinned, withPinned, withQuestion } from './panelChanges';
import type { PanelServices } from './panelServices';
import type { Again } from './plan';
import type { Runner } from './runner';
import { webviewMessage } from './webviewMessage';

/** What a page asks of its panel. */
export interface PageOwner {
  readonly view: WebviewPanel;
  readonly image: Uri;
  readonly question: Question<string>;
  readonly state: PanelState;
  readonly runner: Pick<Runner, 'explanation' | 'cancel' | 'setDisplay'>;
  setup(): Promise<PanelSetup>;
  start(note?: string): Promise<void>;
  change(state: PanelState, again?: Again): Promise<void>;
  changeMethods(ids: readonly string[]): Promise<void>;
  changeCheckpoint(checkpoint: string): Promise<void>;
  compare(ask: ComparisonAsk): Promise<void>;
  addComparisons(changes: readonly Change[]): Promise<void>;
  chooseLabels(): Promise<void>;
  pin(state: PanelState, key: string): void;
  saveNow(request: PanelRequests['save'][0]): Promise<PanelRequests['save'][1]>;
  /** Overlooks what is about to be written beside the checkpoint for this panel. */
  muteWatch(): void;
}

/** Answers what a panel's page asks for. Whatever ends in a run is answered at once: the page follows the run by its events. */
export function connectPage(panel: PageOwner, services: PanelServices): PanelServer {
  const { webview } = panel.view;
  const { engine, reporter } = services;
  const rpc: PanelServer = new Rpc({
    post: (message) => webview.postMessage(webviewMessage(message)),
    onMessage: (listener) => webview.onDidReceiveMessage(listener),
  });
  rpc.handle('ready', () => panel.setup());
  rpc.handle('explain', ({ question, cards, again }) => {
    // The page may still speak of the checkpoint before: a panel's image and checkpoint change by commands only.
    const { image, checkpoint } = panel.question;
    const labels = shownAnswer(panel.runner.explanation)?.prediction.classes.labels ?? null;
    void panel.change(withQuestion(panel.state, { ...question, image, checkpoint }, cards, labels), again);
    return null;
  });
  rpc.handle('compare', async (request) => {
    if ('change' in request) void panel.addComparisons([request.change]);
    else await panel.compare(request.ask);
    return null;
  });
  rpc.handle('endComparison', ({ key }) => {
    void panel.change(withoutComparison(panel.state, key), []);
    return null;
  });
  rpc.handle('pin', ({ key }) => {
    panel.pin(withPinned(panel.state, key, panel.runner.explanation), key);
    return null;
  });
  rpc.handle('unpin', ({ key }) => {
    void panel.change(withoutPinned(panel.state, key), []);
    return null;
  });
  rpc.handle('cancel', () => {
    panel.runner.cancel();
    return null;
  });
  rpc.handle('save', (request) => panel.saveNow(request));
  rpc.handle('chooseMethods', async () => {
    const ids = await services.chooseMethods(methodsOf(panel.state), panel.image);
    if (ids !== undefined) void panel.changeMethods(ids);
    return null;
  });
  rpc.handle('chooseCheckpoint', async () => {
    const checkpoint = await services.chooseCheckpoint(panel.image);
    if (checkpoint !== undefined) void panel.changeCheckpoint(checkpoint);
    return null;
  });
  rpc.handle('keepPreprocessing', async ({ preprocessing }) => {
    assertTrusted();
    const { checkpoint } = panel.question;
    panel.muteWatch();
    const { path } = await engine.request('keepPreprocessing', { checkpoint, preprocessing });
    void panel.start(l10n.t('The preprocessing is kept in {0}; explaining again.', basename(path)));
    return null;
  });
  rpc.handle('keepLogits', async ({ logits }) => {
    assertTrusted();
    const { checkpoint } = panel.question;
    panel.muteWatch();
    const { path } = await engine.request('keepLogits', { checkpoint, logits });
    void panel.start(l10n.t('The logits are kept in {0}; explaining again.', basename(path)));
    return null;
  });
  rpc.handle('chooseLabels', async () => {
    await panel.chooseLabels();
    return null;
  });
  rpc.handle('editPreprocessing', async () => {
    assertTrusted();
    const { checkpoint } = panel.question;
    const file = Uri.joinPath(Uri.file(checkpoint), '..', 'whylight.json');
    if (!(await exists(file))) {
      panel.muteWatch();
      await engine.request('keepPreprocessing', { checkpoint });
    }
    await window.showTextDocument(file, { viewColumn: ViewColumn.Beside });
    return null;
  });
  rpc.handle('checkHealth', async () => {
    await services.checkHealth(panel.question);
    return null;
  });
  rpc.handle('showLog', () => {
    reporter.log.show();
    return null;
  });
  rpc.handle('openSource', async ({ url }) => {
    if (!/^https:\/\//.test(url)) throw new UsageError(l10n.t('This is not a web address: {0}', url));
    await env.openExternal(Uri.parse(url));
    return null;
  });
  rpc.on('stateChanged', ({ display }) => {
    // What a run is about changes by requests only: the page may still speak of the run before.
    panel.runner.setDisplay(display);
  });
  return rpc.listen();
}
