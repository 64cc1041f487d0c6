import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder';
import { encodeTestModel } from '../../../test/support/onnxModel';
import { runtimes } from '../../../test/support/runtimes';
import { node, numbers } from '../../../test/support/smallNetwork';
import type { Prediction } from '../../shared/explanation/events';
import { float32 } from '../graph/ir/tensor';
import { describeCheckpoint, filesBehind } from './describeCheckpoint';
import { Engine } from './engine';

/* What opening and inspecting a checkpoint share. */

const folder = temporaryFolder();
const engine = new Engine(runtimes);
afterAll(() => engine.dispose());

/** A classifier of 5 classes, in a folder of its own. */
function write(name: string, dims: readonly (number | string)[], more: Readonly<Record<string, unknown>> = {}): string {
  mkdirSync(join(folder, name));
  const path = join(folder, name, 'network.onnx');
  const channels = typeof dims[1] === 'number' ? dims[1] : 3;
  writeFileSync(
    path,
    encodeTestModel({
      opset: 18,
      inputs: { image: { dims } },
      outputs: { logits: { dims: [dims[0]!, 5] } },
      initializers: { kernel: numbers([8, channels, 1, 1]), classes: numbers([8, 5]) },
      nodes: [
        node('Conv', ['image', 'kernel'], 'conv'),
        node('Relu', ['conv'], 'features'),
        node('GlobalAveragePool', ['features'], 'pooled'),
        node('Flatten', ['pooled'], 'vector'),
        node('MatMul', ['vector', 'classes'], 'logits'),
      ],
    }),
  );
  for (const [file, content] of Object.entries(more)) writeFileSync(join(folder, name, file), JSON.stringify(content));
  return path;
}

describe('sizes that a checkpoint leaves open', () => {
  it('are those of the tensor that is fed', async () => {
    const path = write('open', ['batch', 3, 'height', 'width']);
    const dims = async (fed?: readonly number[]) =>
      (await describeCheckpoint(path, { ...(fed && { fed }) })).classifier?.analysis.dims;
    expect(await dims()).toEqual([3, 224, 224]);
    expect(await dims([1, 3, 20, 12])).toEqual([3, 20, 12]);
    expect(await dims([3, 12, 20])).toEqual([3, 12, 20]);
    expect(await dims([7])).toEqual([3, 224, 224]);
    const fixed = write('fixed sizes', ['batch', 3, 6, 6]);
    expect((await describeCheckpoint(fixed, { fed: [1, 3, 8, 8] })).classifier?.analysis.dims).toEqual([3, 6, 6]);
  });
});

describe('a model of four channels', () => {
  const path = write('four', ['batch', 4, 6, 6], { 'labels.json': ['a', 'b', 'c', 'd', 'e'] });

  it('is inspected as far as any: logits, layers and labels, and a note that no image fits', async () => {
    const summary = await engine.inspect(path);
    expect(summary).toMatchObject({
      logits: { name: 'logits', classes: 5 },
      defaultLayer: { name: 'features' },
      preprocessing: null,
      labels: { count: 5, how: 'from labels.json beside the checkpoint' },
    });
    expect(summary.layers.map(({ name, shape }) => [name, shape])).toContainEqual(['conv', [8, 6, 6]]);
    expect(summary.notes).toEqual([
      'The model takes 4 channels, which no image gives; feed its exact input as a .npy file (--input).',
    ]);
  });

  it('is explained with its exact input, with the layers that were inspected, and refuses an image in the same words', async () => {
    const image = join(folder, 'grey.png');
    await sharp({ create: { width: 6, height: 6, channels: 3, background: '#808080' } })
      .png()
      .toFile(image);
    const question = { checkpoint: path, image: { path: image }, target: { kind: 'top1' } } as const;
    const predictions: Prediction[] = [];
    const ask = (input?: ReturnType<typeof float32>) =>
      engine.explain(
        { id: 'one', question, cards: [] },
        (event) => void (event.kind === 'prediction' && predictions.push(event.prediction)),
        new AbortController().signal,
        input,
      );
    await ask(float32([1, 4, 6, 6], new Float32Array(144).fill(0.5)));
    const summary = await engine.inspect(path);
    expect(predictions[0]?.model.layers).toEqual(summary.layers);
    expect(predictions[0]?.layer).toEqual(summary.defaultLayer);
    expect(predictions[0]?.model.sha256).toBe(summary.sha256);
    expect(predictions[0]?.target.label).toMatch(/^[a-e]$/);
    await expect(ask()).rejects.toThrow(summary.notes[0]);
  });
});

describe('a whylight.json that does not fit', () => {
  const path = write('unfit', ['batch', 3, 6, 6], {
    'whylight.json': { preprocessing: { preset: 'zero-one', width: 7 } },
  });

  it('leaves logits and layers to be inspected, and is the reason why nothing is explained', async () => {
    const summary = await engine.inspect(path);
    expect(summary).toMatchObject({ logits: { classes: 5 }, preprocessing: null });
    expect(summary.notes.at(-1)).toContain('width is 7, but the model takes images whose width is 6');
    const question = { checkpoint: path, image: { path }, target: { kind: 'top1' } } as const;
    const explained = engine.explain({ id: 'two', question, cards: [] }, () => {}, new AbortController().signal);
    await expect(explained).rejects.toThrow();
    const { problem } = await describeCheckpoint(path);
    expect(problem?.message).toBe(summary.notes.at(-1));
  });
});

it('says that a fixed batch makes it slow, whoever asks', async () => {
  const note = 'This checkpoint fixes its batch to 1, so images are evaluated one by one.';
  mkdirSync(join(folder, 'fixed'));
  const path = join(folder, 'fixed', 'network.onnx');
  writeFileSync(
    path,
    encodeTestModel({
      opset: 18,
      inputs: { image: { dims: [1, 3, 2, 2] } },
      outputs: { logits: { dims: [1, 4] } },
      initializers: { classes: numbers([12, 4]) },
      // Mixes the batch with the channels.
      nodes: [
        node('Transpose', ['image'], 'turned', { perm: { ints: [1, 0, 2, 3] } }),
        node('Softmax', ['turned'], 'shares', { axis: { i: 1 } }),
        node('Flatten', ['shares'], 'vector', { axis: { i: 0 } }),
        node('MatMul', ['vector', 'classes'], 'logits'),
      ],
    }),
  );
  expect((await describeCheckpoint(path)).notes).toContain(note);
  expect((await engine.inspect(path)).notes).toContain(note);
});

it('names the files that it depends on, there or not', async () => {
  const path = write('behind', ['batch', 3, 6, 6], { 'whylight.json': { labels: 'mine.txt' } });
  const files = await filesBehind(await describeCheckpoint(path));
  const here = (name: string) => join(folder, 'behind', name);
  expect(files).toEqual(expect.arrayContaining(['network.onnx', 'whylight.json', 'mine.txt', 'labels.txt'].map(here)));
});
