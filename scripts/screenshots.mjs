// Makes the images of README and walkthrough: media/walkthrough/sample.png from what the command line writes, panel.png from a real VS Code.
// To be run after a change of what they show, then looked at. --out <folder> in place of media/walkthrough.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { chromiumArguments, ensureChromium } from './vscode/chromium.mjs';
import { startServer } from './vscode/server.mjs';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const out = path.resolve(values.out ?? path.join(root, 'media/walkthrough'));
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'whylight-screenshots-'));
const workspace = path.join(temporary, 'sample-workspace');
try {
  fs.mkdirSync(out, { recursive: true });
  fs.cpSync(path.join(root, 'media/sample-workspace'), workspace, { recursive: true });
  await mustRun(process.execPath, [path.join(root, 'scripts/build.mjs')]);
  await sampleImage();
  await panelImage();
} finally {
  fs.rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** The image of the sample and its map side by side. */
async function sampleImage() {
  const image = path.join(workspace, 'shapes/images/circle_watermark_0.png');
  const args = ['--model', path.join(workspace, 'shapes/last_e08.onnx'), '--methods', 'grad-cam', '--target', 'star'];
  await mustRun(process.execPath, [path.join(root, 'dist/cli.cjs'), 'explain', image, ...args, '--out', temporary]);
  const side = 384;
  const enlarged = (file) => sharp(file).removeAlpha().resize(side, side, { kernel: 'nearest' }).png().toBuffer();
  const map = path.join(temporary, 'circle_watermark_0/grad-cam.png');
  const background = { width: 2 * side + 16, height: side, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } };
  await sharp({ create: background })
    .composite([
      { input: await enlarged(image), left: 0, top: 0 },
      { input: await enlarged(map), left: side + 16, top: 0 },
    ])
    .png({ compressionLevel: 9 })
    .toFile(path.join(out, 'sample.png'));
}

/** The panel that explains the sample's image, alone in the window. */
async function panelImage() {
  const settings = {
    'workbench.colorTheme': 'Default Dark Modern',
    'window.commandCenter': false,
    'workbench.layoutControl.enabled': false,
  };
  const server = await startServer({ testDriver: true, settings });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArguments });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(60_000);
    const image = `vscode-remote://127.0.0.1:${server.port}${path.join(workspace, 'shapes/images/circle_watermark_0.png')}`;
    const url = new URL(server.url(path.join(workspace, 'shapes'), { development: [root] }));
    const payload = [...JSON.parse(url.searchParams.get('payload')), ['openFile', image]];
    url.searchParams.set('payload', JSON.stringify(payload));
    await page.goto(url.href);
    await page.locator('.editor-actions .action-label[aria-label*="Explain Image"]').first().click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'last_e08.onnx' }).click();
    await page.locator('.tab', { hasText: 'Why: circle_watermark_0.png' }).waitFor();
    await page.locator('.tab', { hasText: /^circle_watermark_0.png/ }).click({ button: 'middle' });
    await page.keyboard.press('ControlOrMeta+b');
    await page.locator('.statusbar-item', { hasText: 'idle' }).waitFor();
    // The mouse rests on nothing that would show a tooltip.
    await page.mouse.move(2, 898);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: path.join(out, 'panel.png') });
  } catch (error) {
    const pages = browser.contexts().flatMap((context) => context.pages());
    await pages[0]?.screenshot({ path: path.join(out, 'failed.png') });
    throw error;
  } finally {
    await browser.close();
    await server.stop();
  }
}
