import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { ConfigurationTarget, commands, type Uri, workspace } from 'vscode';
import { writeExternalNetwork, writeWeights } from '../support/externalNetwork';
import {
  answerFirst,
  closePanels,
  ended,
  explain,
  file,
  mapsOf,
  predictionOf,
  until,
  useCheckpoint,
} from './support/whylight';

async function configure(key: string, value: unknown, scope: Uri): Promise<void> {
  await workspace.getConfiguration('whylight', scope).update(key, value, ConfigurationTarget.WorkspaceFolder);
}

describe('Settings', () => {
  const imagenet = () => file('imagenet');
  afterEach(async () => {
    await closePanels();
    await configure('methods', undefined, imagenet());
    await useCheckpoint(undefined);
  });

  it('decide the methods, for each root by itself', async () => {
    await configure('methods', ['gradient', 'grad-cam'], imagenet());
    await useCheckpoint('last_e08.onnx');
    const two = await explain(file('imagenet', 'cat.png'));
    const nine = await explain(file('shapes', 'images', 'star_2.png'));
    await Promise.all([ended(two), ended(nine)]);
    assert.deepEqual(
      mapsOf(two)
        .map(({ method }) => method)
        .sort(),
      ['grad-cam', 'gradient'],
    );
    assert.equal(mapsOf(nine).length, 9);
  });

  it('keep what Choose Methods was answered with', async () => {
    await configure('methods', ['gradient', 'layer-cam'], imagenet());
    const panel = await explain(file('imagenet', 'cat.png'));
    await ended(panel);
    await answerFirst(commands.executeCommand('whylight.chooseMethods'));
    const { methods } = workspace.getConfiguration('whylight', imagenet());
    assert.deepEqual([...methods].sort(), ['gradient', 'layer-cam']);
  });

  it('choose the display of a new panel', async () => {
    await configure('display.colourMap', 'viridis', imagenet());
    try {
      const panel = await explain(file('imagenet', 'cat.png'));
      assert.equal(panel.runner.state.display.colourMap, 'viridis');
      await ended(panel);
    } finally {
      await configure('display.colourMap', undefined, imagenet());
    }
  });

  it('name a checkpoint that is missing in one sentence, and open no panel', async () => {
    await useCheckpoint('gone.onnx');
    const image = file('shapes', 'images', 'cross_0.png');
    await commands.executeCommand('whylight.explainImage', image, [image]);
    await useCheckpoint('middle_e05.onnx');
    const panel = await explain(image);
    assert.equal(basename(panel.question.checkpoint), 'middle_e05.onnx');
    await ended(panel);
  });

  it('explain again when the checkpoint has changed on disk', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'cross_1.png'));
    await ended(panel);
    const { runner } = panel;
    const before = runner.explanation.run?.id;
    const model = file('shapes', 'last_e08.onnx');
    const bytes = await workspace.fs.readFile(model);
    await workspace.fs.writeFile(model, await workspace.fs.readFile(file('shapes', 'early_e02.onnx')));
    try {
      const map = mapsOf(panel, ['gradient'])[0]?.map.data;
      await until('a new run', () => runner.explanation.run?.id !== before);
      assert.equal((await ended(panel)).error, undefined);
      assert.notDeepEqual(mapsOf(panel, ['gradient'])[0]?.map.data, map);
    } finally {
      await closePanels();
      await workspace.fs.writeFile(model, bytes);
    }
  });

  it('explain again when only the weights beside a checkpoint have changed', async () => {
    const { path, weights } = writeExternalNetwork(file('shapes', 'images').fsPath, [1, 5, 2, 3, 4]);
    try {
      await useCheckpoint(path);
      const panel = await explain(file('shapes', 'images', 'cross_2.png'));
      await ended(panel);
      const { runner } = panel;
      const before = runner.explanation.run?.id;
      const first = predictionOf(panel);
      assert.equal(first?.target.index, 1);
      writeWeights(weights, [1, 2, 3, 4, 7]);
      await until('a new run', () => runner.explanation.run?.id !== before);
      assert.equal((await ended(panel)).error, undefined);
      assert.equal(predictionOf(panel)?.target.index, 4);
      assert.notEqual(predictionOf(panel)?.model.sha256, first?.model.sha256);
    } finally {
      await closePanels();
      for (const each of [path, weights]) rmSync(each, { force: true });
    }
  });
});
