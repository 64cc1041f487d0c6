import { commands, type LogOutputChannel, l10n, window } from 'vscode';
import { CancelledError, WhylightError } from '../../shared/errors';

export interface Action {
  readonly title: string;
  run(): unknown;
}

/** Tells the user of failures: one sentence with what can be done about it; the stack of a bug goes to the log. */
export class Reporter {
  constructor(readonly log: LogOutputChannel) {}

  /** The sentence to show for a failure; undefined for a cancelled one, which needs no words. Writes to the log. */
  sentence(error: unknown): string | undefined {
    if (error instanceof CancelledError) return undefined;
    if (error instanceof WhylightError) {
      this.log.warn(error.message);
      return error.message;
    }
    this.log.error(error instanceof Error ? error : new Error(String(error)));
    const message = error instanceof Error ? error.message : String(error);
    return l10n.t(
      'Whylight met an unexpected error: {0} The log has the details.',
      /[.!?]$/.test(message) ? message : `${message}.`,
    );
  }

  /** Shows a failure as a notification. Does not wait for the user. */
  show(error: unknown, ...actions: Action[]): void {
    const sentence = this.sentence(error);
    if (sentence === undefined) return;
    const engine = error instanceof WhylightError && error.kind === 'engine';
    const offered = [...actions, ...(engine ? [restartEngine()] : [])];
    // More than three buttons are cut off in a notification.
    const all = offered.length < 3 ? [...offered, this.showLog()] : offered;
    void this.offer(window.showErrorMessage(sentence, ...all.map(({ title }) => title)), all);
  }

  /** Runs the action whose button is pressed. */
  async offer(message: Thenable<string | undefined>, actions: readonly Action[]): Promise<void> {
    const pressed = await message;
    try {
      await actions.find(({ title }) => title === pressed)?.run();
    } catch (error) {
      this.show(error);
    }
  }

  private showLog(): Action {
    return { title: l10n.t('Show Log'), run: () => this.log.show() };
  }
}

function restartEngine(): Action {
  return { title: l10n.t('Restart Engine'), run: () => commands.executeCommand('whylight.restartEngine') };
}
