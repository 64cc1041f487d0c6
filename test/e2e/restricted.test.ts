import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';
import { descendants } from './support/processTree';

describe('The packaged extension in Restricted Mode', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;

  beforeAll(async () => {
    // Without the question at start; the trust editor in a tab and not over the window.
    const settings = { 'security.workspace.trust.startupPrompt': 'never', 'workbench.editor.useModal': 'off' };
    window = await CodeWindow.open({ workspace: workspace.folder, trust: false, settings });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  const engines = () => descendants(window.serverPid).filter(({ command }) => command.includes('engine.cjs'));

  it('shows Explain Image, runs nothing, and leads to the question of trust', async () => {
    await window.page.getByText('Restricted Mode').first().waitFor();
    await window.rightClick(await window.explorerItem('imagenet', 'cat.png'), 'Explain Image');
    const warning = window.notification('only in a trusted workspace');
    await warning.waitFor();
    expect(engines()).toEqual([]);
    await warning.getByRole('button', { name: 'Manage Workspace Trust' }).click();
    await window.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: /^Trust$/ })
      .waitFor();
    await window.screenshot('restricted mode');
  });

  it('explains with the installed package once trust is given', async () => {
    await window.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: /^Trust$/ })
      .click();
    await expect
      .poll(() =>
        window.page.locator('.workspace-trust-editor.trusted, .workspace-trust-header.workspace-trust-trusted').count(),
      )
      .toBeGreaterThan(0);
    const panel = await window.explain(['imagenet', 'cat.png']);
    await panel.untilDone(9);
    expect(engines()).toHaveLength(1);
  });
});
