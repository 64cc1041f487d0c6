import { describe, expect, it } from 'vitest';
import { QuadraticModel } from '../../../test/unit/quadraticModel';
import { MethodError } from '../../shared/errors';
import type { Parameters } from '../../shared/results/attribution';
import { float32 } from '../graph/ir/tensor';
import { findMethod } from '.';
import { createContext } from './context';
import type { MethodResult } from './method';
import { resolveParameters } from './parameters';
import { ReplaySource, SeededSource } from './random';

const signal = new AbortController().signal;

function run(
  model: QuadraticModel,
  image: readonly number[],
  id: string,
  parameters: Parameters = {},
  {
    target = 0,
    random = new SeededSource(0) as SeededSource | ReplaySource,
    black = null as readonly number[] | null,
  } = {},
): Promise<MethodResult> {
  const method = findMethod(id);
  const input = float32([1, ...model.input.dims], Float32Array.from(image));
  const layer = method.info.needsLayer ? 'features' : null;
  const context = createContext(model, input, { target, signal, black }, layer, random);
  return method.run(context, resolveParameters(method.info, null, parameters));
}

const values = (result: MethodResult) => [...result.map.data];
const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
};

/** Two channels of 1×3 pixels. */
const linear = [1, -2, 3, 10, 20, -30];
const square = [0.5, 0, 0, 0, 0, 1];
const image = [2, 4, 6, 1, 1, 2];
const slopes = [2, -2, 3, 10, 20, -28];
const colour = () => new QuadraticModel({ channels: 2, height: 1, width: 3, linear, square });

describe('gradient', () => {
  it('puts the channels last', async () => {
    const { map } = await run(colour(), image, 'gradient');
    expect(map).toMatchObject({ width: 3, height: 1, channels: 2 });
    expect([...map.data]).toEqual([2, 10, -2, 20, 3, -28]);
  });

  it('leaves the order of an NHWC model', async () => {
    const model = new QuadraticModel({ channels: 2, height: 1, width: 3, layout: 'NHWC', linear, square });
    expect(values(await run(model, image, 'gradient'))).toEqual(slopes);
  });

  it('takes absolute values, the largest channel, and scales', async () => {
    expect(values(await run(colour(), image, 'gradient', { absolute: true }))).toEqual([2, 10, 2, 20, 3, 28]);
    const parameters = { channels: 'max', normalise: 'min-max', epsilon: 0 };
    close(values(await run(colour(), image, 'gradient', parameters)), [0, 10 / 18, 1]);
  });

  it('keeps NaN visible', async () => {
    const model = new QuadraticModel({ channels: 2, height: 1, width: 1, linear: [Number.NaN, 1] });
    expect(values(await run(model, [1, 1], 'gradient', { channels: 'max' }))).toEqual([Number.NaN]);
  });

  it('says when the probability is saturated', async () => {
    const { notes } = await run(colour(), image, 'gradient', { scalar: 'probability' });
    expect(notes?.[0]).toMatch(/scalar=logit/);
    const model = new QuadraticModel({ height: 1, width: 1, linear: [1] });
    expect((await run(model, [0], 'gradient', { scalar: 'probability' })).notes).toEqual([]);
  });

  it('is multiplied by the input', async () => {
    expect(values(await run(colour(), image, 'gradient-x-input'))).toEqual([4, 10, -8, 20, 18, -56]);
  });

  it('is told when nothing is guided', async () => {
    expect((await run(colour(), image, 'guided-backprop')).notes?.[0]).toMatch(/no ReLU/);
  });
});

