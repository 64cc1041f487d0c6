import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/engine/formats';
import { onnx } from '../../src/engine/formats/onnx';
import { float32 } from '../../src/engine/graph/ir/tensor';
import { INPUT } from '../../src/engine/model/evaluation/model';
import { classScore } from '../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { describeCheckpoint } from '../../src/engine/service/describeCheckpoint';
import { CheckpointError } from '../../src/shared/errors';
import { checkpointGlob, checkpointWhen } from '../../src/shared/formats/checkpointNames';
import { temporaryFolder } from '../support/folder';
import { runtimes } from '../support/runtimes';
import { type ToyNetwork, toy } from './toyReader';

/* A second format, added in a test without a change in any other room. */

const folder = temporaryFolder();
const among = [onnx, toy];
const [side, filters] = [3, 2];
const labels = ['a', 'b', 'c', 'd'];

const wave = (count: number, phase = 0) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i + phase));
const kernel = wave(filters * 3);
const dense = wave(side * side * filters * labels.length, 1);
const image = wave(side * side * 3, 2);

/** The logits, counted in the order in which the format means its weights. */
function expectedLogits(): number[] {
  const logits = labels.map(() => 0);
  for (let pixel = 0; pixel < side * side; pixel++) {
    for (let filter = 0; filter < filters; filter++) {
      let sum = 0;
      for (let c = 0; c < 3; c++) sum += kernel[filter * 3 + c]! * image[pixel * 3 + c]!;
      const value = Math.max(0, sum);
      for (let k = 0; k < logits.length; k++) {
        logits[k]! += value * dense[(pixel * filters + filter) * logits.length + k]!;
      }
    }
  }
  return logits;
}

const weights = () => Buffer.concat([Buffer.from(kernel.buffer), Buffer.from(dense.buffer)]);

