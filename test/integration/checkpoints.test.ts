import { strict as assert } from 'node:assert';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from 'vscode';
import {
  answerFirst,
  checkpoint,
  closePanels,
  ended,
  explain,
  file,
  predictionOf,
  useCheckpoint,
} from './support/whylight';

describe('Checkpoints of a folder', () => {
  let folder: string;
  before(async () => {
    await useCheckpoint(undefined);
    folder = join(file('shapes').fsPath, 'several');
    mkdirSync(join(folder, 'alone'), { recursive: true });
    mkdirSync(join(folder, 'epochs'));
    const image = file('shapes', 'images', 'star_0.png').fsPath;
    for (const place of ['alone', 'epochs']) {
      copyFileSync(image, join(folder, place, 'star.png'));
      copyFileSync(file('shapes', 'whylight.json').fsPath, join(folder, place, 'whylight.json'));
    }
    copyFileSync(checkpoint('last_e08.onnx'), join(folder, 'alone', 'net.onnx'));
    for (const name of ['weights.pth', 'config.pb', 'model.json'])
      writeFileSync(join(folder, 'alone', name), '{"learning_rate": 0.1}\n');
    for (const name of ['early_e02.onnx', 'middle_e05.onnx', 'last_e08.onnx'])
      copyFileSync(checkpoint(name), join(folder, 'epochs', name));
  });
  afterEach(closePanels);
  after(() => rmSync(folder, { recursive: true }));

  it('are told by their bytes: files that are none do not make a question of the only one', async () => {
    const panel = await explain(file('shapes', 'several', 'alone', 'star.png'));
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(predictionOf(panel)?.model.path, join(folder, 'alone', 'net.onnx'));
  });

  it('are listed newest first where they are epochs, so that the first row is the last of the training', async () => {
    const image = file('shapes', 'several', 'epochs', 'star.png');
    await answerFirst(commands.executeCommand('whylight.explainImage', image, [image]));
    const panel = await explain(image);
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(predictionOf(panel)?.model.path, join(folder, 'epochs', 'last_e08.onnx'));
  });
});
