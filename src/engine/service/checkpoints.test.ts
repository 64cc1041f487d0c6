import { renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeExternalNetwork, writeWeights } from '../../../test/support/externalNetwork';
import { temporaryFolder } from '../../../test/support/folder';
import { runtimes } from '../../../test/support/runtimes';
import type { Prediction } from '../../shared/explanation/events';
import { Engine } from './engine';

/* What an answer depends on: the files of the checkpoint and those beside it. */

const folder = temporaryFolder();
const image = join(folder, 'grey.png');
const opened: string[] = [];
const engine = new Engine(runtimes, (_, message) => void (message.startsWith('Opening') && opened.push(message)));
afterAll(() => engine.dispose());
beforeAll(async () => {
  await sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
    .png()
    .toFile(image);
});

let asked = 0;
async function ask(checkpoint: string): Promise<Prediction> {
  let prediction: Prediction | undefined;
  await engine.explain(
    { id: String(asked++), question: { checkpoint, image: { path: image }, target: { kind: 'top1' } }, cards: [] },
    (event) => {
      if (event.kind === 'prediction') prediction = event.prediction;
    },
    new AbortController().signal,
  );
  if (!prediction) throw new Error('No prediction was told.');
  return prediction;
}

const top = (prediction: Prediction) => [prediction.target.index, prediction.target.logit];

describe('a checkpoint of two files', () => {
  it('is opened once while nothing changes', async () => {
    const { path } = writeExternalNetwork(join(folder, 'same'), [1, 5, 2, 3, 4]);
    const before = opened.length;
    const [first, second] = [await ask(path), await ask(path)];
    expect(opened.length - before).toBe(1);
    expect(second.model.sha256).toBe(first.model.sha256);
    expect(top(first)).toEqual([1, 5]);
  });

  it('gives a new answer under a new hash when only its weights change', async () => {
    const { path, weights } = writeExternalNetwork(join(folder, 'changed'), [1, 5, 2, 3, 4]);
    const before = await ask(path);
    writeWeights(weights, [1, 2, 3, 4, 7]);
    const after = await ask(path);
    expect([top(before), top(after)]).toEqual([
      [1, 5],
      [4, 7],
    ]);
    expect(after.model.sha256).not.toBe(before.model.sha256);
  });

  it('gives a new answer when other weights take the place of its own, by name or behind a link', async () => {
    const { path, weights } = writeExternalNetwork(join(folder, 'replaced'), [1, 5, 2, 3, 4]);
    expect(top(await ask(path))).toEqual([1, 5]);
    const other = join(folder, 'replaced', 'other.bin');
    writeWeights(other, [9, 2, 3, 4, 5]);
    renameSync(other, weights);
    expect(top(await ask(path))).toEqual([0, 9]);
    writeWeights(other, [1, 2, 8, 4, 5]);
    rmSync(weights);
    symlinkSync(other, weights);
    expect(top(await ask(path))).toEqual([2, 8]);
    const third = join(folder, 'replaced', 'third.bin');
    writeWeights(third, [1, 2, 3, 6, 5]);
    rmSync(weights);
    symlinkSync(third, weights);
    expect(top(await ask(path))).toEqual([3, 6]);
  });

  it('has another hash than one with the same .onnx file and other weights, and the same as its copy', async () => {
    const hashOf = async (name: string, logits: readonly number[]) =>
      (await engine.inspect(writeExternalNetwork(join(folder, name), logits).path)).sha256;
    const [one, other, copy] = [
      await hashOf('one', [1, 5, 2, 3, 4]),
      await hashOf('other', [1, 5, 2, 3, 4.5]),
      await hashOf('copy', [1, 5, 2, 3, 4]),
    ];
    expect(other).not.toBe(one);
    expect(copy).toBe(one);
  });

  it('is opened again when labels or whylight.json beside it change', async () => {
    const { path } = writeExternalNetwork(join(folder, 'labels'), [1, 5, 2, 3, 4]);
    expect((await ask(path)).target.label).toBeNull();
    const labels = join(folder, 'labels', 'labels.txt');
    writeFileSync(labels, 'a\nb\nc\nd\ne\n');
    expect((await ask(path)).target.label).toBe('b');
    const before = opened.length;
    utimesSync(labels, 1, 1);
    expect((await ask(path)).target.label).toBe('b');
    expect(opened.length - before).toBe(1);
    writeFileSync(join(folder, 'labels', 'whylight.json'), '{"labels": ["v", "w", "x", "y", "z"]}');
    expect((await ask(path)).target.label).toBe('w');
  });
});
