import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { nineMethods as nine } from '../support/nineMethods';
import { CodeWindow } from './support/codeWindow';
import type { WhylightPanel } from './support/whylightPanel';

describe('Comparing', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;
  let panel: WhylightPanel;

  beforeAll(async () => {
    window = await CodeWindow.open({ workspace: workspace.folder });
    panel = await window.explain(['shapes', 'images', 'circle_watermark_0.png'], 'last_e08.onnx');
    await panel.untilDone(9);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  const key = (row: number, method: string) => panel.frame.locator(`wl-method-card[data-key="row-${row}/${method}"]`);
  const box = async (row: number, method: string) =>
    (await (row === 0 ? panel.card(method).first() : key(row, method)).locator('wl-image-frame').boundingBox())!;

  it('sets the three epochs side by side in two clicks', async () => {
    await panel.action('compare').click();
    await panel.action('compare-epochs').click();
    await panel.untilDone(27);
    const names = await panel.frame.locator('[data-comparison]').allTextContents();
    expect(names.map((name) => /\w+_e\d+/.exec(name)?.[0])).toEqual(['early_e02', 'middle_e05']);
    for (const method of ['gradient', 'grad-cam', 'occlusion']) {
      const all = [await box(0, method), await box(1, method), await box(2, method)];
      // Beside each other: the same height, one after the other.
      expect(new Set(all.map(({ y }) => Math.round(y))).size, method).toBe(1);
      expect(all.map(({ x }) => x)).toEqual(all.map(({ x }) => x).sort((a, b) => a - b));
    }
    // On one scale.
    const bars = await Promise.all(
      [panel.card('gradient').first(), key(1, 'gradient'), key(2, 'gradient')].map((card) =>
        card.locator('wl-colour-bar [role="img"]').getAttribute('aria-label'),
      ),
    );
    expect(new Set(bars).size).toBe(1);
    await window.screenshot('three epochs');
  });

  it('links cursor and zoom', async () => {
    await panel.card('gradient').first().locator('wl-image-frame').hover();
    const values = panel.frame.locator('wl-method-card [data-testid="value"]');
    await expect.poll(async () => (await values.allTextContents()).filter((text) => /\d/.test(text)).length).toBe(27);
  });

  it('draws the difference on demand', async () => {
    const canvas = async () => (await panel.drawn())['row-1/gradient']!.sum;
    const before = await canvas();
    const button = panel.frame.locator('[data-comparison="row-1"] [data-action="difference"]');
    await button.click();
    await expect.poll(canvas).not.toBe(before);
    await window.screenshot('difference');
    await button.click();
    await expect.poll(canvas).toBe(before);
  });

  it('asks all rows for another class, and gives the rows up again', async () => {
    await panel.frame.locator('wl-class-list button[data-class-index="3"]').first().click();
    await expect
      .poll(async () =>
        (await panel.frame.getByTestId('compared-said').allTextContents()).every((text) => text.includes('star')),
      )
      .toBe(true);
    await panel.untilDone(27);
    await panel.action('end-comparisons').click();
    await panel.untilDone(9);
    expect(await panel.frame.locator('[data-comparison]').count()).toBe(0);
  });

  it('sets another class beside the explained one in one click', async () => {
    await panel.frame
      .locator('wl-class-list button[data-class-index="0"]')
      .first()
      .click({ modifiers: ['Alt'] });
    await panel.untilDone(18);
    expect(await panel.frame.locator('[data-comparison]').textContent()).toContain('circle');
    expect(await panel.target.locator('strong').textContent()).toBe('star');
    await window.screenshot('star and circle');
  });

  it('keeps a pinned card while the question changes', async () => {
    const card = panel.card('grad-cam').first();
    const facts = (of: typeof card) => of.locator('.facts .text').getAttribute('title');
    const before = await facts(card);
    await card.hover();
    await card.locator('[data-action="pin"]').click();
    const pinned = panel.frame.getByTestId('pinned').locator('wl-method-card');
    await pinned.waitFor();
    await panel.action('end-comparison').first().click();
    await panel.frame.locator('wl-class-list button[data-class-index="5"]').first().click();
    await expect.poll(() => panel.target.locator('strong').textContent()).toBe('ring');
    await panel.untilDone(10);
    expect(await facts(card)).not.toBe(before);
    expect(await facts(pinned)).toBe(before);
    await pinned.scrollIntoViewIfNeeded();
    await window.screenshot('pinned');
    await pinned.locator('[data-action="unpin"]').click();
    await panel.untilDone(nine.length);
  });

  it('is offered in the palette, for one thing at a time', async () => {
    await window.command('Whylight: Compare with…');
    await window.quickPickRow('Layer').first().click();
    await window.quickInput.locator('input[type="text"]').fill('relu_8');
    await window.quickPickRow('relu_8').first().click();
    await expect.poll(async () => panel.frame.locator('[data-comparison]').count()).toBe(1);
    await panel.untilDone(12);
    await window.screenshot('two layers');
  });

  it('has no fault that axe finds', async () => {
    expect(await panel.violations()).toEqual([]);
  });
});
