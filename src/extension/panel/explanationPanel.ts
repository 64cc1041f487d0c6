import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { env, l10n, Uri, type WebviewPanel, workspace } from 'vscode';
import { UsageError } from '../../shared/errors';
import { answerTo, type ExplanationEvent, shownAnswer } from '../../shared/explanation/explanation';
import type { PanelRequests, PanelSetup, PanelState } from '../../shared/protocol/panel';
import type { Change } from '../../shared/question/comparison';
import type { Question } from '../../shared/question/question';
import { panelStrings } from '../../shared/words/panelStrings';
import type { ComparisonAsk } from '../compare/compare';
import { DisposableOwner } from '../host/dispose';
import { imageSettings } from '../host/settings';
import { assertTrusted } from '../host/trust';
import { explained } from '../save/explained';
import { saveResults } from '../save/save';
import { FileWatch } from './fileWatch';
import { renderPage } from './page';
import { connectPage } from './pageRequests';
import { withCheckpoint, withComparisons, withMethods } from './panelChanges';
import type { PanelServices } from './panelServices';
import type { Again } from './plan';
import { Runner } from './runner';
import type { StoredExplanation } from './storedExplanations';
import { trustedImage } from './trustedImage';
import { watchedFiles } from './watchedFiles';

/** How often at most what a running explanation has is stored. */
const storeEveryMs = 2000;

/** One tab with the explanation of one image: keeps the page informed and answers what it asks for. */
export class ExplanationPanel extends DisposableOwner {
  readonly image: Uri;
  readonly runner: Runner;
  private readonly page: ReturnType<typeof connectPage>;
  private watch: FileWatch | undefined;
  /** The page could not be set up (the engine did not start); it cannot show a run. */
  private pageFailed = false;
  /** Files changed while the page was hidden: explain again when it is looked at. */
  private staleBecause: string | undefined;
  private storing: NodeJS.Timeout | undefined;

