import { l10n, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from 'vscode';
import type { EngineState } from '../engine/engineClient';
import { DisposableOwner } from '../host/dispose';
import { newerStatus, type RunStatus, statusText } from './status';

/** The status-bar item: model, runtime and state; a click leads to the quick actions. */
export class StatusBar extends DisposableOwner {
  private readonly item: StatusBarItem;
  private engine: EngineState = 'stopped';
  private run: RunStatus | undefined;

  constructor() {
    super();
    this.item = this.register(window.createStatusBarItem('whylight.status', StatusBarAlignment.Right, 90));
    this.item.name = 'Whylight';
    this.item.command = 'whylight.quickActions';
  }

  setEngine(state: EngineState): void {
    this.engine = state;
    this.show();
  }

  setRun(status: RunStatus): void {
    this.run = newerStatus(this.run, status);
    this.show();
  }

  private show(): void {
    const words = statusText(this.engine, this.run, l10n.t);
    if (words === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = words.text;
    this.item.tooltip = words.tooltip;
    this.item.accessibilityInformation = { label: `Whylight: ${words.text.replace(/\$\([^)]*\)\s*/g, '')}` };
    this.item.backgroundColor =
      words.severity === 'none' ? undefined : new ThemeColor(`statusBarItem.${words.severity}Background`);
    this.item.show();
  }
}
