import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';
import type { WhylightPanel } from './support/whylightPanel';

const themes = [
  { name: 'Dark Modern', kind: 'vscode-dark' },
  { name: 'Light Modern', kind: 'vscode-light' },
  { name: 'Dark High Contrast', kind: 'vscode-high-contrast' },
  { name: 'Light High Contrast', kind: 'vscode-high-contrast-light' },
];

describe('The panel in every kind of theme', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;
  let panel: WhylightPanel;

  beforeAll(async () => {
    window = await CodeWindow.open({ workspace: workspace.folder });
    panel = await window.explain(['imagenet', 'cat.png']);
    await panel.untilDone(9);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  for (const { name, kind } of themes) {
    it(`${name}: axe-core finds nothing`, async () => {
      await window.chooseTheme(name);
      await panel.frame.locator(`body.${kind}`).waitFor();
      expect(await panel.violations()).toEqual([]);
      await window.screenshot(`theme ${name}`);
      // What is opened on demand must be accessible as well.
      const card = await panel.enlarge('smoothgrad');
      expect(await panel.violations()).toEqual([]);
      await window.screenshot(`theme ${name}, a card enlarged`);
      await card.locator('[data-action="close"]').click();
    });
  }
});
