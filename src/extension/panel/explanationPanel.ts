import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { env, l10n, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { UsageError } from '../../shared/errors';
import type { PanelRequests, PanelSetup, PanelState } from '../../shared/protocol/panel';
import { type PanelServer, Rpc } from '../../shared/protocol/rpc';
import type { Preprocessing } from '../../shared/question/preprocessing';
import type { ImageSource, Question } from '../../shared/question/question';
import { panelStrings } from '../../shared/words/panelStrings';
import type { EngineClient } from '../engine/engineClient';
import { DisposableOwner } from '../host/dispose';
import type { Reporter } from '../host/report';
import { imageSettings } from '../host/settings';
import { assertTrusted } from '../host/trust';
import { exists } from '../images/files';
import { imageSource } from '../images/imageSource';
import { saveResults } from '../save/save';
import type { Explanation, PageNote } from './explanation';
import { FileWatch } from './fileWatch';
import { renderPage } from './page';
import { withCheckpoint, withMethods } from './panelState';
import type { SerialQueue } from './queue';
import { Runner } from './runner';
import { watchedFiles } from './watchedFiles';
import { webviewMessage } from './webviewMessage';

/** What a panel needs from the rest of the extension. */
export interface PanelServices {
  readonly extensionUri: Uri;
  readonly engine: EngineClient;
  readonly queue: SerialQueue;
  readonly reporter: Reporter;
  /** Asks the user; undefined when the user gave up. */
  chooseMethods(current: readonly string[], image: Uri): Promise<readonly string[] | undefined>;
  chooseCheckpoint(image: Uri): Promise<string | undefined>;
  /** Shows activations and gradients of every layer. */
  checkHealth(question: Question<string>): Promise<void>;
}

/** One tab with the explanation of one image: keeps the page informed and answers what it asks for. */
export class ExplanationPanel extends DisposableOwner {
  readonly image: Uri;
  readonly runner: Runner;
  private readonly rpc: PanelServer;
  private watch: FileWatch | undefined;
  /** The page could not be set up (the engine did not start); it cannot show a run. */
  private pageFailed = false;
  /** Files changed while the page was hidden: explain again when it is looked at. */
  private staleBecause: string | undefined;

  constructor(
    readonly view: WebviewPanel,
    state: PanelState,
    private readonly services: PanelServices,
  ) {
    super();
    this.image = Uri.parse(state.question.image);
    const { engine, queue, reporter, extensionUri } = services;
    this.runner = this.register(
      new Runner(state, this.imageName, {
        queue,
        explain: (params, onEvent, signal) => engine.explain(params, onEvent, signal),
        image: () => this.imageSource(),
        runtime: () => imageSettings(this.image).runtime,
        sentence: (error) => reporter.sentence(error) ?? '',
      }),
    );
    this.register(this.runner.onNote((note) => this.onNote(note)));
    this.register(view.onDidDispose(() => this.dispose()));
    this.register(view.onDidChangeViewState(() => this.onVisible()));
    const file = (...path: string[]) => Uri.joinPath(extensionUri, ...path);
    view.title = l10n.t('Why: {0}', this.imageName);
    view.iconPath = { light: file('media', 'panel-light.svg'), dark: file('media', 'panel-dark.svg') };
    this.rpc = this.register(this.connect());
    view.webview.options = {
      enableScripts: true,
      enableForms: false,
      localResourceRoots: [file('dist'), file('media')],
    };
    this.loadPage();
  }

  get imageName(): string {
    return basename(this.image.path);
  }

  /** What this panel asks of the model. */
  get question(): Question<string> {
    return this.explanation.state.question;
  }

  private get explanation(): Explanation {
    return this.runner.explanation;
  }

  /** Explains with the state as it is now. */
  async start(note?: string): Promise<void> {
    await this.runner.run(this.explanation.state, undefined, note);
  }

  /** The image was asked for again, perhaps with other methods or another checkpoint. */
  async restart(checkpoint: string, methods: readonly string[]): Promise<void> {
    const { state } = this.explanation;
    const other = checkpoint === state.question.checkpoint ? state : withCheckpoint(state, checkpoint);
    await this.runner.run(withMethods(other, methods).state);
  }

  async changeMethods(ids: readonly string[]): Promise<void> {
    const { state, added } = withMethods(this.explanation.state, ids);
    await this.runner.run(state, added);
  }

  async changeCheckpoint(checkpoint: string): Promise<void> {
    await this.runner.run(withCheckpoint(this.explanation.state, checkpoint));
  }

  /** Saves what is shown. A visible page is asked to, so that it shows the progress. */
  async save(): Promise<void> {
    if (this.view.visible) this.rpc.notify('command', { name: 'save' });
    else await this.saveNow({ display: this.explanation.state.display });
  }

  override dispose(): void {
    this.watch?.dispose();
    super.dispose();
  }

  /** Loads the page, or a fresh one in place of the page that is there. */
  private loadPage(): void {
    const { webview } = this.view;
    const script = Uri.joinPath(this.services.extensionUri, 'dist', 'webview.js');
    this.pageFailed = false;
    webview.html = renderPage({
      nonce: randomBytes(16).toString('base64url'),
      cspSource: webview.cspSource,
      scriptUrl: webview.asWebviewUri(script).toString(),
      language: env.language,
      title: this.view.title,
    });
  }

  private connect(): PanelServer {
    const { webview } = this.view;
    const { reporter, chooseMethods, chooseCheckpoint } = this.services;
    const rpc: PanelServer = new Rpc({
      post: (message) => webview.postMessage(webviewMessage(message)),
      onMessage: (listener) => webview.onDidReceiveMessage(listener),
    });
    rpc.handle('ready', () => this.onReady());
    rpc.handle('explain', ({ question, methods, only }) => {
      const { display } = this.explanation.state;
      // The page may still speak of the checkpoint before: a panel's image and checkpoint change by commands only.
      const { image, checkpoint } = this.question;
      void this.runner.run({ question: { ...question, image, checkpoint }, methods, display }, only);
      return null;
    });
    rpc.handle('cancel', () => {
      this.runner.cancel();
      return null;
    });
    rpc.handle('save', (request) => this.saveNow(request));
    rpc.handle('chooseMethods', async () => {
      const current = this.explanation.state.methods.map(({ id }) => id);
      const ids = await chooseMethods(current, this.image);
      if (ids !== undefined) void this.changeMethods(ids);
      return null;
    });
    rpc.handle('chooseCheckpoint', async () => {
      const checkpoint = await chooseCheckpoint(this.image);
      if (checkpoint !== undefined) void this.changeCheckpoint(checkpoint);
      return null;
    });
    rpc.handle('keepPreprocessing', ({ preprocessing }) => this.keepPreprocessing(preprocessing));
    rpc.handle('editPreprocessing', () => this.editPreprocessing());
    rpc.handle('keepLogits', ({ logits }) => this.keepLogits(logits));
    rpc.handle('checkHealth', async () => {
      await this.services.checkHealth(this.question);
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
      // What a run is about changes by `explain` only: the page may still speak of the run before.
      this.explanation.state = { ...this.explanation.state, display };
    });
    return rpc.listen();
  }

  /** A fresh page: hands over what it needs, then all that happened so far. */
  private async onReady(): Promise<PanelSetup> {
    try {
      assertTrusted();
      const methods = await this.services.engine.methods();
      // Sent after the answer, which goes out when this function has returned.
      setTimeout(() => {
        for (const note of this.explanation.replay()) this.send(note);
      });
      const { state } = this.explanation;
      const strings = Object.fromEntries(Object.entries(panelStrings).map(([key, text]) => [key, l10n.t(text)]));
      return {
        state,
        imageName: this.imageName,
        checkpointName: basename(state.question.checkpoint),
        methods,
        strings,
      };
    } catch (error) {
      this.pageFailed = true;
      this.services.reporter.sentence(error);
      throw error;
    }
  }

  private async keepPreprocessing(preprocessing: Preprocessing): Promise<null> {
    assertTrusted();
    const { checkpoint } = this.question;
    this.watch?.mute();
    const { path } = await this.services.engine.request('keepPreprocessing', { checkpoint, preprocessing });
    void this.start(l10n.t('The preprocessing is kept in {0}; explaining again.', basename(path)));
    return null;
  }

  private async keepLogits(logits: string): Promise<null> {
    assertTrusted();
    const { checkpoint } = this.question;
    this.watch?.mute();
    const { path } = await this.services.engine.request('keepLogits', { checkpoint, logits });
    void this.start(l10n.t('The logits are kept in {0}; explaining again.', basename(path)));
    return null;
  }

  private async editPreprocessing(): Promise<null> {
    assertTrusted();
    const { checkpoint } = this.question;
    const file = Uri.joinPath(Uri.file(checkpoint), '..', 'whylight.json');
    if (!(await exists(file))) {
      this.watch?.mute();
      await this.services.engine.request('keepPreprocessing', { checkpoint });
    }
    await window.showTextDocument(file, { viewColumn: ViewColumn.Beside });
    return null;
  }

  private async imageSource(): Promise<ImageSource> {
    assertTrusted();
    return imageSource(this.image);
  }

  private async saveNow({ display, methods }: PanelRequests['save'][0]): Promise<PanelRequests['save'][1]> {
    const { prediction, findings } = this.explanation;
    const attributions = this.explanation.attributions(methods);
    if (prediction === undefined || attributions.length === 0) {
      throw new UsageError(l10n.t('There is nothing to save yet: no method has finished.'));
    }
    const { pixels: _, ...rest } = prediction;
    const image = await this.imageSource();
    const files = await this.services.engine.request('encode', {
      image,
      prediction: rest,
      attributions,
      findings,
      display,
    });
    return saveResults(this.image, files, this.services.reporter);
  }

  private onNote(note: PageNote): void {
    if (note.name === 'run') {
      this.watchFiles();
      if (this.pageFailed) this.loadPage();
    }
    if (note.name === 'event' && note.params.kind === 'prediction') this.watchFiles();
    if (note.name === 'event' && note.params.kind === 'failed') {
      this.services.reporter.log.warn(`${this.imageName}, ${note.params.method}: ${note.params.message}`);
    }
    // A hidden page is gone, and the next one gets everything.
    if (this.view.visible) this.send(note);
  }

  private watchFiles(): void {
    const paths = watchedFiles(this.question.checkpoint, this.image, this.explanation.prediction?.dependsOn);
    if (this.watch?.watches(paths)) return;
    this.watch?.dispose();
    this.watch = new FileWatch(paths, (name) => {
      if (!imageSettings(this.image).rerunOnChange) return;
      const note = l10n.t('{0} has changed; explaining again.', name);
      this.services.reporter.log.info(`${this.imageName}: ${note}`);
      if (this.view.visible) void this.start(note);
      else this.staleBecause = note;
    });
  }

  private onVisible(): void {
    const note = this.staleBecause;
    if (!this.view.visible || note === undefined) return;
    this.staleBecause = undefined;
    void this.start(note);
  }

  private send(note: PageNote): void {
    if (note.name === 'run') this.rpc.notify('run', note.params);
    else if (note.name === 'event') this.rpc.notify('event', note.params);
    else if (note.name === 'ended') this.rpc.notify('ended', note.params);
    else this.rpc.notify('command', note.params);
  }
}