  constructor(
    readonly view: WebviewPanel,
    state: PanelState,
    private readonly services: PanelServices,
  ) {
    super();
    this.image = Uri.parse(state.question.image);
    const { engine, reporter, extensionUri, maps, stamps } = services;
    this.runner = this.register(
      new Runner(state, this.imageName, {
        explain: (params, onEvent, signal) => engine.explain(params, onEvent, signal),
        prioritise: (id, priority) => engine.prioritise(id, priority),
        image: (uri) => trustedImage(uri),
        runtime: () => imageSettings(this.image).runtime,
        sentence: (error) => reporter.sentence(error) ?? '',
        needsLayer: () => this.needsLayer(),
        maps,
        stamps,
      }),
    );
    this.register(this.runner.onEvent((event) => this.onEvent(event)));
    this.register(view.onDidDispose(() => this.dispose()));
    this.runner.setPriority(view.visible ? 'foreground' : 'background');
    this.register(view.onDidChangeViewState(() => this.onVisible()));
    const file = (...path: string[]) => Uri.joinPath(extensionUri, ...path);
    view.title = l10n.t('Why: {0}', this.imageName);
    view.iconPath = { light: file('media', 'panel-light.svg'), dark: file('media', 'panel-dark.svg') };
    this.page = this.register(connectPage(this, services));
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

  get state(): PanelState {
    return this.runner.state;
  }

  /** Explains with the state as it is now; what is known and still holds is not computed again. */
  async start(note?: string): Promise<void> {
    await this.runner.run(this.state, { ...(note !== undefined && { note }) });
  }

  /** Shows what was there before a window reload, and explains again what no longer holds. */
  async restore({ explanation, stamps }: StoredExplanation): Promise<void> {
    explanation.answers.forEach(({ prediction }, index) => {
      const stamp = stamps[index];
      if (stamp !== undefined) this.services.stamps.set(prediction, stamp);
    });
    this.runner.restore(explanation);
    if (!imageSettings(this.image).rerunOnChange && explanation.run?.phase !== 'running') this.watchFiles();
    else await this.change(this.state, []);
  }

  /** The image was asked for again, perhaps with other methods or another checkpoint. */
  async restart(checkpoint: string, methods: readonly string[]): Promise<void> {
    const { state } = this;
    const other = checkpoint === state.question.checkpoint ? state : this.withCheckpoint(checkpoint);
    await this.change(withMethods(other, methods).state);
  }

  async changeMethods(ids: readonly string[]): Promise<void> {
    await this.change(withMethods(this.state, ids).state, []);
  }

  async changeCheckpoint(checkpoint: string): Promise<void> {
    await this.change(this.withCheckpoint(checkpoint));
  }

  /** Explains what a changed state asks. */
  async change(state: PanelState, again?: Again): Promise<void> {
    await this.runner.run(state, { again });
  }

  /** Adds comparisons; the user is asked for what is missing. */
  async compare(ask: ComparisonAsk): Promise<void> {
    const { question, image } = this;
    const compared = this.state.comparisons.map(({ change }) => change);
    const prediction = shownAnswer(this.runner.explanation)?.prediction;
    if (prediction === undefined) {
      throw new UsageError(l10n.t('Wait until the model has answered; then its answer can be compared.'));
    }
    const changes = await this.services.askForComparison({ image, question, prediction, compared }, ask);
    if (changes !== undefined) await this.addComparisons(changes);
  }

  async addComparisons(changes: readonly Change[]): Promise<void> {
    await this.change(withComparisons(this.state, changes, this.runner.explanation), []);
  }

  /** Lets the user choose the labels of the checkpoint, keeps them beside it, and explains again with them. */
  async chooseLabels(): Promise<void> {
    assertTrusted();
    const { checkpoint } = this.question;
    const classes = answerTo(this.runner.explanation, this.question)?.prediction.classes.count;
    const labels = await this.services.chooseLabels(checkpoint, classes);
    if (labels === undefined) return;
    this.muteWatch();
    const { path } = await this.services.engine.request('keepLabels', { checkpoint, labels });
    void this.start(l10n.t('The labels are kept in {0}; explaining again.', basename(path)));
  }

  /** Takes over a state with one more pinned card, whose map is that of the card `key`. */
  pin(state: PanelState, key: string): void {
    this.runner.keepFor(state.pinned.at(-1), key);
    void this.change(state, []);
  }

  /** Saves what is shown. A visible page is asked to, so that it shows the progress. */
  async save(): Promise<void> {
    if (this.view.visible) this.page.notify('command', { name: 'save' });
    else await this.saveNow({ display: this.state.display });
  }

  async saveNow({ display, only }: PanelRequests['save'][0]): Promise<PanelRequests['save'][1]> {
    const results = await explained(this.runner.explanation, only, trustedImage);
    if (results === undefined) throw new UsageError(l10n.t('There is nothing to save yet: no method has finished.'));
    return saveResults(this.image, { ...results, display }, this.services);
  }

  /** A fresh page: what it needs, with all that happened so far. */
  async setup(): Promise<PanelSetup> {
    try {
      assertTrusted();
      const methods = await this.services.engine.methods();
      const strings = Object.fromEntries(Object.entries(panelStrings).map(([key, text]) => [key, l10n.t(text)]));
      return {
        state: this.state,
        explanation: this.runner.explanation,
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

  /** Overlooks what is about to be written beside the checkpoint by this panel itself. */
  muteWatch(): void {
    this.watch?.mute();
  }

  override dispose(): void {
    clearTimeout(this.storing);
    this.watch?.dispose();
    super.dispose();
  }

  private withCheckpoint(checkpoint: string): PanelState {
    const target = answerTo(this.runner.explanation, this.question)?.prediction.target;
    return withCheckpoint(this.state, checkpoint, target);
  }

  /** Before the engine has told, every method may need one; a failure to start is told by the run. */
  private async needsLayer(): Promise<(method: string) => boolean> {
    if (!workspace.isTrusted) return () => true;
    const infos = await this.services.engine.methods().catch(() => []);
    return (method) => infos.find(({ id }) => id === method)?.needsLayer ?? true;
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

  private onEvent(event: ExplanationEvent): void {
    if (event.kind === 'run' && this.pageFailed) this.loadPage();
    if (event.kind === 'run' || event.kind === 'prediction') this.watchFiles();
    if (event.kind === 'failed') {
      this.services.reporter.log.warn(`${this.imageName}, ${event.key}: ${event.message}`);
    }
    if (event.kind === 'result') this.storing ??= setTimeout(() => void this.store(), storeEveryMs);
    if (event.kind === 'ended') void this.store();
    // A hidden page is gone, and the next one gets everything.
    if (!this.view.visible) return;
    if (event.kind === 'run') this.page.notify('state', this.state);
    this.page.notify('event', event);
  }

  private async store(): Promise<void> {
    clearTimeout(this.storing);
    this.storing = undefined;
    const { stamps, stored } = this.services;
    const { explanation } = this.runner;
    const taken = await Promise.all(explanation.answers.map(({ prediction }) => stamps.of(prediction)));
    await stored.save(this.state.id, { explanation, stamps: taken });
  }

  private watchFiles(): void {
    const { explanation } = this.runner;
    const paths = watchedFiles(explanation, (uri) => {
      const { scheme, fsPath } = Uri.parse(uri);
      return scheme === 'file' ? fsPath : null;
    });
    if (this.watch?.watches(paths)) return;
    this.watch?.dispose();
    this.watch = new FileWatch(paths, (changed) => {
      // A file may have changed while it was being read, before its stamp was taken.
      for (const { question, prediction } of this.runner.explanation.answers) {
        const files = [Uri.parse(question.image), ...prediction.dependsOn.map((path) => Uri.file(path))];
        if (files.some(({ fsPath }) => changed.includes(fsPath))) this.services.stamps.forget(prediction);
      }
      if (!imageSettings(this.image).rerunOnChange) return;
      const note = l10n.t('{0} has changed; explaining again.', basename(changed[0] ?? ''));
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
