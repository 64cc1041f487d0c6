import { commands, l10n, type QuickPickItem, window } from 'vscode';

/** What a click on the status-bar item offers. */
export async function quickActions(): Promise<void> {
  const items: (QuickPickItem & { readonly command: string; readonly argument?: string })[] = [
    { label: `$(eye) ${l10n.t('Explain Image')}`, command: 'whylight.explainImage' },
    { label: `$(diff) ${l10n.t('Compare with…')}`, command: 'whylight.compareWith' },
    { label: `$(file-binary) ${l10n.t('Choose Checkpoint…')}`, command: 'whylight.chooseCheckpoint' },
    { label: `$(tag) ${l10n.t('Choose Labels…')}`, command: 'whylight.chooseLabels' },
    { label: `$(checklist) ${l10n.t('Choose Methods…')}`, command: 'whylight.chooseMethods' },
    { label: `$(pulse) ${l10n.t('Check Gradients (Health Check)')}`, command: 'whylight.checkHealth' },
    { label: `$(save) ${l10n.t('Save Overlays')}`, command: 'whylight.saveOverlays' },
    { label: `$(mortar-board) ${l10n.t('Open Sample Workspace')}`, command: 'whylight.openSample' },
    { label: `$(output) ${l10n.t('Show Log')}`, command: 'whylight.showLog' },
    { label: `$(debug-restart) ${l10n.t('Restart Engine')}`, command: 'whylight.restartEngine' },
    {
      label: `$(gear) ${l10n.t('Settings')}`,
      command: 'workbench.action.openSettings',
      argument: '@ext:whylight.whylight',
    },
  ];
  const picked = await window.showQuickPick(items, { title: 'Whylight' });
  if (picked === undefined) return;
  if (picked.argument === undefined) await commands.executeCommand(picked.command);
  else await commands.executeCommand(picked.command, picked.argument);
}
