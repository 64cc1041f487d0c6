import { strict as assert } from 'node:assert';
import { basename } from 'node:path';
import { window } from 'vscode';
import { nineMethods as nine } from '../support/nineMethods';
import {
  answerFirst,
  checkpoint,
  closePanels,
  ended,
  explain,
  file,
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
    const first = await answerFirst(explain(file('shapes', 'images', 'star_0.png')));
    assert.equal(first.runner.explanation.state.question.checkpoint, checkpoint('early_e02.onnx'));
    const second = await explain(file('shapes', 'images', 'star_1.png'));
    assert.equal(second.runner.explanation.state.question.checkpoint, checkpoint('early_e02.onnx'));
    await Promise.all([ended(first), ended(second)]);
  });

  it('finishes nine methods with maps of the size that the model sees', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'star_0.png'));
    const end = await ended(panel);
    assert.equal(end.error, undefined);
    const { explanation } = panel.runner;
    assert.deepEqual(explanation.failed(), []);
    const attributions = explanation.attributions();
    assert.deepEqual(attributions.map(({ method }) => method).sort(), [...nine].sort());
    const [channels, height, width] = explanation.prediction?.input.size ?? [];
    assert.equal(channels, 3);
    for (const { method, map, min, max } of attributions) {
      assert.deepEqual([map.height, map.width], [height, width], method);
      assert.ok(map.data instanceof Float32Array, `${method}: the map arrives as a typed array`);
      assert.equal(map.data.length, map.width * map.height * map.channels, method);
      assert.ok(Number.isFinite(min) && Number.isFinite(max) && max > min, `${method}: ${min} … ${max}`);
    }
    assert.equal(explanation.prediction?.target.label, 'star');
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
    const before = panel.runner.explanation.id;
    assert.equal(await explain(image), panel);
    assert.notEqual(panel.runner.explanation.id, before);
    assert.equal((await ended(panel)).error, undefined);
  });

  it('explains another class when asked to', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'circle_watermark_0.png'));
    await ended(panel);
    const { explanation } = panel.runner;
    const before = explanation.attributions(['gradient'])[0]?.map.data;
    const other = explanation.prediction?.top5.find(({ index }) => index !== explanation.prediction?.target.index);
    assert.ok(other);
    const { question } = explanation.state;
    await panel.runner.run({
      ...explanation.state,
      question: { ...question, target: { kind: 'index', index: other.index } },
    });
    assert.equal(explanation.end?.error, undefined);
    assert.equal(explanation.prediction?.target.index, other.index);
    assert.notDeepEqual(explanation.attributions(['gradient'])[0]?.map.data, before);
  });

  it('finds the class by its label', async () => {
    await useCheckpoint('last_e08.onnx');
    const panel = await explain(file('shapes', 'images', 'circle_watermark_0.png'));
    const { state } = panel.runner.explanation;
    await panel.runner.run({ ...state, question: { ...state.question, target: { kind: 'label', label: 'star' } } });
    assert.equal(panel.runner.explanation.prediction?.target.index, star);
  });

  it('uses the only checkpoint of each root of a workspace', async () => {
    const panel = await explain(file('imagenet', 'cat.png'));
    assert.equal(basename(panel.runner.explanation.state.question.checkpoint), 'mobilenet_v1_025.onnx');
    assert.equal((await ended(panel)).error, undefined);
    assert.equal(panel.runner.explanation.attributions().length, nine.length);
    assert.match(panel.runner.explanation.prediction?.top5[0]?.label ?? '', /cat/i);
  });
});
