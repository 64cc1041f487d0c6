import { CancelledError } from '../shared/errors';
import type { PanelRequests, PanelState } from '../shared/protocol/panel';
import type { PanelCaller } from '../shared/protocol/rpc';
import type { MethodRequest } from '../shared/question/card';
import type { OutputSelection } from '../shared/question/output';
import type { Preprocessing } from '../shared/question/preprocessing';
import type { Question } from '../shared/question/question';
import type { TargetRequest } from '../shared/question/target';
import type { DisplayOptions } from '../shared/rendering/display';
import type { PageAction } from './state/pageState';
import type { Store } from './state/store';
import { makeWords, type Words } from './view/words';

/** The host as the page sees it. */
export type PageHost = Pick<PanelCaller, 'request' | 'notify' | 'on'>;

/** Keeps the panel's state for a window reload (VS Code's `setState`). */
export type Remember = (state: PanelState) => void;

/** How long the page says that something was done: long enough to be read twice. */
const doneMilliseconds = 8000;

/** What the controls of the page can do: each asks the host, or changes the page's own state. */
export class Controller {
  private ready = false;
  private readonly early: (() => void)[] = [];
  private fading: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Store,
    private readonly host: PageHost,
    remember: Remember,
  ) {
    host.on('state', (panel) => this.receive({ kind: 'panel', panel }));
    host.on('event', (event) => this.receive({ kind: 'event', event }));
    host.on('command', (command) => {
      if (command.name === 'save') this.whenReady(() => void this.save());
    });
    store.subscribe((after, before) => {
      if (after.panel === null || after.panel === before.panel) return;
      remember(after.panel);
      // What is asked is the host's to say; the display is the page's.
      if (before.panel !== null && after.panel.display !== before.panel.display)
        host.notify('stateChanged', after.panel);
    });
    store.subscribe(({ message }, before) => {
      if (message === before.message) return;
      clearTimeout(this.fading);
      if (message?.kind === 'done') this.fading = setTimeout(() => this.forget(), doneMilliseconds);
    });
  }

  get words(): Words {
    return makeWords(this.store.state.setup?.strings ?? {});
  }

  /** Asks the host for everything the page needs; what it sends before the answer is kept until then. */
  async start(): Promise<void> {
    await this.ask(async () => {
      const setup = await this.host.request('ready', undefined);
      this.store.dispatch({ kind: 'setup', setup });
      this.ready = true;
      for (const step of this.early.splice(0)) step();
    });
  }

  private receive(action: PageAction): void {
    this.whenReady(() => this.store.dispatch(action));
  }

  /** At once, or when the page knows what it shows: a command may come while it is being set up. */
  private whenReady(step: () => void): void {
    if (this.ready) step();
    else this.early.push(step);
  }

  /** Asks about another class. */
  explain(target: TargetRequest): void {
    const { panel } = this.store.state;
    if (panel !== null) this.run({ ...panel.question, target }, panel.cards);
  }

  /** Explains another answer of a model that gives several for an image; undefined: the one that is taken where none is chosen. */
  chooseOutput(output: OutputSelection | undefined): void {
    const { panel } = this.store.state;
    if (panel === null) return;
    const { output: _, ...question } = panel.question;
    this.run(output === undefined ? question : { ...question, output }, panel.cards);
  }

  /** Uses another layer for all methods that need one; undefined for the default layer. */
  chooseLayer(layer: string | undefined): void {
    const { panel } = this.store.state;
    if (panel === null) return;
    const cards = panel.cards.map(({ layer: _own, ...rest }) => rest);
    this.run({ ...panel.question, layer }, cards);
  }

  /** Runs one of the panel's own cards with other parameters. */
  runWith(request: MethodRequest): void {
    const { panel } = this.store.state;
    if (panel === null) return;
    const cards = panel.cards.map((each) => (each.key === request.key ? request : each));
    this.run(panel.question, cards, [request.key]);
  }

  /** Computes one card anew, also one of a comparison. */
  runAgain(key: string): void {
    const { panel } = this.store.state;
    if (panel !== null) this.run(panel.question, panel.cards, [key]);
  }

  explainAgain(): void {
    const { panel } = this.store.state;
    if (panel !== null) this.run(panel.question, panel.cards, 'all');
  }

  /** Adds a question beside the panel's own. */
  compare(asked: PanelRequests['compare'][0]): void {
    void this.ask(() => this.host.request('compare', asked));
  }

  /** Takes one comparison away; all without a key. */
  endComparison(key?: string): void {
    void this.ask(() => this.host.request('endComparison', key === undefined ? {} : { key }));
  }

  pin(key: string): void {
    void this.ask(() => this.host.request('pin', { key }));
  }

  unpin(key: string): void {
    void this.ask(() => this.host.request('unpin', { key }));
  }

  /** Takes the passing message away. */
  forget(): void {
    if (this.store.state.message !== null) this.store.dispatch({ kind: 'message', message: null });
  }

  setDisplay(display: DisplayOptions): void {
    this.store.dispatch({ kind: 'display', display });
  }

  /** Writes the results of all cards, or of those with these keys, to the workspace. */
  async save(only?: readonly string[]): Promise<void> {
    const { panel, saving } = this.store.state;
    if (panel === null || saving) return;
    this.store.dispatch({ kind: 'saving' });
    try {
      const saved = await this.host.request('save', { display: panel.display, ...(only ? { only } : {}) });
      const text = saved === null ? null : this.words('action.saved', saved.folder);
      this.store.dispatch({ kind: 'message', message: text === null ? null : { kind: 'done', text } });
    } catch (error) {
      this.say('action.saveFailed', error);
    }
  }

  cancel(): void {
    void this.ask(() => this.host.request('cancel', undefined));
  }

  chooseMethods(): void {
    void this.ask(() => this.host.request('chooseMethods', undefined));
  }

  chooseCheckpoint(): void {
    void this.ask(() => this.host.request('chooseCheckpoint', undefined));
  }

  keepPreprocessing(preprocessing: Preprocessing): void {
    void this.ask(() => this.host.request('keepPreprocessing', { preprocessing }));
  }

  editPreprocessing(): void {
    void this.ask(() => this.host.request('editPreprocessing', undefined));
  }

  /** Takes a value in front of an unsupported operator as the logits. */
  keepLogits(logits: string): void {
    void this.ask(() => this.host.request('keepLogits', { logits }));
  }

  chooseLabels(): void {
    void this.ask(() => this.host.request('chooseLabels', undefined));
  }

  checkHealth(): void {
    void this.ask(() => this.host.request('checkHealth', undefined));
  }

  showLog(): void {
    void this.ask(() => this.host.request('showLog', undefined));
  }

  openSource(url: string): void {
    void this.ask(() => this.host.request('openSource', { url }));
  }

  private run(question: Question<string>, cards: readonly MethodRequest[], again?: readonly string[] | 'all'): void {
    void this.ask(() => this.host.request('explain', { question, cards, ...(again ? { again } : {}) }));
  }

  private async ask(request: () => Promise<unknown>): Promise<void> {
    this.forget();
    try {
      await request();
    } catch (error) {
      this.say('action.failed', error);
    }
  }

  private say(key: 'action.failed' | 'action.saveFailed', error: unknown): void {
    if (error instanceof CancelledError) return;
    // The run's own end says it already, in its place on the page.
    if (key === 'action.failed' && this.store.state.explanation?.run?.phase === 'failed') return;
    const reason = error instanceof Error ? error.message : String(error);
    this.store.dispatch({ kind: 'message', message: { kind: 'failed', text: this.words(key, reason) } });
  }
}
