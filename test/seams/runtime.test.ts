/** A runtime is added by its own file and one line in the list of runtimes: here an interpreter, beside onnxruntime. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/engine/formats';
import type { FloatTensor } from '../../src/engine/graph/ir/tensor';
import { classScore } from '../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { createOnnxRuntime } from '../../src/engine/runtime/onnxruntime';
import { Runtimes } from '../../src/engine/runtime/runtimes';
import { Engine } from '../../src/engine/service/engine';
import { UnsupportedOperatorError, UsageError } from '../../src/shared/errors';
import type { ExplainEvent } from '../../src/shared/explanation/events';
import { cardFor } from '../../src/shared/question/card';
import { temporaryFolder } from '../support/folder';
import { encodeNetwork, node, numbers, pixels, size } from '../support/smallNetwork';
import { counts, createInterpreter } from './interpreter';

const runtimes = new Runtimes([
  { id: 'onnxruntime', load: createOnnxRuntime },
  { id: 'interpreter', load: createInterpreter },
]);

const folder = temporaryFolder();
const file = join(folder, 'network.onnx');
const image = join(folder, 'image.png');

/** Conv → Relu → Conv of two groups → Sigmoid gate, before the head of every small network: pool, Gemm. */
const network = encodeNetwork({
  middle: [
    node('Relu', ['conv'], 'first'),
    node('Conv', ['first', 'second'], 'convolved', {
      group: { i: 2 },

      pads: { ints: [1, 1, 1, 1] },
    }),
    node('Sigmoid', ['convolved'], 'gate'),
    node('Mul', ['convolved', 'gate'], 'features'),
  ],
  weights: { second: numbers([8, 4, 3, 3]) },
});

beforeAll(async () => {
  writeFileSync(file, network);
  await sharp({ create: { width: size, height: size, channels: 3, background: '#306090' } })
    .png()
    .toFile(image);
});

const load = async (path: string, runtime: string) =>
  LoadedModel.load(await readCheckpoint(path), { runtimes, runtime, height: size, width: size, threads: 1 });

/** Largest difference, relative to the largest element. */
function difference(a: FloatTensor, b: FloatTensor): number {
  expect(a.dims).toEqual(b.dims);
  const scale = b.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(scale).toBeGreaterThan(0);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] as number))), 0) / scale;
}

describe('a second runtime', () => {
  it('gives the logits, activations and gradients that onnxruntime gives', async () => {
    const probes = {
      score: classScore(3),
      activations: ['features'],
      gradients: [{ wrt: 'input' }, { wrt: 'features' }],
    };
    const [own, wanted] = await Promise.all(
      ['interpreter', 'onnxruntime'].map(async (id) => {
        const model = await load(file, id);
        expect(model.runtime.id).toBe(id);
        const evaluation = await model.evaluate(pixels, probes);
        await model.dispose();
        return evaluation;
      }),
    );
    if (!own || !wanted) throw new Error('Both were asked for.');
    expect(difference(own.logits, wanted.logits)).toBeLessThan(1e-5);
    expect(difference(own.probabilities, wanted.probabilities)).toBeLessThan(1e-5);
    expect(difference(own.activation('features'), wanted.activation('features'))).toBeLessThan(1e-5);
    for (const probe of probes.gradients)
      expect(difference(own.gradient(probe), wanted.gradient(probe))).toBeLessThan(1e-5);
    expect(counts.runs).toBeGreaterThan(0);
    expect(counts.disposed).toBe(counts.compiled);
  });

  it('names an operator outside its set and its node when a program is made', async () => {
    const path = join(folder, 'erf.onnx');
    writeFileSync(path, encodeNetwork({ middle: [node('Erf', ['conv'], 'features')] }));
    const error = await load(path, 'interpreter').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnsupportedOperatorError);
    expect((error as Error).message).toBe(
      'The operator Erf of node “/features” is not among those that interpreter runs.',
    );
    await (await load(path, 'onnxruntime')).dispose();
  });
});

describe('the engine that it is composed into', () => {
  const engine = new Engine(runtimes);
  afterAll(() => engine.dispose());

  const explain = async (runtime: string) => {
    const events: ExplainEvent[] = [];
    const question = { checkpoint: file, image: { path: image }, target: { kind: 'top1' }, runtime } as const;
    await engine.explain(
      { id: runtime, question, cards: [cardFor('gradient')] },
      (event) => events.push(event),
      new AbortController().signal,
    );
    return events;
  };

  it('explains with it, and says that it did', async () => {
    const [own, wanted] = [await explain('interpreter'), await explain('onnxruntime')];
    const map = (events: readonly ExplainEvent[]) => {
      const result = events.find((event) => event.kind === 'result');
      if (result?.kind !== 'result') throw new Error('There is no result.');
      return result.attribution;
    };
    expect(own.find((event) => event.kind === 'prediction')).toMatchObject({
      prediction: { runtime: { id: 'interpreter', why: 'chosen by the setting' } },
    });
    expect(map(own).max).toBeCloseTo(map(wanted).max, 5);
    expect(map(own).min).toBeCloseTo(map(wanted).min, 5);
    expect((await engine.versions('interpreter')).runtime).toEqual({ id: 'interpreter', version: '1.0' });
  });

  it('takes no other than those that it is composed of', async () => {
    const asked = explain('abacus');
    await expect(asked).rejects.toThrow('There is no runtime “abacus”; choose auto, onnxruntime or interpreter.');
    await expect(asked).rejects.toBeInstanceOf(UsageError);
  });
});
