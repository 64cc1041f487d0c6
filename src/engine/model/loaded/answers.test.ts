import { afterEach, describe, expect, it, vi } from 'vitest';
import { detector, open, segmentation, side, tokens } from '../../../../test/support/answerNetworks';
import { expectClose } from '../../../../test/support/graph/gradientCheck';
import { Original } from '../../../../test/support/importCheck';
import { encodeTestModel, type Model } from '../../../../test/support/onnxModel';
import { node } from '../../../../test/support/smallNetwork';
import type { OutputSelection } from '../../../shared/question/output';
import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import type { RuleChoice } from '../../graph/rules';
import { INPUT } from '../evaluation/model';
import { classScore } from '../evaluation/score';
import { ProgramCache } from '../programs/programCache';
import { selectedAnswers } from '../target/output';
import type { LoadedModel } from './loadedModel';

const image = (seed = 0): FloatTensor =>
  float32(
    [1, 3, side, side],
    Float32Array.from({ length: 3 * side * side }, (_, i) => Math.sin(3.1 * i + seed)),
  );
const at = (...indices: number[]): OutputSelection => ({ kind: 'index', indices });

afterEach(() => {
  vi.restoreAllMocks();
});

function choosing(model: LoadedModel, selection: OutputSelection): LoadedModel {
  if (!model.answers) throw new Error('There is one answer.');
  return model.choosing(selectedAnswers(model.answers, selection));
}

/** What onnxruntime gives for the file itself. */
async function original(model: Model, x: FloatTensor, output: string): Promise<Float32Array> {
  const file = await Original.open(encodeTestModel(model));
  const results = await file.run({ image: x });
  await file.close();
  return results[output]?.data as Float32Array;
}

async function gradientOf(model: LoadedModel, x: FloatTensor, target: number, rules: RuleChoice = 'standard') {
  const probe = { wrt: INPUT, rules };
  const evaluation = await model.evaluate(x, { score: classScore(target), gradients: [probe] });
  return evaluation.gradient(probe).data;
}

const networks: readonly {
  readonly title: string;
  readonly model: Model;
  readonly output: string;
  readonly selection: OutputSelection;
  /** The classes' values of that answer in the output. */
  readonly places: readonly number[];
  readonly region: OutputSelection;
  readonly inRegion: readonly OutputSelection[];
}[] = [
  {
    title: 'pixels',
    model: segmentation(),
    output: 'logits',
    selection: at(2, 5),
    places: [0, 1, 2, 3].map((index) => index * 64 + 2 * 8 + 5),
    region: { kind: 'region', start: [2, 5], end: [4, 6] },
    inRegion: [at(2, 5), at(3, 5)],
  },
  {
    title: 'anchors',
    model: detector({ end: [node('Identity', ['anchors'], 'scores')] }),
    output: 'scores',
    selection: at(131),
    places: [0, 1, 2].map((index) => 131 * 3 + index),
    region: { kind: 'region', start: [127], end: [130] },
    inRegion: [at(127), at(128), at(129)],
  },
  {
    title: 'anchors without a batch',
    model: detector({ end: [node('Identity', ['anchors'], 'scores')], inRows: true }),
    output: 'scores',
    selection: at(131),
    places: [0, 1, 2].map((index) => 131 * 3 + index),
    region: { kind: 'region', start: [127], end: [130] },
    inRegion: [at(127), at(128), at(129)],
  },
  {
    title: 'tokens',
    model: tokens(),
    output: 'logits',
    selection: at(7),
    places: [0, 1, 2, 3, 4].map((index) => 7 * 5 + index),
    region: { kind: 'all' },
    inRegion: Array.from({ length: 16 }, (_, i) => at(i)),
  },
];

describe.each(networks)('$title', ({ model: file, output, selection, places, region, inRegion }) => {
  it('give the logits of the chosen answer, as onnxruntime computes them', async () => {
    const model = await open(file);
    const { logits, probabilities } = await choosing(model, selection).evaluate(image(), {});
    const all = await original(file, image(), output);
    const wanted = places.map((place) => all[place] as number);
    expectClose([...logits.data], wanted, 1e-6, 'logits');
    const powers = wanted.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b, 0);
    expectClose(
      [...probabilities.data],
      powers.map((power) => power / sum),
      1e-6,
      'probabilities',
    );
    await model.dispose();
  });

  it('have the gradient of that answer’s logit', async () => {
    const model = choosing(await open(file), selection);
    const x = image(1);
    const step = 0.01;
    const place = places[1] as number;
    const runner = await Original.open(encodeTestModel(file));
    const value = async (i: number, offset: number) => {
      const data = Float32Array.from(x.data);
      data[i] = (data[i] as number) + offset;
      const results = await runner.run({ image: float32(x.dims, data) });
      return (results[output] as FloatTensor).data[place] as number;
    };
    const differences: number[] = [];
    for (let i = 0; i < x.data.length; i++) {
      const near = (await value(i, step)) - (await value(i, -step));
      const far = (await value(i, 2 * step)) - (await value(i, -2 * step));
      differences.push((8 * near - far) / (12 * step));
    }
    await runner.close();
    expectClose([...(await gradientOf(model, x, 1))], differences, 1e-3, 'gradient');
    await model.dispose();
  });

  it('are summed over a region: logits and gradients', async () => {
    const model = await open(file);
    const sum = async (of: (chosen: LoadedModel) => Promise<Float32Array>) => {
      const parts = await Promise.all(inRegion.map((each) => of(choosing(model, each))));
      return Array.from(parts[0] as Float32Array, (_, i) => parts.reduce((total, part) => total + part[i]!, 0));
    };
    const whole = choosing(model, region);
    const logitsOf = async (chosen: LoadedModel) => (await chosen.evaluate(image(), {})).logits.data;
    expectClose([...(await logitsOf(whole))], await sum(logitsOf), 1e-5, 'logits');
    const gradients = (chosen: LoadedModel) => gradientOf(chosen, image(), 2);
    expectClose([...(await gradients(whole))], await sum(gradients), 1e-5, 'gradients');
    await model.dispose();
  });

  it('need no other program for another answer', async () => {
    const compile = vi.spyOn(ProgramCache.prototype as unknown as { compile(): unknown }, 'compile');
    const model = await open(file);
    await gradientOf(choosing(model, selection), image(), 0);
    const programs = compile.mock.calls.length;
    await gradientOf(choosing(model, region), image(2), 1);
    expect(compile.mock.calls.length).toBe(programs);
    await model.dispose();
  });
});

