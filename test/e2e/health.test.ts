import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { float32 } from '../../src/engine/graph/ir/tensor';
import { encodeTestModel, type ModelNode } from '../support/onnxModel';
import { CodeWindow } from './support/codeWindow';
import { until } from './support/until';
import type { WhylightPanel } from './support/whylightPanel';

const node = (op: string, inputs: string[], output: string): ModelNode => ({
  op,
  name: `/${output}`,
  inputs,
  outputs: [output],
});

/** A small classifier. With `dead`, so many of its 8 channels are 0 for any image; with `tail`, an operator that nobody knows follows. */
function network({ dead = 0, tail = false }): Uint8Array {
  const numbers = (...dims: number[]) =>
    float32(
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => Math.sin(12.9898 * (i + 1))),
    );
  const bias = float32(
    [8],
    Float32Array.from({ length: 8 }, (_, i) => (i < dead ? -100 : 1)),
  );
  return encodeTestModel({
    opset: 18,
    inputs: { image: { dims: ['batch', 3, 32, 32] } },
    outputs: { [tail ? 'boxes' : 'scores']: { dims: ['batch', 5] } },
    initializers: { kernel: numbers(8, 3, 3, 3), bias, weight: numbers(8, 5) },
    nodes: [
      node('Conv', ['image', 'kernel', 'bias'], 'conv'),
      node('Relu', ['conv'], 'features'),
      node('GlobalAveragePool', ['features'], 'pooled'),
      node('Flatten', ['pooled'], 'vector'),
      node('MatMul', ['vector', 'weight'], 'scores'),
      ...(tail ? [node('Frobnicate', ['scores'], 'boxes')] : []),
    ],
  });
}

describe('The health of a network', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;
  let panel: WhylightPanel;

  beforeAll(async () => {
    for (const [name, model] of [
      ['dead', network({ dead: 8 })],
      ['tail', network({ tail: true })],
    ] as const) {
      const folder = join(workspace.folder, 'health', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.onnx`), model);
      copyFileSync(join(workspace.folder, 'shapes/images/star_0.png'), join(folder, `${name}.png`));
    }
    window = await CodeWindow.open({ workspace: workspace.folder });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  /** The Markdown preview that shows these words. */
  async function preview(words: string): Promise<Frame> {
    return until(`a preview with ${words}`, async () => {
      for (const frame of window.page.frames()) {
        const found = await frame
          .locator('.markdown-body', { hasText: words })
          .count()
          .catch(() => 0);
        if (found > 0) return frame;
      }
      return undefined;
    });
  }

  it('stands in sentences above the maps, and in a table of all layers behind a button', async () => {
    panel = await window.explain(['health', 'dead', 'dead.png']);
    await panel.action('notices').click();
    const findings = panel.frame.getByTestId('finding');
    await findings.first().waitFor();
    expect(await findings.first().textContent()).toMatch(/All 8 units of “features” \(ReLU\) are 0 at every position/);
    expect(await panel.violations()).toEqual([]);
    await window.screenshot('health findings');
    await panel.action('check-health').click();
    const report = await preview('Activations and gradients');
    const row = report.locator('tr', { hasText: 'features' }).first();
    expect(await row.textContent()).toMatch(/8\s\/\s8/);
    await window.screenshot('health table');
  });

  it('is checked from the command palette for the image of the active panel', async () => {
    panel = await window.explain(['imagenet', 'dog_cat.jpg']);
    await panel.untilDone(9);
    await window.command('Whylight: Check Gradients (Health Check)');
    const report = await preview('hardtanh_26');
    expect(await report.locator('.markdown-body').textContent()).toContain('Nothing unusual was found.');
    expect(await report.locator('tr', { hasText: 'hardtanh_26' }).first().textContent()).toMatch(/ReLU|Clip/);
    for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast']) {
      await window.chooseTheme(theme);
      await window.screenshot(`health table ${theme}`);
    }
    await window.chooseTheme('Dark Modern');
  });

  it('an unsupported operator comes with a button that explains what lies before it', async () => {
    panel = await window.explain(['health', 'tail', 'tail.png']);
    const offer = panel.action('explain-up-to');
    await offer.waitFor();
    await window.screenshot('cut offered');
    expect(await offer.textContent()).toContain('scores');
    await offer.click();
    // The failure stands until the new run begins.
    await offer.waitFor({ state: 'detached' });
    await panel.untilDone(9);
    const notes = JSON.parse(readFileSync(join(workspace.folder, 'health/tail/whylight.json'), 'utf8'));
    expect(notes).toEqual({ checkpoints: { 'tail.onnx': { logits: 'scores' } } });
  });
});
