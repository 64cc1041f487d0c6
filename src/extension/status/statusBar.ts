import { l10n, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from 'vscode';
import type { EngineState } from '../engine/engineClient';
import { DisposableOwner } from '../host/dispose';
import { isBusy, type OpenPanels, type RunStatus, type StatusText, shownRun, statusText } from './status';

/**
 * The status-bar item: model, runtime and state of the panel that is looked at; a click leads to the quick actions. It is there from the
 * start.
 */
export class StatusBar extends DisposableOwner {
  private readonly item: StatusBarItem;
  private engine: EngineState = 'stopped';
  /** By panel, the one that said something last at the end. */
  private readonly runs = new Map<string, RunStatus>();
  private panels: OpenPanels = { open: [] };
  private words = statusText('stopped', undefined, 0, l10n.t);

  constructor() {
    super();
    this.item = this.register(window.createStatusBarItem('whylight.status', StatusBarAlignment.Right, 90));
    this.item.name = 'Whylight';
    this.item.command = 'whylight.quickActions';
    this.show();
  }

  setEngine(state: EngineState): void {
    this.engine = state;
    this.show();
  }

  /** What the item says now. */
  get shown(): StatusText {
    return this.words;
  }

  setRun(status: RunStatus): void {
    // A run's end may be heard after its panel was closed.
    if (!this.panels.open.includes(status.panel)) return;
    this.runs.delete(status.panel);
    this.runs.set(status.panel, status);
    this.show();
  }

  setPanels(panels: OpenPanels): void {
    this.panels = panels;
    for (const id of [...this.runs.keys()]) if (!panels.open.includes(id)) this.runs.delete(id);
    this.show();
  }

  private show(): void {
    const run = shownRun(this.runs, this.panels);
    const others = [...this.runs.values()].filter((each) => each !== run && isBusy(each)).length;
    const words = statusText(this.engine, run, others, l10n.t);
    this.words = words;
    this.item.text = words.text;
    this.item.tooltip = words.tooltip;
    this.item.accessibilityInformation = { label: `Whylight: ${words.text.replace(/\$\([^)]*\)\s*/g, '')}` };
    this.item.backgroundColor =
      words.severity === 'none' ? undefined : new ThemeColor(`statusBarItem.${words.severity}Background`);
    this.item.show();
  }
}
