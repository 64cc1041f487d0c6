import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { nineMethods as nine } from '../support/nineMethods';
import { CodeWindow } from './support/codeWindow';
import { descendants } from './support/processTree';
import type { WhylightPanel } from './support/whylightPanel';

describe('Finished maps', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;
  let panel: WhylightPanel;

  beforeAll(async () => {
    window = await CodeWindow.open({ workspace: workspace.folder });
    panel = await window.explain(['shapes', 'images', 'star_0.png'], 'last_e08.onnx');
    await panel.untilDone(9);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  const costs = () => panel.frame.locator('wl-method-card [data-testid="cost"]').allTextContents();
  const sums = async () => Object.fromEntries(Object.entries(await panel.drawn()).map(([key, { sum }]) => [key, sum]));
  const askFor = async (index: number) => {
    await panel.frame.locator(`wl-class-list button[data-class-index="${index}"]`).first().click();
    await panel.frame.locator(`wl-class-list button[data-class-index="${index}"][aria-pressed="true"]`).waitFor();
    await panel.untilDone(9);
  };

  it('are not asked for with a class that does not exist: the field says so, and what is there stays', async () => {
    const before = await sums();
    const field = panel.frame.locator('[data-field="other-class"]');
    await field.fill('starr');
    const problem = panel.frame.locator('wl-combobox').filter({ has: field }).locator('#problem');
    await expect.poll(() => problem.textContent()).toContain('starr');
    await window.screenshot('mistyped class');
    await field.press('Enter');
    expect(await panel.phase()).toBe('done');
    expect(await sums()).toEqual(before);
    // Its name found by a part of it, with index and probability.
    await field.fill('squ');
    const choice = panel.frame.locator('[data-choice="1"]');
    expect(await choice.textContent()).toMatch(/square[\s\S]*1[\s\S]*%/);
    await field.press('Enter');
    await expect.poll(() => panel.target.locator('strong').textContent()).toBe('square');
    await panel.untilDone(9);
    await askFor(3);
  });

  it('are there at once for a class that was seen before', async () => {
    const star = { costs: await costs(), sums: await sums() };
    await askFor(0);
    expect(await sums()).not.toEqual(star.sums);
    await askFor(3);
    await expect.poll(sums).toEqual(star.sums);
    // The seconds that each took are those of the first time.
    expect(await costs()).toEqual(star.costs);
  });

  it('are computed again only where the layer matters', async () => {
    const before = await sums();
    const field = panel.frame.locator('[data-field="layer"]');
    await field.click();
    await field.fill('relu_8');
    await field.press('Enter');
    await expect.poll(async () => (await sums())['grad-cam']).not.toBe(before['grad-cam']);
    await panel.untilDone(9);
    const after = await sums();
    const changed = nine.filter((method) => after[method] !== before[method]);
    expect(changed.sort()).toEqual(['grad-cam', 'grad-cam++', 'layer-cam']);
  });

  it('stay, dimmed, when the engine dies and when the image is gone', async () => {
    const card = panel.card('smoothgrad');
    await card.hover();
    await card.locator('[data-action="enlarge"]').click();
    const detail = panel.frame.locator('wl-detail');
    await detail.locator('[data-field="samples"] input').fill('5000');
    await detail.locator('[data-action="run-again"]').click();
    await window.page.keyboard.press('Escape');
    await card.getByTestId('card-progress').getByText(/\d/).waitFor();
    const [engine] = descendants(window.serverPid).filter(({ command }) => command.includes('dist/engine.cjs'));
    const before = (await panel.drawn())['smoothgrad']!;
    process.kill(engine!.pid, 'SIGKILL');
    await panel.frame.getByTestId('run-error').waitFor();
    expect((await panel.drawn())['smoothgrad']).toEqual(before);
    expect(before.colours).toBeGreaterThan(100);
    await card.getByTestId('card-before').waitFor();
    await window.screenshot('engine died');

    const image = join(workspace.folder, 'shapes', 'images', 'star_0.png');
    renameSync(image, `${image}.away`);
    await panel.frame.locator('wl-class-list button[data-class-index="4"]').click();
    await panel.frame.getByTestId('run-error').getByText('star_0.png').waitFor();
    const drawn = await panel.drawn();
    expect(nine.filter((method) => (drawn[method]?.colours ?? 0) > 100)).toEqual(nine);
    await window.screenshot('image gone');
    renameSync(`${image}.away`, image);
    await panel.action('explain-again').first().click();
    await card.hover();
    await panel.action('cancel').first().click();
    await expect.poll(() => panel.phase()).toBe('cancelled');
  });
});
