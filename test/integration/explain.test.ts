import { strict as assert } from 'node:assert';
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { commands, window } from 'vscode';
import { cardFor } from '../../src/shared/question/card';
import { nineMethods as nine } from '../support/nineMethods';
import {
  answerFirst,
  checkpoint,
  closePanels,
  ended,
  explain,
  file,
  mapsOf,
  predictionOf,
  until,
  useCheckpoint,
  whylight,
} from './support/whylight';

const star = 3;

describe('Explain Image', () => {
  afterEach(async () => {
    await closePanels();
    await useCheckpoint(undefined);
  });

  it('asks which checkpoint when a folder has several, and remembers the answer', async () => {
    // The last state of the training stands first.
    const first = await answerFirst(explain(file('shapes', 'images', 'star_0.png')));
    assert.equal(first.question.checkpoint, checkpoint('last_e08.onnx'));
    const second = await explain(file('shapes', 'images', 'star_1.png'));
    assert.equal(second.question.checkpoint, checkpoint('last_e08.onnx'));
    await Promise.all([ended(first), ended(second)]);
  });

  it('finishes nine methods with maps of the size that the model sees', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'star_0.png'));
    const end = await ended(panel);
    assert.equal(end.error, undefined);
    const { cards } = panel.runner.explanation;
    assert.deepEqual(
      cards.filter(({ failure }) => failure !== null),
      [],
    );
    const attributions = mapsOf(panel);
    assert.deepEqual(attributions.map(({ method }) => method).sort(), [...nine].sort());
    const [channels, height, width] = predictionOf(panel)?.input.size ?? [];
    assert.equal(channels, 3);
    for (const { method, map, min, max } of attributions) {
      assert.deepEqual([map.height, map.width], [height, width], method);
      assert.ok(map.data instanceof Float32Array, `${method}: the map arrives as a typed array`);
      assert.equal(map.data.length, map.width * map.height * map.channels, method);
      assert.ok(Number.isFinite(min) && Number.isFinite(max) && max > min, `${method}: ${min} … ${max}`);
    }
    assert.equal(predictionOf(panel)?.target.label, 'star');
  });

  it('opens one panel for each image of a selection', async () => {
    await useCheckpoint('last_e08.onnx');
    const images = ['circle_0.png', 'square_0.png'].map((name) => file('shapes', 'images', name));
    const first = await explain(images[0]!, images);
    const { panels } = await whylight();
    assert.deepEqual(panels.all.map(({ imageName }) => imageName).sort(), ['circle_0.png', 'square_0.png']);
    for (const panel of panels.all) assert.equal((await ended(panel)).error, undefined);
    const titles = () => window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    await until('both tabs', () => titles().filter((title) => /circle_0|square_0/.test(title)).length === 2);
    assert.equal(first.imageName, 'circle_0.png');
  });

  it('explains the image of the active panel again from the palette, in the same panel', async () => {
    await useCheckpoint('last_e08.onnx');
    const image = file('shapes', 'images', 'ring_0.png');
    const panel = await explain(image);
    await ended(panel);
    const before = panel.runner.explanation.run?.id;
    assert.equal(await explain(image), panel);
    await until('another run', () => panel.runner.explanation.run?.id !== before);
    assert.equal((await ended(panel)).error, undefined);
    // All of it was known.
    assert.deepEqual(panel.runner.explanation.run?.keys, []);
    assert.equal(mapsOf(panel).length, nine.length);
  });

  it('explains another class when asked to', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'circle_watermark_0.png'));
    await ended(panel);
    const before = mapsOf(panel, ['gradient'])[0]?.map.data;
    const prediction = predictionOf(panel);
    const other = prediction?.top5.find(({ index }) => index !== prediction.target.index);
    assert.ok(other);
    const target = { kind: 'index', index: other.index } as const;
    await panel.runner.run({ ...panel.runner.state, question: { ...panel.question, target } });
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(predictionOf(panel)?.target.index, other.index);
    assert.notDeepEqual(mapsOf(panel, ['gradient'])[0]?.map.data, before);
  });

  it('explains with one method several times: at two layers, for another class, and with another checkpoint', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'circle_watermark_0.png'));
    await ended(panel);
    const { question } = panel;
    const cards = [
      cardFor('grad-cam'),
      { key: 'shallow', method: 'grad-cam', layer: 'relu_8' },
      { key: 'star', method: 'grad-cam', question: { ...question, target: { kind: 'label', label: 'star' } as const } },
      { key: 'early', method: 'grad-cam', question: { ...question, checkpoint: checkpoint('early_e02.onnx') } },
    ];
    await panel.runner.run({ ...panel.runner.state, cards });
    assert.equal((await ended(panel)).error, undefined);
    assert.deepEqual(
      mapsOf(panel).map(({ key }) => key),
      ['grad-cam', 'shallow', 'star', 'early'],
    );
    const folder = file('shapes', 'whylight', 'circle_watermark_0').fsPath;
    await commands.executeCommand('whylight.saveOverlays');
    const names = await until('all files', () => {
      const found = existsSync(folder) ? readdirSync(folder).sort() : [];
      return found.includes('result.json') ? found : undefined;
    });
    assert.deepEqual(
      names.filter((name) => name.endsWith('.npy')),
      ['grad-cam.early.npy', 'grad-cam.npy', 'grad-cam.shallow.npy', 'grad-cam.star.npy'],
    );
  });

  it('finds the class by its label', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'circle_watermark_0.png'));
    const target = { kind: 'label', label: 'star' } as const;
    await panel.runner.run({ ...panel.runner.state, question: { ...panel.question, target } });
    assert.equal(predictionOf(panel)?.target.index, star);
  });

  it('uses the only checkpoint of each root of a workspace', async () => {
    const panel = await explain(file('imagenet', 'cat.png'));
    assert.equal(basename(panel.question.checkpoint), 'mobilenet_v1_025.onnx');
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(mapsOf(panel).length, nine.length);
    assert.match(predictionOf(panel)?.top5[0]?.label ?? '', /cat/i);
  });
});
