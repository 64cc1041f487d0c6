import { describe, expect, it } from 'vitest';
import { CancelledError, UsageError } from '../../../shared/errors';
import { type FloatTensor, float32 } from '../../graph/ir/tensor';
import type { BatchResult } from './evaluation';
import type { Batch } from './merging';
import type { Probes } from './model';
import { requestOf } from './request';
import { Scheduler } from './scheduler';
import { classScore, contrastScore } from './score';
import { feedKeys, resultKeys } from './spec';

const wrtInput = { wrt: 'input' };
const facts = {
  input: { dims: [2] },
  classes: 2,
  layers: [{ name: 'relu' }],
  dimsOf: (name: string) => (name === 'relu' ? [1, 2] : undefined),
};

/** A “model” whose logits are its two inputs (or what replaces its layer), and whose gradients are the score's weights. */
function recorder(limit = 8) {
  const runs: (Pick<Batch, 'items' | 'spec'> & { weights: number[][] })[] = [];
  const runBatch = async ({ items, spec, feed }: Batch): Promise<BatchResult> => {
    const input = feed(feedKeys.input);
    const shown = spec.replaced.length > 0 ? feed(feedKeys.replaced('relu')) : input;
    if (!input || !shown) throw new Error('Nothing was fed.');
    expect(shown.dims).toEqual([items, 2]);
    const result = new Map<string, FloatTensor>([
      [resultKeys.logits, shown],
      [resultKeys.probabilities, shown],
      ...spec.activations.map((name) => [resultKeys.activation(name), shown] as const),
    ]);
    let weights: number[][] = [];
    for (const gradient of spec.gradients) {
      const fed = feed(feedKeys.weights(gradient.scored));
      if (!fed) throw new Error('No weights were fed.');
      result.set(resultKeys.gradient(gradient), fed);
      weights = Array.from({ length: items }, (_, item) => [...fed.data.subarray(2 * item, 2 * item + 2)]);
    }
    runs.push({ items, spec, weights });
    return result;
  };
  const scheduler = new Scheduler(runBatch, () => limit);
  const evaluate = async (input: FloatTensor, probes: Probes, signal?: AbortSignal) =>
    scheduler.evaluate(requestOf(facts, input, probes), signal);
  return { runs, runBatch, evaluate };
}

const image = (...values: number[]): FloatTensor => float32([values.length / 2, 2], Float32Array.from(values));

