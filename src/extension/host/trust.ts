import { commands, l10n, window, workspace } from 'vscode';
import { UsageError } from '../../shared/errors';

/**
 * True when the workspace is trusted. Otherwise offers to manage its trust: a checkpoint of somebody else's folder goes through
 * native parsers, and a command can be called even where no menu shows it.
 */
export async function ensureTrusted(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  const pressed = await window.showWarningMessage(untrustedSentence(), manage);
  if (pressed === manage) await commands.executeCommand('workbench.trust.manage');
  return workspace.isTrusted;
}

/** For what does not come from a command, such as a panel that VS Code restores. */
export function assertTrusted(): void {
  if (!workspace.isTrusted) throw new UsageError(untrustedSentence());
}

function untrustedSentence(): string {
  return l10n.t('Whylight runs checkpoints only in a trusted workspace; trust this one to explain its images.');
}
