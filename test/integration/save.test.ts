import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, Uri, workspace } from 'vscode';
import { closePanels, ended, explain, file, mapsOf, predictionOf, until, useCheckpoint } from './support/whylight';

interface Result {
  readonly model: { readonly path: string; readonly format: string; readonly sha256: string };
  readonly runtime: unknown;
  readonly input: { readonly size: readonly number[] };
  readonly top5: readonly { readonly index: number; readonly label: string; readonly probability: number }[];
  readonly target: { readonly index: number };
  readonly methods: readonly {
    readonly id: string;
    readonly file: string;
    readonly min: number;
    readonly max: number;
  }[];
}

describe('Save Overlays', () => {
  before(() => useCheckpoint('last_e08.onnx'));
  after(() => useCheckpoint(undefined));
  afterEach(closePanels);

  it('writes maps, overlays, figure and numbers into the workspace', async () => {
    const panel = await explain(file('shapes', 'images', 'triangle_0.png'));
    await ended(panel);
    const folder = file('shapes', 'whylight', 'triangle_0').fsPath;
    assert.ok(!existsSync(folder));
    await commands.executeCommand('whylight.saveOverlays');
    await until('all files', () => existsSync(folder) && readdirSync(folder).length === 20);

    const result: Result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    assert.equal(result.model.format, 'ONNX');
    assert.match(result.model.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(result.input.size, predictionOf(panel)?.input.size);
    const sum = result.top5.reduce((total, { probability }) => total + probability, 0);
    assert.ok(sum > 0.9 && sum < 1.0001, `${sum}`);
    assert.equal(result.methods.length, 9);
    for (const { id } of result.methods) {
      const npy = readFileSync(join(folder, `${id}.npy`));
      const found = mapsOf(panel, [id])[0]!;
      assert.equal(npy.subarray(1, 6).toString('latin1'), 'NUMPY');
      const header = npy.subarray(10, 10 + npy.readUInt16LE(8)).toString('latin1');
      assert.match(header, /'descr': '<f4'/);
      const values = npy.subarray(10 + npy.readUInt16LE(8));
      assert.deepEqual(
        Buffer.from(found.map.data.buffer, found.map.data.byteOffset, found.map.data.byteLength),
        values,
      );
      const png = readFileSync(join(folder, `${id}.png`));
      assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
      const { width, height } = predictionOf(panel)!.imageSize;
      assert.deepEqual(
        [png.readUInt32BE(16), png.readUInt32BE(20)],
        [width, height],
        `${id}.png has the image's own size`,
      );
    }
    assert.ok(readFileSync(join(folder, 'figure.png')).length > 10_000);
  });

  it('goes to the folder of the setting', async () => {
    const configuration = workspace.getConfiguration('whylight', file('shapes'));
    await configuration.update('outputFolder', 'reports/why', 3);
    try {
      const panel = await explain(file('shapes', 'images', 'triangle_1.png'));
      await ended(panel);
      await commands.executeCommand('whylight.saveOverlays');
      const saved = Uri.joinPath(file('shapes'), 'reports', 'why', 'triangle_1', 'result.json').fsPath;
      await until('result.json', () => existsSync(saved));
    } finally {
      await configuration.update('outputFolder', undefined, 3);
    }
  });
});