describe('smoothgrad', () => {
  const model = () => new QuadraticModel({ height: 1, width: 2, linear: [1, 0], square: [0, 2], batchSize: 2 });
  const draws = [0.5, 1, -0.5, -3, 1, 0.5];

  it.each([
    ['mean', {}, [1, 5]],
    ['squared', { summary: 'squared' }, [1, (64 + 0 + 49) / 3]],
    ['variance', { summary: 'variance' }, [0, (64 + 0 + 49) / 3 - 25]],
    ['absolute', { absolute: true }, [1, 5]],
    // Values beyond 0 … 3 come back to the bounds: x₂ becomes 3, 0, 3.
    ['clamped', { clamp: true }, [1, 4]],
  ])('%s', async (_, parameters, expected) => {
    const random = new ReplaySource(Float32Array.from(draws));
    const used = model();
    const result = await run(used, [0, 3], 'smoothgrad', { samples: 3, ...parameters }, { random });
    // Gradients at 2·(x₂ + noise): 8, 0, 7.
    close(values(result), expected);
    expect(random.left).toBe(0);
    expect(used.runs.map((each) => each.images)).toEqual([2, 1]);
  });

  it('scales its noise by the range of the image', async () => {
    const deviations: number[] = [];
    const random = {
      normal(count: number, deviation: number) {
        deviations.push(deviation);
        return new Float32Array(count);
      },
    } as ReplaySource;
    await run(model(), [-1, 3], 'smoothgrad', { samples: 1, noise: 0.25 }, { random });
    await run(model(), [-1, 3], 'smoothgrad', { samples: 1, noise: 0.25, noiseUnit: 'absolute' }, { random });
    expect(deviations).toEqual([1, 0.25]);
  });

  it('explains the cross-entropy with the sign turned round', async () => {
    const random = () => new ReplaySource(new Float32Array(2));
    const [loss] = values(
      await run(model(), [0.3, 0], 'smoothgrad', { samples: 1, scalar: 'cross-entropy' }, { random: random() }),
    );
    // d(−log σ(x))/dx = σ(x) − 1.
    expect(loss).toBeCloseTo(1 / (1 + Math.exp(-0.3)) - 1, 6);
  });
});

describe('integrated-gradients', () => {
  it('is complete on a quadratic, whatever the baseline', async () => {
    const choices: readonly Parameters[] = [
      {},
      { baseline: 'mean' },
      { baseline: 'value', baselineValue: -1 },
      { baseline: 'minimum' },
    ];
    for (const parameters of choices) {
      const result = await run(colour(), image, 'integrated-gradients', parameters);
      expect(Math.abs(result.convergenceDelta ?? Number.NaN)).toBeLessThan(1e-4);
      expect(result.notes).toEqual([]);
    }
  });

  it('gives a x + ½ b x² for each value from a zero baseline', async () => {
    const expected = [2 + 1, -8, 18, 10, 20, -60 + 2];
    const result = await run(colour(), image, 'integrated-gradients');
    close(values(result), [3, 10, -8, 20, 18, -58]);
    expect(expected.reduce((sum, value) => sum + value, 0)).toBeCloseTo(colour().score(Float32Array.from(image)), 6);
  });

  it('tells when the sum is far from the score', async () => {
    const model = new QuadraticModel({ height: 1, width: 1, linear: [0], square: [2] });
    // One point at the beginning of the path sees no slope at all.
    const result = await run(model, [3], 'integrated-gradients', { rule: 'left', steps: 1 });
    expect(result.convergenceDelta).toBeCloseTo(-9, 5);
    expect(result.notes?.[0]).toMatch(/sum to 0, .*difference .*\(9\) by 100 % of it: 1 steps are too few.*try 4/);
  });

  it('has no delta when it is not multiplied', async () => {
    const result = await run(colour(), image, 'integrated-gradients', {
      multiplyByInput: false,
      rule: 'right',
      steps: 1,
    });
    expect(result.convergenceDelta).toBeUndefined();
    close(values(result), [2, 10, -2, 20, 3, -28]);
  });

  it('needs the preprocessing for a black baseline', async () => {
    await expect(run(colour(), image, 'integrated-gradients', { baseline: 'black' })).rejects.toThrow(MethodError);
    const black = await run(colour(), image, 'integrated-gradients', { baseline: 'black' }, { black: [2, 1] });
    // Nothing is attributed where the image is black already.
    expect(values(black).map((value) => value === 0)).toEqual([true, true, false, true, false, false]);
  });
});

