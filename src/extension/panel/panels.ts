import { randomUUID } from 'node:crypto';
import {
  type TabInputCustom,
  type Uri,
  type ViewColumn,
  type WebviewPanel,
  type WebviewPanelSerializer,
  window,
  workspace,
} from 'vscode';
import type { PanelState } from '../../shared/protocol/panel';
import { sameQuestion } from '../../shared/question/question';
import { DisposableOwner, Emitter } from '../host/dispose';
import type { OpenPanels, RunStatus } from '../status/status';
import { ExplanationPanel } from './explanationPanel';
import type { PanelServices } from './panelServices';
import { readPanelState } from './panelState';

const panelViewType = 'whylight.panel';

/** The open panels. */
export class Panels extends DisposableOwner implements WebviewPanelSerializer {
  private readonly open = new Map<string, ExplanationPanel>();
  private readonly statusChanges = this.register(new Emitter<RunStatus>());
  /** What the newest run of a panel does. */
  readonly onStatus = this.statusChanges.event;
  private readonly panelChanges = this.register(new Emitter<OpenPanels>());
  /** Another panel is looked at, or none any more; one was opened or closed. */
  readonly onPanels = this.panelChanges.event;
  private lastUsed: ExplanationPanel | undefined;

  constructor(private readonly services: PanelServices) {
    super();
    this.register(window.registerWebviewPanelSerializer(panelViewType, this));
    // Panels that were restored in Restricted Mode had to refuse.
    this.register(workspace.onDidGrantWorkspaceTrust(() => this.all.map((panel) => panel.start())));
  }

  get all(): readonly ExplanationPanel[] {
    return [...this.open.values()];
  }

  /** The panel that is looked at, or else the one that was looked at last. */
  get current(): ExplanationPanel | undefined {
    return this.all.find(({ view }) => view.active) ?? this.lastUsed;
  }

  /** Explains an image in the panel that shows it, or in a new one. */
  show(asked: Omit<PanelState, 'id'>, column: ViewColumn): ExplanationPanel {
    const open = this.all.find(({ question }) => question.image === asked.question.image);
    if (open !== undefined) {
      open.view.reveal();
      void open.restart(
        asked.question.checkpoint,
        asked.cards.map(({ method }) => method),
      );
      return open;
    }
    const view = window.createWebviewPanel(panelViewType, '', column);
    const panel = this.add(view, { ...asked, id: randomUUID() });
    void panel.start();
    return panel;
  }

  /** Called by VS Code after a window reload, when the panel's tab is looked at. */
  async deserializeWebviewPanel(view: WebviewPanel, kept: unknown): Promise<void> {
    const state = readPanelState(kept);
    if (state === undefined || this.open.has(state.id)) {
      view.dispose();
      return;
    }
    const stored = await this.services.stored.load(state.id);
    const panel = this.add(view, state);
    // A panel that was explaining another question when its page was last heard is explained by what the page kept.
    const fits = stored !== undefined && sameQuestion(stored.explanation.question, state.question);
    void (fits ? panel.restore(stored) : panel.start());
  }

  /** Ends the runs but leaves the tabs: VS Code gives them back after a window reload. */
  override dispose(): void {
    for (const panel of this.all) panel.dispose();
    super.dispose();
  }

  private add(view: WebviewPanel, state: PanelState): ExplanationPanel {
    const panel = new ExplanationPanel(view, state, this.services);
    this.open.set(state.id, panel);
    this.lastUsed = panel;
    panel.runner.onStatus((status) => this.statusChanges.fire(status));
    view.onDidChangeViewState(() => {
      if (view.active) this.lastUsed = panel;
      this.tellPanels();
    });
    view.onDidDispose(() => {
      this.open.delete(state.id);
      void this.services.stored.remove(state.id);
      if (this.lastUsed === panel) this.lastUsed = this.all.at(-1);
      this.tellPanels();
    });
    this.tellPanels();
    return panel;
  }

  private tellPanels(): void {
    const idOf = (wanted: ExplanationPanel | undefined) => [...this.open].find(([, panel]) => panel === wanted)?.[0];
    const active = idOf(this.all.find(({ view }) => view.active));
    const last = idOf(this.lastUsed);
    this.panelChanges.fire({ open: [...this.open.keys()], ...(active && { active }), ...(last && { last }) });
  }
}

/** Where new panels go: beside an image that is being looked at, so that both are seen; in place otherwise. */
export function columnForPanels(): ViewColumn {
  const { activeTab, viewColumn } = window.tabGroups.activeTabGroup;
  const input = activeTab?.input as Partial<TabInputCustom> | undefined;
  // Not ViewColumn.Beside: that would open the second panel beside the first.
  return input?.viewType === 'imagePreview.previewEditor' ? viewColumn + 1 : viewColumn;
}

/** The image of the active panel, when a panel is active. */
export function imageOfActivePanel(panels: Panels): Uri | undefined {
  return panels.all.find(({ view }) => view.active)?.image;
}
