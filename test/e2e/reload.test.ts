import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';
import { descendants } from './support/processTree';

describe('A window', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;

  beforeAll(async () => {
    window = await CodeWindow.open({ workspace: workspace.folder });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.stopServer();
    workspace.remove();
  });

  const engines = () => descendants(window.serverPid).filter(({ command }) => command.includes('dist/engine.cjs'));

  it('that is reloaded shows the panel again, with class, display and maps as before, and computes nothing', async () => {
    let panel = await window.explain(['imagenet', 'cat.png']);
    await panel.untilDone(9);
    const other = panel.classes.nth(1);
    const index = await other.getAttribute('data-class-index');
    await other.click();
    await panel.frame.locator(`wl-class-list button[data-class-index="${index}"][aria-pressed="true"]`).waitFor();
    await panel.untilDone(9);
    await panel.chooseColours('inferno');
    const target = await panel.target.locator('strong').textContent();
    const facts = async () => panel.frame.locator('wl-method-card [data-testid="cost"]').allTextContents();
    const [costs, drawn] = [await facts(), await panel.drawn()];

    await window.reload();
    await window.tab('Why: cat.png').waitFor();
    panel = await window.panel();
    await panel.untilDone(9);
    await panel.frame.locator(`wl-class-list button[data-class-index="${index}"][aria-pressed="true"]`).waitFor();
    expect(await panel.target.locator('strong').textContent()).toBe(target);
    const chosen = panel.frame.locator('[data-field="colour-map"]').first();
    await expect.poll(() => chosen.evaluate((element) => (element as HTMLSelectElement).value)).toBe('inferno');
    // The seconds that each method took are those of the first time.
    expect(await facts()).toEqual(costs);
    await expect.poll(() => panel.drawn()).toEqual(drawn);
    expect(engines()).toHaveLength(1);
  });

  it('whose tab is hidden and shown again has its cards at once, without a new run', async () => {
    let panel = await window.panel();
    const cost = await panel.card('smoothgrad').getByTestId('cost').textContent();
    await (await window.explorerItem('imagenet', 'labels.txt')).dblclick();
    await window.tab('labels.txt').waitFor();
    await window.tab('Why: cat.png').click();
    panel = await window.panel();
    await panel.untilDone(9);
    expect(await panel.card('smoothgrad').getByTestId('cost').textContent()).toBe(cost);
  });

  it('that is closed leaves no engine process behind', async () => {
    const before = engines();
    expect(before).toHaveLength(1);
    await window.closeBrowser();
    await window.stopServer();
    await expect.poll(() => before.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
