import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';
import { until } from './support/until';

describe('Saving, and a checkpoint of another format', () => {
  const workspace = makeWorkspace();
  const shapes = join(workspace.folder, 'shapes');
  const elsewhere = join(workspace.folder, 'elsewhere');
  const foreign = join(workspace.folder, 'torch');
  let window: CodeWindow;

  beforeAll(async () => {
    mkdirSync(elsewhere);
    mkdirSync(foreign);
    copyFileSync(join(import.meta.dirname, '../data/pickle/training.pth'), join(foreign, 'resnet.pth'));
    const image = readFileSync(join(shapes, 'images/star_0.png'));
    writeFileSync(join(foreign, 'star.png'), image);
    // 6 megapixels, the overlays of which are made smaller.
    await sharp(image).resize(3000, 2000, { fit: 'fill' }).jpeg().toFile(join(shapes, 'large.jpg'));
    // A file where the folder for results would be: nothing can be written there, whoever asks.
    writeFileSync(join(workspace.folder, 'taken'), 'mine');
    const settings = {
      'whylight.methods': ['gradient', 'grad-cam'],
      'whylight.outputFolder': 'taken/why',
      'whylight.checkpoint': 'shapes/last_e08.onnx',
    };
    window = await CodeWindow.open({ workspace: workspace.folder, settings });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  it('offers another folder where nothing can be written, and writes there', async () => {
    const panel = await window.explain(['shapes', 'large.jpg']);
    await panel.untilDone(2);
    await window.command('Whylight: Save Overlays');
    const dialog = window.page.locator('.monaco-dialog-box');
    await expect
      .poll(() => dialog.innerText())
      .toMatch(/Nothing can be saved in taken\/why\/large: a file .* is in the way\./);
    await window.screenshot('save elsewhere');
    await dialog.getByRole('button', { name: 'Save Elsewhere…' }).click();
    const input = window.quickInput.locator('input[type="text"]');
    // The dialog writes where it begins into its field, some time after it has opened.
    await expect.poll(() => input.inputValue()).toBe(`${workspace.folder}/`);
    await input.fill(`${elsewhere}/`);
    await window.quickInput.getByRole('button', { name: 'Save Here' }).click();
    const folder = join(elsewhere, 'large');
    await until('the files', async () => existsSync(folder) && readdirSync(folder).includes('result.json'));
    expect(readdirSync(elsewhere)).toEqual(['large']);
    expect(readFileSync(join(workspace.folder, 'taken'), 'utf8')).toBe('mine');
  });

  it('says that overlays are smaller than the image, and writes them again at its size', async () => {
    const overlay = join(elsewhere, 'large/gradient.png');
    expect(await sharp(overlay).metadata()).toMatchObject({ width: 2048, height: 1365 });
    const note = window.notification('Overlays are 2048 × 1365 (the image is 3000 × 2000).');
    await note.first().waitFor();
    await window.screenshot('saved smaller');
    await note.first().getByRole('button', { name: 'Save Full Size' }).click();
    await until('the large overlay', async () => {
      const { width } = await sharp(readFileSync(overlay)).metadata();
      return width === 3000;
    });
    expect(readdirSync(elsewhere)).toEqual(['large']);
  });

  it('recognises weights without a program and hands over the command that exports them', async () => {
    rmSync(join(workspace.folder, 'taken'));
    await window.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await window.rightClick(await window.explorerItem('torch', 'resnet.pth'), 'Inspect Checkpoint');
    const note = window.notification(/resnet\.pth is a PyTorch checkpoint of a training .* it holds no program/);
    await note.first().waitFor();
    await window.screenshot('foreign checkpoint');
    await note.first().getByRole('button', { name: 'Copy Command' }).click();
    await window.notification('The command is in the clipboard').first().waitFor();
    const copied = await window.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^python -c "import torch; .*'torch\/resnet\.pth'.*'torch\/resnet\.onnx'\)"$/);
  });
});