describe('class activation maps', () => {
  /** Two channels of 1×2 positions: A = [1, 2 | 3, 4], G = [1, 3 | −2, 1]. */
  const model = (height = 1, width = 2) => new QuadraticModel({ channels: 2, height, width, linear: [1, 3, -2, 1] });
  const activations = [1, 2, 3, 4];

  it('weighs by the mean gradient', async () => {
    const result = await run(model(), activations, 'grad-cam');
    // Weights 2 and −0.5.
    close(values(result), [0.5, 2]);
    expect(result.layerMap).toMatchObject({ width: 2, height: 1, channels: 1 });
    close(values(await run(model(), activations, 'grad-cam', { guidedGradients: true })), [2 + 1.5, 4 + 2]);
  });

  it('weighs by positive gradients, as in the paper', async () => {
    // α = G² / (2 G² + G³ ΣA): channel 1 with ΣA = 3: 1/5, 9/99; channel 2 with ΣA = 7: 1/9 for G = 1.
    const [first, second] = [1 / 5 + (9 / 99) * 3, 1 / 9];
    close(values(await run(model(), activations, 'grad-cam++')), [first + 3 * second, 2 * first + 4 * second]);
    // G² relu(G): 1 + 27 and 1.
    close(values(await run(model(), activations, 'grad-cam++', { weights: 'torchcam' })), [28 + 3, 56 + 4]);
  });

  it('weighs each activation by its own positive gradient', async () => {
    close(values(await run(model(), activations, 'layer-cam')), [1, 6 + 4]);
  });

  it('says when the ReLU leaves nothing', async () => {
    const result = await run(model(), [0, 0, 3, 4], 'grad-cam');
    close(values(result), [0, 0]);
    expect(result.notes?.[0]).toMatch(/≤ 0 before the ReLU \(raw range -2 … -1.5\).*“features”.*relu=false/);
    close(values(await run(model(), [0, 0, 3, 4], 'grad-cam', { relu: false })), [-1.5, -2]);
    const single = new QuadraticModel({ channels: 2, height: 1, width: 2, linear: [1, 3, -2, 1], classes: 1 });
    expect((await run(single, [0, 0, 3, 4], 'grad-cam')).notes?.[0]).toMatch(/one logit/);
  });

  it('says when the gradient is 0 at the layer', async () => {
    const { notes } = await run(model(), activations, 'grad-cam', {}, { target: 1 });
    expect(notes?.[0]).toMatch(/gradient is 0 everywhere at the layer “features”/);
  });
});

describe('occlusion', () => {
  /** Each pixel counts for itself, so that covering it with 0 lowers the score by its value. */
  const row = (width: number) =>
    new QuadraticModel({ height: 4, width, linear: new Array(4 * width).fill(1), batchSize: 3 });

  it('is the fall of the score under each window', async () => {
    const pixels = Array.from({ length: 16 }, (_, i) => i);
    const used = row(4);
    const parameters = { window: 2, stride: 2, patch: 'zero' };
    const falls = [0 + 1 + 4 + 5, 2 + 3 + 6 + 7, 8 + 9 + 12 + 13, 10 + 11 + 14 + 15];
    const expected = pixels.map((i) => falls[2 * Math.floor(i / 8) + Math.floor((i % 4) / 2)] ?? 0);
    close(values(await run(used, pixels, 'occlusion', parameters)), expected);
    expect(used.runs.map((each) => each.images)).toEqual([1, 3, 1]);
  });

  it('averages or sums windows that overlap, and cuts the last one off or leaves it out', async () => {
    const ones = new Array(20).fill(1);
    const parameters = { window: 2, stride: 2, patch: 'zero' };
    const top = async (more: Parameters) =>
      values(await run(row(5), ones, 'occlusion', { ...parameters, ...more })).slice(0, 5);
    close(await top({}), [4, 4, 4, 4, 2]);
    close(await top({ edges: 'inside' }), [4, 4, 4, 4, 0]);
    close(await top({ stride: 1, edges: 'inside' }), [4, 4, 4, 4, 4]);
    close(await top({ stride: 1, edges: 'inside', overlap: 'sum' }), [4, 8, 8, 8, 4]);
  });

  it('finds window and stride by itself and stays within a few hundred passes', async () => {
    const pixels = new Array(96 * 96).fill(1);
    const model = new QuadraticModel({ height: 96, width: 96, linear: pixels, batchSize: 32 });
    const { map } = await run(model, pixels, 'occlusion', { patch: 'zero' });
    // 15 × 15 windows of 12 × 12 pixels, and the whole image.
    expect(model.runs.reduce((sum, each) => sum + each.images, 0)).toBe(226);
    expect(new Set(map.data)).toEqual(new Set([144]));
  });

  it('sees nothing in a flat image when the baseline is its mean colour', async () => {
    expect(new Set(values(await run(row(4), new Array(16).fill(3), 'occlusion')))).toEqual(new Set([0]));
  });
});