describe('Scheduler', () => {
  it('evaluates the same input once with the union of the probes', async () => {
    const { runs, evaluate } = recorder();
    const x = image(1, 2);
    const [a, b, c] = await Promise.all([
      evaluate(x, { score: classScore(1), gradients: [wrtInput] }),
      evaluate(x, { activations: ['relu'] }),
      evaluate(x, { score: contrastScore(1, 0, 'probability'), gradients: [wrtInput] }),
    ]);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.items).toBe(1);
    expect(runs[0]?.spec.gradients).toHaveLength(2);
    expect([...a.gradient(wrtInput).data]).toEqual([0, 1]);
    expect([...b.activation('relu').data]).toEqual([1, 2]);
    expect([...c.gradient(wrtInput).data]).toEqual([-1, 1]);
    expect(a.score()).toBe(2);
    expect(() => b.score()).toThrow('No score');
  });

  it('gives each weighting of one kind a place of its own in the batch', async () => {
    const { runs, evaluate } = recorder();
    const x = image(1, 2);
    const ask = (score: Probes['score']) => evaluate(x, { score, gradients: [wrtInput] });
    const [a, b, c] = await Promise.all([ask(classScore(0)), ask(contrastScore(0, 1)), ask(classScore(0))]);
    expect(runs.map((run) => run.weights)).toEqual([
      [
        [1, 0],
        [1, -1],
      ],
    ]);
    expect([a, b, c].map((each) => [...each.gradient(wrtInput).data])).toEqual([
      [1, 0],
      [1, -1],
      [1, 0],
    ]);
  });

  it('batches different inputs with the same probes, up to the limit, and keeps their targets apart', async () => {
    const { runs, evaluate } = recorder(3);
    const results = await Promise.all(
      [0, 1, 0, 1].map((target, i) =>
        evaluate(image(i, i + 0.5), { score: classScore(target), gradients: [wrtInput] }),
      ),
    );
    const [zero, one] = [
      [1, 0],
      [0, 1],
    ];
    expect(runs.map((run) => run.weights)).toEqual([[zero, one, zero], [one]]);
    expect(results.map((result) => [...result.gradient(wrtInput).data])).toEqual([zero, one, zero, one]);
    expect(results.map((result) => [...result.logits.data])).toEqual([
      [0, 0.5],
      [1, 1.5],
      [2, 2.5],
      [3, 3.5],
    ]);
  });

  it('cuts an evaluation of many images, and puts its answer together', async () => {
    const { runs, evaluate } = recorder(2);
    const x = image(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    const score = [0, 1, 0, 1, 1].map((target) => classScore(target));
    const [many, other] = await Promise.all([
      evaluate(x, { score, gradients: [wrtInput] }),
      evaluate(image(10, 11), { score: classScore(0), gradients: [wrtInput] }),
    ]);
    expect(runs.map((run) => run.items)).toEqual([2, 2, 2]);
    expect([...many.logits.data]).toEqual([...x.data]);
    expect(many.logits.dims).toEqual([5, 2]);
    expect([...many.gradient(wrtInput).data]).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 0, 1]);
    expect(score.map((_, item) => many.score(item))).toEqual([0, 3, 4, 7, 9]);
    expect([...other.gradient(wrtInput).data]).toEqual([1, 0]);
  });

  it('repeats an image for several scores, and the replaced value for several images', async () => {
    const { runs, evaluate } = recorder();
    const scores = [classScore(0), classScore(1)];
    const ranked = await evaluate(image(3, 5), { score: scores, gradients: [wrtInput] });
    expect(scores.map((_, item) => ranked.score(item))).toEqual([3, 5]);
    const replace = new Map([['relu', image(7, 8)]]);
    const replaced = await evaluate(image(1, 2, 3, 4), { replace, activations: ['relu'] });
    expect([...replaced.logits.data]).toEqual([7, 8, 7, 8]);
    expect(runs.map((run) => run.items)).toEqual([2, 2]);
  });

  it('runs what is replaced apart from what is not', async () => {
    const { runs, evaluate } = recorder();
    const x = image(1, 2);
    const value = image(5, 6);
    const replaced = () => evaluate(x, { replace: new Map([['relu', value]]) });
    const [plain, first, second, other] = await Promise.all([
      evaluate(x, {}),
      replaced(),
      replaced(),
      evaluate(x, { replace: new Map([['relu', image(7, 8)]]) }),
    ]);
    expect(runs.map((run) => run.items)).toEqual([1, 2]);
    expect([plain, first, second, other].map((each) => [...each.logits.data])).toEqual([
      [1, 2],
      [5, 6],
      [5, 6],
      [7, 8],
    ]);
  });

  it('merges calls that are made a few promises later in the same turn', async () => {
    const { runs, evaluate } = recorder();
    const x = image(1, 2);
    const late = async () => {
      await Promise.resolve();
      await Promise.resolve();
      return evaluate(x, {});
    };
    await Promise.all([evaluate(x, { score: classScore(0), gradients: [wrtInput] }), late()]);
    expect(runs).toHaveLength(1);
  });

  it('rejects cancelled calls without running them, and still serves the others', async () => {
    const { runs, evaluate } = recorder();
    const controller = new AbortController();
    const cancelled = evaluate(image(1, 2), {}, controller.signal);
    const kept = evaluate(image(3, 4), {});
    controller.abort();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    expect([...(await kept).logits.data]).toEqual([3, 4]);
    expect(runs.map((run) => run.items)).toEqual([1]);
  });

  it('stops between the runs of one evaluation when it is cancelled', async () => {
    const controller = new AbortController();
    const { runBatch } = recorder();
    let runs = 0;
    const scheduler = new Scheduler(
      async (batch) => {
        if (++runs === 2) controller.abort();
        return runBatch(batch);
      },
      () => 1,
    );
    const request = requestOf(facts, image(1, 2, 3, 4, 5, 6, 7, 8), {});
    await expect(scheduler.evaluate(request, controller.signal)).rejects.toBeInstanceOf(CancelledError);
    expect(runs).toBe(2);
  });

  it('hands a failure to every caller of the run and goes on with the next', async () => {
    let fail = true;
    const { runBatch } = recorder();
    const scheduler = new Scheduler(
      async (batch) => {
        if (fail) throw new Error('out of memory');
        return runBatch(batch);
      },
      () => 8,
    );
    const ask = () => scheduler.evaluate(requestOf(facts, image(1, 2), {}));
    await expect(ask()).rejects.toThrow('out of memory');
    fail = false;
    expect([...(await ask()).logits.data]).toEqual([1, 2]);
  });

  it('refuses to hand out what was not asked for', async () => {
    const { evaluate } = recorder();
    const evaluation = await evaluate(image(1, 2), { score: classScore(0), gradients: [wrtInput] });
    expect(() => evaluation.activation('relu')).toThrow('not asked for');
    expect(() => evaluation.gradient({ wrt: 'relu' })).toThrow('not asked for');
    expect(() => evaluation.reference()).toThrow('not asked for');
  });
});

