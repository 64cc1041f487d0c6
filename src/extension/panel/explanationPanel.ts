import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { env, l10n, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { UsageError } from '../../shared/errors';
import { type ExplanationEvent, shownAnswer } from '../../shared/explanation/explanation';
import type { PanelRequests, PanelSetup, PanelState } from '../../shared/protocol/panel';
import { type PanelServer, Rpc } from '../../shared/protocol/rpc';
import type { Change } from '../../shared/question/comparison';
import type { Preprocessing } from '../../shared/question/preprocessing';
import type { ImageSource, Question } from '../../shared/question/question';
import { panelStrings } from '../../shared/words/panelStrings';
import type { ComparisonAsk, ComparisonContext } from '../compare/compare';
import type { EngineClient } from '../engine/engineClient';
import { DisposableOwner } from '../host/dispose';
import type { Reporter } from '../host/report';
import { imageSettings } from '../host/settings';
import { assertTrusted } from '../host/trust';
import { exists } from '../images/files';
import { imageSource } from '../images/imageSource';
import { explained } from '../save/explained';
import { saveResults } from '../save/save';
import { FileWatch } from './fileWatch';
import { renderPage } from './page';
import { methodsOf, withCheckpoint, withMethods } from './panelState';
import { Runner } from './runner';
import { watchedFiles } from './watchedFiles';
import { webviewMessage } from './webviewMessage';

/** What a panel needs from the rest of the extension. */
export interface PanelServices {
  readonly extensionUri: Uri;
  readonly engine: EngineClient;
  readonly reporter: Reporter;
  /** Asks the user; undefined when the user gave up. */
  chooseMethods(current: readonly string[], image: Uri): Promise<readonly string[] | undefined>;
  chooseCheckpoint(image: Uri): Promise<string | undefined>;
  /** Shows activations and gradients of every layer. */
  checkHealth(question: Question<string>): Promise<void>;
  /** Asks the user what to compare with; undefined when the user gave up. */
  askForComparison(
    context: Omit<ComparisonContext, 'checkpoints'>,
    ask: ComparisonAsk,
  ): Promise<readonly Change[] | undefined>;
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
    const { engine, reporter, extensionUri } = services;
    this.runner = this.register(
      new Runner(state, this.imageName, {
        explain: (params, onEvent, signal) => engine.explain(params, onEvent, signal),
        prioritise: (id, priority) => engine.prioritise(id, priority),
        image: (uri) => trustedImage(uri),
        runtime: () => imageSettings(this.image).runtime,
        sentence: (error) => reporter.sentence(error) ?? '',
      }),
    );
    this.register(this.runner.onEvent((event) => this.onEvent(event)));
    this.register(view.onDidDispose(() => this.dispose()));
    this.runner.setPriority(view.visible ? 'foreground' : 'background');
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
    return this.state.question;
  }

  private get state(): PanelState {
    return this.runner.state;
  }

  /** Explains with the state as it is now. */
  async start(note?: string): Promise<void> {
    await this.runner.run(this.state, undefined, note);
  }

  /** The image was asked for again, perhaps with other methods or another checkpoint. */
  async restart(checkpoint: string, methods: readonly string[]): Promise<void> {
    const { state } = this;
    const other = checkpoint === state.question.checkpoint ? state : withCheckpoint(state, checkpoint);
    await this.runner.run(withMethods(other, methods).state);
  }

  async changeMethods(ids: readonly string[]): Promise<void> {
    const { state, added } = withMethods(this.state, ids);
    await this.runner.run(state, added);
  }

  async changeCheckpoint(checkpoint: string): Promise<void> {
    await this.runner.run(withCheckpoint(this.state, checkpoint));
  }

  /** Saves what is shown. A visible page is asked to, so that it shows the progress. */
  async save(): Promise<void> {
    if (this.view.visible) this.rpc.notify('command', { name: 'save' });
    else await this.saveNow({ display: this.state.display });
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
    rpc.handle('explain', ({ question, cards, again }) => {
      // The page may still speak of the checkpoint before: a panel's image and checkpoint change by commands only.
      const { image, checkpoint } = this.question;
      void this.runner.run(
        { ...this.state, question: { ...question, image, checkpoint }, cards },
        again === 'all' ? undefined : again,
      );
      return null;
    });
    rpc.handle('cancel', () => {
      this.runner.cancel();
      return null;
    });
    rpc.handle('save', (request) => this.saveNow(request));
    rpc.handle('chooseMethods', async () => {
      const ids = await chooseMethods(methodsOf(this.state), this.image);
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
    for (const name of ['compare', 'endComparison', 'pin', 'unpin', 'chooseLabels'] as const)
      rpc.handle(name, () => null);
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
      this.runner.setDisplay(display);
    });
    return rpc.listen();
  }

  /** A fresh page: hands over what it needs, with all that happened so far. */
  private async onReady(): Promise<PanelSetup> {
    try {
      assertTrusted();
      const methods = await this.services.engine.methods();
      const { state } = this;
      const { explanation } = this.runner;
      const strings = Object.fromEntries(Object.entries(panelStrings).map(([key, text]) => [key, l10n.t(text)]));
      return {
        state,
        explanation,
        imageName: this.imageName,
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

  private async saveNow({ display, only }: PanelRequests['save'][0]): Promise<PanelRequests['save'][1]> {
    const results = await explained(this.runner.explanation, only, trustedImage);
    if (results === undefined) throw new UsageError(l10n.t('There is nothing to save yet: no method has finished.'));
    const files = await this.services.engine.request('encode', { ...results, display });
    return saveResults(this.image, files, this.services.reporter);
  }

  private onEvent(event: ExplanationEvent): void {
    if (event.kind === 'run') {
      this.watchFiles();
      if (this.pageFailed) this.loadPage();
    }
    if (event.kind === 'prediction') this.watchFiles();
    if (event.kind === 'failed') {
      this.services.reporter.log.warn(`${this.imageName}, ${event.key}: ${event.message}`);
    }
    // A hidden page is gone, and the next one gets everything.
    if (this.view.visible) this.rpc.notify('event', event);
  }

  private watchFiles(): void {
    const { explanation } = this.runner;
    const answers = [shownAnswer(explanation), ...explanation.answers];
    const dependsOn = answers.flatMap((answer) => answer?.prediction.dependsOn ?? []);
    const paths = watchedFiles(this.question.checkpoint, this.image, dependsOn);
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
    const { visible } = this.view;
    this.runner.setPriority(visible ? 'foreground' : 'background');
    const note = this.staleBecause;
    if (!visible || note === undefined) return;
    this.staleBecause = undefined;
    void this.start(note);
  }
}

/** Nothing of a workspace that is not trusted reaches the engine. */
async function trustedImage(uri: string): Promise<ImageSource> {
  assertTrusted();
  return imageSource(Uri.parse(uri));
}