describe('several answers', () => {
  it('share batches: each image has its own answer', async () => {
    const model = await open(segmentation(), 8);
    const chosen = [at(0, 0), at(7, 7), at(3, 4)].map((selection) => choosing(model, selection));
    const alone: Float32Array[] = [];
    for (const [i, each] of chosen.entries()) alone.push(await gradientOf(each, image(i), i));
    const together = await Promise.all(chosen.map((each, i) => gradientOf(each, image(i), i)));
    together.forEach((gradient, i) => {
      expectClose([...gradient], [...(alone[i] as Float32Array)], 1e-5, `gradient ${i}`);
    });
    const same = image(5);
    const [a, b] = await Promise.all([chosen[0]?.evaluate(same, {}), chosen[1]?.evaluate(same, {})]);
    expect([...(a?.logits.data ?? [])]).not.toEqual([...(b?.logits.data ?? [])]);
    await model.dispose();
  });

  it('are one image a run where the first axis is no batch', async () => {
    const model = await open(networks[2]?.model as Model, 8);
    expect(model.answers).toEqual({ dims: [160], kind: 'anchors' });
    expect(model.batchSize).toBe(1);
    expect((await open(networks[1]?.model as Model, 8)).batchSize).toBe(8);
  });

  it('batch where only the end of the checkpoint drops the batch', async () => {
    const model = await open(detector({ end: [node('Squeeze', ['anchors', 'first'], 'scores')] }), 8);
    expect(model.answers).toEqual({ dims: [160], kind: 'anchors' });
    expect(model.batchSize).toBe(8);
  });

  it('keep NaN elsewhere to themselves, forward and backward', async () => {
    const file = segmentation([node('Add', ['logits', 'offset'], 'more'), node('Log', ['more'], 'broken')], 'broken');
    const all = await original(file, image(), 'broken');
    const classesAt = (pixel: number) => [0, 1, 2, 3].map((index) => all[index * 64 + pixel] as number);
    const pixels = Array.from({ length: 64 }, (_, pixel) => pixel);
    const good = pixels.find((pixel) => classesAt(pixel).every(Number.isFinite)) ?? -1;
    expect(good).toBeGreaterThanOrEqual(0);
    expect(pixels.some((pixel) => classesAt(pixel).some(Number.isNaN))).toBe(true);
    const model = choosing(await open(file), at(Math.floor(good / 8), good % 8));
    const { logits } = await model.evaluate(image(), {});
    expectClose([...logits.data], classesAt(good), 1e-6, 'logits');
    const gradient = await gradientOf(model, image(), 0);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(gradient.some((value) => value !== 0)).toBe(true);
    await model.dispose();
  });

  it('have their own sigmoid', async () => {
    const file = segmentation([node('Sigmoid', ['logits'], 'p')], 'p');
    const model = await open(file);
    expect(model.activation).toBe('sigmoid');
    const { probabilities } = await choosing(model, at(2, 5)).evaluate(image(), {});
    const all = await original(file, image(), 'p');
    expectClose(
      [...probabilities.data],
      [0, 1, 2, 3].map((c) => all[c * 64 + 21] as number),
      1e-6,
      'sigmoids',
    );
    await model.dispose();
  });

  it('explain the middle pixel where nothing is chosen', async () => {
    const model = await open(segmentation());
    const [given, middle] = await Promise.all([
      model.evaluate(image(), {}),
      choosing(model, at(4, 4)).evaluate(image(), {}),
    ]);
    expect(given.logits.data).toEqual(middle.logits.data);
    await model.dispose();
  });

  it.each<RuleChoice>(['guided', 'deconvnet'])('go back by the rules of %s', async (rules) => {
    const model = await open(segmentation());
    const gradient = await gradientOf(choosing(model, at(2, 5)), image(), 0, rules);
    expect(gradient.some((value) => value !== 0)).toBe(true);
    await model.dispose();
  });

  it('are given for all answers at once', async () => {
    const model = await open(segmentation());
    const all = await model.allLogits(image());
    expect(all.dims).toEqual([1, 1, 4, 64]);
    expectClose([...all.data], [...(await original(segmentation(), image(), 'logits'))], 1e-6, 'all logits');
    await model.dispose();
  });

  it('are none for a model with one answer', async () => {
    const pooled = segmentation(
      [node('GlobalAveragePool', ['logits'], 'mean'), node('Flatten', ['mean'], 'classes')],
      'classes',
    );
    const model = await open(pooled);
    expect(model.answers).toBeNull();
    expect(model.graph.inputs).toHaveLength(1);
    expect(() => model.choosing(new Float32Array(1))).toThrow('one answer');
  });
});
