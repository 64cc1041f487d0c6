import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';
import { until } from './support/until';

/** The walk of README, “Find the cheat in three steps”, in a window as `npm run demo:vscode` opens it. */
describe('The first minute', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;

  beforeAll(async () => {
    window = await CodeWindow.open({
      workspace: workspace.folder,
      settings: { 'workbench.startupEditor': 'readme' },
    });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  it('begins with the sample’s README, an image to click and the status item', async () => {
    const { page } = window;
    await page.locator('.statusbar-item', { hasText: 'Whylight' }).waitFor();
    const preview = await until('the README with its image', async () => {
      for (const frame of page.frames()) {
        const images = frame.locator('img[src*="circle_watermark_0"]');
        if ((await images.count().catch(() => 0)) > 0) return frame;
      }
      return undefined;
    });
    await window.screenshot('first minute');
    await preview.locator('img[src*="circle_watermark_0"]').first().click();
    await page.locator('.tab', { hasText: /^circle_watermark_0\.png/ }).waitFor();
  });

  it('leads to the planted watermark by the eye in the title of the image', async () => {
    await window.page.locator('.editor-actions .action-label[aria-label*="Explain Image"]').first().click();
    await window.quickPickRow('last_e08.onnx').first().click();
    const panel = await window.panel();
    await panel.untilDone(9);
    expect(await panel.target.textContent()).toMatch(/star\s+53\.9 %/);
    await window.screenshot('watermark found');
    await panel.frame.locator('wl-class-list button[data-class-index="0"]').first().click();
    await expect.poll(() => panel.target.textContent()).toMatch(/circle\s+46\.1 %/);
    await panel.untilDone(9);
    await panel.action('compare').click();
    await panel.action('compare-epochs').click();
    await panel.untilDone(27);
  });
});