/** Writes a network into a folder of its own. */
function write(
  name: string,
  changes: Partial<ToyNetwork> = {},
  file = 'small.toy',
  bytes: Uint8Array = weights(),
): string {
  const path = join(folder, name, file);
  mkdirSync(dirname(path), { recursive: true });
  const network: ToyNetwork = { toy: 1, side, filters, weights: 'small.bin', labels, ...changes };
  writeFileSync(path, JSON.stringify(network));
  writeFileSync(join(folder, name, 'small.bin'), bytes);
  return path;
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe('a checkpoint of a format that was added', () => {
  it('is described with everything that its reader states', async () => {
    const path = write('described');
    const { checkpoint, classifier, preprocessing, problem, notes } = await describeCheckpoint(path, { among });
    expect([problem, notes]).toEqual([null, []]);
    expect(checkpoint.format).toBe('Toy');
    expect(classifier?.input).toMatchObject({ layout: 'NHWC', channels: 3, height: side, width: side });
    expect(preprocessing).toMatchObject({
      preprocessing: { preset: 'keras-tf' },
      how: 'from the toy format',
      guessed: false,
    });
    expect(classifier?.labels).toEqual({
      names: labels,
      how: 'from the toy itself',
      guessed: false,
      notes: [],
    });
    expect(classifier?.analysis.logits).toMatchObject({ name: 'scores', classes: labels.length });
    expect(classifier?.analysis.layers.map(({ name, operator }) => [name, operator])).toEqual([
      ['mix', 'Mixing'],
      ['cut', 'Cut'],
      ['scores', 'Dense'],
    ]);
  });

  it('answers with the right logits and gradients, its axes turned once each way', async () => {
    const { checkpoint, classifier } = await describeCheckpoint(write('answers'), { among });
    const { input, analysis } = classifier!;
    expect(checkpoint.graph.nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(2);
    const model = await LoadedModel.of(input, analysis, { runtimes, threads: 1 });
    try {
      const ask = (pixels: Float32Array) =>
        model.evaluate(float32([1, side, side, 3], pixels), {
          score: classScore(2),
          gradients: [{ wrt: INPUT }],
        });
      const evaluation = await ask(image);
      const logits = expectedLogits();
      expect([...evaluation.logits.data].map((logit) => logit.toFixed(4))).toEqual(
        logits.map((logit) => logit.toFixed(4)),
      );
      const gradient = evaluation.gradient({ wrt: INPUT });
      expect(gradient.dims).toEqual([1, side, side, 3]);
      const step = 1e-2;
      const moved = Float32Array.from(image, (value, i) => (i === 4 ? value + step : value));
      const there = (await ask(moved)).logits.data[2]!;
      expect((there - logits[2]!) / step).toBeCloseTo(gradient.data[4]!, 2);
    } finally {
      await model.dispose();
    }
  });

  it('has a hash over both of its files', async () => {
    const path = write('hash');
    const first = await describeCheckpoint(path, { among });
    expect(first.checkpoint.files.map(({ name }) => name)).toEqual(['small.toy', 'small.bin']);
    const lines = `${sha256(weights())}  small.bin\n${sha256(readFileSync(path))}  small.toy\n`;
    expect(await first.sha256).toBe(sha256(lines));
    write('hash', {}, 'small.toy', weights().fill(1, 0, 4));
    expect(first.checkpoint.files.map((file) => file.state())).not.toEqual(['same', 'same']);
    const second = await describeCheckpoint(path, { among });
    expect(await second.sha256).not.toBe(await first.sha256);
  });

  it('may be a folder, chosen itself or by the file that marks it; its notes lie beside it', async () => {
    const marker = write('runs/seven', {}, 'network.toy');
    writeFileSync(join(folder, 'runs', 'whylight.json'), JSON.stringify({ layer: 'mix' }));
    for (const chosen of [marker, dirname(marker)]) {
      const { path, checkpoint, noted, problem } = await describeCheckpoint(chosen, { among });
      expect(problem).toBeNull();
      expect(path).toBe(dirname(marker));
      expect(checkpoint.files.map(({ name }) => name)).toEqual(['network.toy', 'small.bin']);
      expect(noted?.layer).toBe('mix');
    }
  });
});

describe('the registry', () => {
  const sentence = async (path: string, list = among): Promise<string> => {
    const error = await readCheckpoint(path, list).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as CheckpointError).message.replace(folder, '');
  };

  it('tells the formats apart by their bytes and names all of them where none matches', async () => {
    const model = join(import.meta.dirname, '../data/models/tiny/regression/model.onnx');
    expect((await readCheckpoint(model, among)).format).toBe('ONNX');
    expect((await readCheckpoint(write('named', {}, 'other.json'), among)).format).toBe('Toy');
    const path = write('unknown');
    expect(await sentence(path, [onnx])).toBe('/unknown/small.toy is a JSON file; ONNX checkpoints are read.');
    writeFileSync(path, '{"toy": 2}');
    expect(await sentence(path)).toBe('/unknown/small.toy is a JSON file; ONNX, Toy checkpoints are read.');
    mkdirSync(join(folder, 'empty'));
    expect(await sentence(join(folder, 'empty'))).toBe(
      '/empty is a folder, not a checkpoint; ONNX, Toy checkpoints are read.',
    );
  });

  it('keeps files within the checkpoint’s folder and sizes within the files, by the kit alone', async () => {
    expect(await sentence(write('out', { weights: '../small.bin' }))).toBe(
      "small.toy has its weights in “../small.bin”, outside the checkpoint's folder.",
    );
    expect(await sentence(write('none', { weights: 'none.bin' }))).toBe(
      'small.toy has its weights in “none.bin”, which is not in the checkpoint’s folder.',
    );
    expect(await sentence(write('short', {}, 'small.toy', weights().subarray(0, 40)))).toMatch(
      /^\/short\/small\.bin is truncated or damaged: \d+ bytes are wanted at byte 24, but it ends at byte 40\.$/,
    );
  });

  it('gives menus and discovery the names of what was added', () => {
    expect(checkpointGlob(among)).toBe('**/{*.[oO][nN][nN][xX],*.[tT][oO][yY],network.toy}');
    expect(checkpointWhen(among)).toContain('resourceFilename =~ /(.\\.onnx|.\\.toy)$/i');
  });
});
