import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';

describe('Without a mouse', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;

  beforeAll(async () => {
    window = await CodeWindow.open({ workspace: workspace.folder });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  it('an image is opened, explained, read pixel by pixel, and another class chosen', async () => {
    const { page } = window;
    const { keyboard } = page;
    // Quick Open, then the command for the image that is open.
    await keyboard.press('Control+P');
    await window.quickInput.locator('input[type="text"]').fill('cat.png');
    await window.quickPickRow('cat.png').first().waitFor();
    await keyboard.press('Enter');
    await window.tab('cat.png').first().waitFor();
    await window.command('Whylight: Explain Image');
    await window.tab('Why: cat.png').waitFor();
    const panel = await window.panel();
    await panel.untilDone(9);

    // From the top of the page, Tab reaches the classes, Enter explains the second one.
    await panel.frame.locator('body').focus();
    const focused = () =>
      panel.frame.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        const host = element?.getRootNode() instanceof ShadowRoot ? (element.getRootNode() as ShadowRoot).host : null;
        return {
          action:
            (element?.closest('[data-action]') ?? host?.closest('[data-action]'))?.getAttribute('data-action') ?? null,
          classIndex: element?.getAttribute('data-class-index') ?? null,
          pressed: element?.getAttribute('aria-pressed') ?? null,
          role: element?.getAttribute('role') ?? null,
        };
      });
    const tabUntil = async (what: string, found: (focus: Awaited<ReturnType<typeof focused>>) => boolean) => {
      for (let presses = 0; presses < 60; presses++) {
        await keyboard.press('Tab');
        if (found(await focused())) return;
      }
      expect.fail(`Tab does not reach ${what}`);
    };
    await tabUntil('the button Save', ({ action }) => action === 'save');
    await tabUntil(
      'a class that is not explained',
      ({ classIndex, pressed }) => classIndex !== null && pressed === 'false',
    );
    const { classIndex } = await focused();
    await keyboard.press('Enter');
    await panel.frame.locator(`wl-class-list button[data-class-index="${classIndex}"][aria-pressed="true"]`).waitFor();
    await panel.untilDone(9);
    await tabUntil('an image', ({ role }) => role === 'application');
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowDown');
    const values = () => panel.frame.locator('wl-method-card [data-testid="value"]').allInnerTexts();
    await expect.poll(async () => (await values()).filter((text) => text.trim() !== '').length).toBe(9);
  });

  it('the overlays are saved by the palette', async () => {
    await window.command('Whylight: Save Overlays');
    const panel = await window.panel();
    await panel.frame.getByTestId('message').getByText('whylight/cat').waitFor();
  });
});