describe('requestOf', () => {
  const x = image(1, 2);
  it.each<readonly [string, FloatTensor, Probes, string]>([
    ['a class', x, { score: classScore(2) }, 'There is no class 2; the model has the classes 0 to 1.'],
    [
      'a weight',
      x,
      { score: { kind: 'classes', of: 'logit', weights: { 0: Number.NaN } } },
      'The weight of class 0 is NaN; it must be finite.',
    ],
    ['a layer', x, { activations: ['rel'] }, 'There is no layer “rel” in this model; did you mean “relu”?'],
    [
      'a gradient',
      x,
      { score: classScore(0), gradients: [{ wrt: '__proto__' }] },
      'There is no layer “__proto__” in this model; did you mean “relu”?',
    ],
    ['the input', float32([1, 3], new Float32Array(3)), {}, 'The shape of the input is 1×3; it must be n×2.'],
    ['no images', float32([0, 2], new Float32Array()), {}, 'There are no images to evaluate.'],
    [
      'a replaced value',
      x,
      { replace: new Map([['relu', float32([1, 3], new Float32Array(3))]]) },
      'The shape of the value for the layer “relu” is 1×3; it must be n×2.',
    ],
    [
      'the number of references',
      image(1, 2, 3, 4, 5, 6),
      { reference: image(1, 2, 3, 4) },
      '3 images are evaluated, and the reference is for 2; give one, or one for each image.',
    ],
    [
      'the number of scores',
      image(1, 2, 3, 4, 5, 6),
      { score: [classScore(0), classScore(1)] },
      'There are 2 scores for 3 images; give one, or one for each image.',
    ],
    [
      'scores of two kinds',
      x,
      { score: [classScore(0), classScore(1, 'probability')] },
      'The scores of one evaluation must be of one kind, and they are of “logit” and “probability”; ask for the others in an evaluation of their own.',
    ],
    [
      'a unit',
      x,
      { score: { kind: 'unit', layer: 'relu', index: [2] } },
      'The layer “relu” has no unit [2]; its shape is 2, counted from 0.',
    ],
    [
      'a channel',
      x,
      { score: { kind: 'unit', layer: 'relu', channel: -1, over: 'sum' } },
      'The layer “relu” has no channel -1; it has the channels 0 to 1.',
    ],
    [
      'a reference',
      x,
      { score: classScore(0), gradients: [{ wrt: 'input', rules: 'deep-lift' }] },
      'DeepLIFT compares with a reference input, and none was given.',
    ],
    [
      'two directions',
      x,
      {
        score: classScore(0),
        products: [
          { of: 'relu', wrt: 'relu', direction: image(1, 2) },
          { of: 'relu', wrt: 'input', direction: image(3, 4) },
        ],
      },
      'There are two of the direction at “relu”; ask for the second in an evaluation of its own.',
    ],
  ])('says what does not fit: %s', (_, input, probes, sentence) => {
    expect(() => requestOf(facts, input, probes)).toThrow(UsageError);
    expect(() => requestOf(facts, input, probes)).toThrow(sentence);
  });
});
