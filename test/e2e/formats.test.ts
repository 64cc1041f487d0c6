import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';
import type { WhylightPanel } from './support/whylightPanel';

/* One network as four libraries save it: each is chosen in the list and explained, and gives the same answer. */
describe('checkpoints of other libraries', () => {
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

  it('stand in the list with their format and classes', async () => {
    await window.rightClick(await window.explorerItem('formats', 'images', 'circle_watermark_0.png'), 'Explain Image');
    const rows = [
      ['last_e08.keras', /Keras.*6 classes/],
      ['last_e08.onnx', /ONNX.*6 classes/],
      ['last_e08.pt2', /torch\.export.*6 classes/],
      ['last_e08_saved_model', /TensorFlow SavedModel.*6 classes/],
    ] as const;
    for (const [name, told] of rows) {
      await expect.poll(() => window.quickPickRow(name).first().innerText(), { timeout: 30_000 }).toMatch(told);
    }
    await window.screenshot('list of formats');
    await window.quickPickRow('last_e08.keras').first().click();
    await window.tab('Why: circle_watermark_0.png').waitFor();
    panel = await window.panel();
    await panel.untilDone(9);
    expect(await panel.target.textContent()).toMatch(/star/);
    await window.screenshot('panel of a Keras checkpoint');
  });

  it.each(['last_e08_saved_model', 'last_e08.pt2'])('%s is explained as well, with nine maps', async (checkpoint) => {
    await window.command('Whylight: Choose Checkpoint…');
    await window.quickPickRow(checkpoint).first().click();
    await panel.frame.getByText(checkpoint).filter({ visible: true }).first().waitFor();
    await panel.untilDone(9);
    expect(await panel.target.textContent()).toMatch(/star/);
    const drawn = await panel.drawn();
    expect(new Set(Object.values(drawn).map(({ sum }) => sum)).size).toBe(9);
    await window.screenshot(`panel of ${checkpoint}`);
  });
});
