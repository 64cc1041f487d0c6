import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { nineMethods as nine } from '../support/nineMethods';
import { CodeWindow } from './support/codeWindow';
import type { WhylightPanel } from './support/whylightPanel';

describe('Explain Image, from a right-click to files', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;
  let panel: WhylightPanel;

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

  it('draws nine cards after a right-click', async () => {
    panel = await window.explain(['shapes', 'images', 'circle_watermark_0.png'], 'last_e08.onnx');
    await panel.untilDone(9);
    expect(Object.keys(await panel.states()).sort()).toEqual([...nine].sort());
    await expect
      .poll(async () => Object.values(await panel.drawn()).filter(({ colours }) => colours > 200).length)
      .toBe(9);
    const drawn = await panel.drawn();
    for (const [method, { width, height, transparent }] of Object.entries(drawn)) {
      expect([method, width, height, transparent]).toEqual([method, 96, 96, 0]);
    }
    expect(new Set(Object.values(drawn).map(({ sum }) => sum)).size).toBe(9);
    await window.screenshot('panel');
  });

  it('explains another class after a click on it', async () => {
    const before = await panel.drawn();
    const first = await panel.target.textContent();
    const other = panel.classes.and(panel.frame.locator('[aria-pressed="false"]')).first();
    const index = await other.getAttribute('data-class-index');
    await other.click();
    const pressed = panel.frame.locator(`wl-class-list button[data-class-index="${index}"][aria-pressed="true"]`);
    await pressed.waitFor();
    await panel.untilDone(9);
    await expect.poll(async () => (await panel.drawn())['gradient']?.sum).not.toBe(before['gradient']?.sum);
    expect(await panel.target.textContent()).not.toBe(first);
  });

  it('shows the value under the cursor in all cards', async () => {
    const frame = panel.card('gradient').locator('wl-image-frame');
    await frame.scrollIntoViewIfNeeded();
    await frame.hover();
    const values = () => panel.frame.locator('wl-method-card [data-testid="value"]').allInnerTexts();
    await expect.poll(async () => (await values()).filter((text) => /\d/.test(text)).length).toBe(9);
  });

  it('draws anew when the display changes, without a new run', async () => {
    const before = await panel.drawn();
    const cost = await panel.card('gradient').getByTestId('cost').textContent();
    await panel.chooseColours('viridis');
    await expect
      .poll(async () => {
        const now = await panel.drawn();
        return nine.filter((method) => now[method]?.sum !== before[method]?.sum).length;
      })
      .toBe(9);
    expect(await panel.card('gradient').getByTestId('cost').textContent()).toBe(cost);
  });

  it('cancels a long run and goes on from there', async () => {
    const card = await panel.enlarge('smoothgrad');
    const samples = card.locator('[data-field="samples"] input');
    await samples.fill('5000');
    await card.locator('[data-action="run-again"]').click();
    await card.getByTestId('card-progress').getByText(/\d/).waitFor();
    await card.locator('[data-action="cancel-card"]').click();
    await expect.poll(() => panel.phase()).toBe('cancelled');
    expect((await panel.states())['smoothgrad']).toBe('cancelled');
    await samples.fill('8');
    await card.locator('[data-action="run-again"]').click();
    await panel.untilDone(9);
    await card.locator('[data-action="close"]').click();
  });

  it('saves overlays, maps and numbers to the workspace', async () => {
    const folder = join(workspace.folder, 'whylight', 'circle_watermark_0');
    expect(existsSync(folder)).toBe(false);
    await panel.action('save').first().click();
    await panel.frame.getByTestId('message').getByText('whylight/circle_watermark_0').waitFor();
    const files = readdirSync(folder).sort();
    const wanted = ['figure.png', 'result.json', ...nine.flatMap((method) => [`${method}.npy`, `${method}.png`])];
    expect(files).toEqual(wanted.sort());
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    expect(result.methods.map(({ id }: { id: string }) => id).sort()).toEqual([...nine].sort());
    await (await window.explorerItem('whylight', 'circle_watermark_0', 'figure.png')).waitFor();
  });

  it('asks before it touches earlier results', async () => {
    const figure = join(workspace.folder, 'whylight', 'circle_watermark_0', 'figure.png');
    const before = readFileSync(figure);
    await panel.action('save').first().click();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByRole('button', { name: 'Keep Both' }).click();
    await panel.frame.getByTestId('message').getByText('whylight/circle_watermark_0-2').waitFor();
    expect(readFileSync(figure).equals(before)).toBe(true);
    expect(existsSync(join(workspace.folder, 'whylight', 'circle_watermark_0-2', 'figure.png'))).toBe(true);
  });
});
