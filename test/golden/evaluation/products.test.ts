/**
 * Hessian–vector products of scores, by the input and by layers, against central differences of our own gradients in float64: the very
 * programs that a model compiles, run in float64, and what a loaded model answers in float32.
 */
import { describe, expect, it } from 'vitest';
import { fromNumbers, toNumbers } from '../../../src/engine/graph/ir/numbers';
import { elementCount, type FloatTensor, float32, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { INPUT, type Probes, type ProductProbe } from '../../../src/engine/model/evaluation/model';
import { requestOf } from '../../../src/engine/model/evaluation/request';
import { classScore, type Score } from '../../../src/engine/model/evaluation/score';
import { resultKeys } from '../../../src/engine/model/evaluation/spec';
import { buildProgram } from '../../../src/engine/model/programs/build';
import { UsageError } from '../../../src/shared/errors';
import { inDouble, runsInDouble } from '../../support/graph/inDouble';
import { randomNumbers } from '../../support/graph/smallGraph';
import { usualRuntime } from '../../support/runtimes';
import { type Asked, dot, tiny } from './models';

/** The program of an evaluation in float64; `changed` are other numbers for a feed. */
async function doubleProgram({ model, x }: Asked, probes: Probes) {
  const request = requestOf(model, x, probes);
  const input = model.graph.inputs[0]?.name as string;
  const built = buildProgram(model.graph, input, request.spec);
  expect(runsInDouble(built.graph)).toBe(true);
  const program = await usualRuntime.compile(inDouble(built.graph), built.outputs, { threads: 1 });
  return {
    request,
    async run(key: string, changed: ReadonlyMap<string, readonly number[]> = new Map()): Promise<number[]> {
      const feeds = program.inputs.map((name): [string, Tensor] => {
        const feed = built.feeds.get(name);
        if (!feed) throw new Error(`Nothing is fed to ${name}.`);
        const given = request.feeds.get(feed.key) as FloatTensor;
        return [name, fromNumbers('float64', given.dims, changed.get(feed.key) ?? Array.from(given.data))];
      });
      const results = await program.run(Object.fromEntries(feeds));
      return toNumbers(results[built.results.get(key) as string] as Tensor);
    },
    dispose: () => program.dispose(),
  };
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const uniform = (dims: readonly number[], random: () => number) =>
  float32(
    dims,
    Float32Array.from({ length: elementCount(dims) }, () => 2 * random() - 1),
  );

/** As in secondOrder.test.ts: short enough that no Relu switches on the way, and rounding stays below what is allowed. */
const step = 1e-7;
const tolerance = { curvature: 1e-5, rounding: 1e-6, float32: 2e-4 } as const;

/** Networks that are not piecewise linear, and scores of them. */
const cases: readonly (readonly [string, Score])[] = [
  ['mobilenet_v3', classScore(1)],
  ['vit', classScore(0)],
  ['vit_timm', classScore(0, 'log-probability')],
  ['efficientnet', classScore(2, 'probability')],
  ['resnet_bottleneck', classScore(1, 'probability')],
];

describe.each(cases)('%s', (name, score) => {
  it.each(['by the input', 'by a layer', 'mixed'] as const)('%s', async (which) => {
    const asked = await tiny(name);
    const { model, x, layer } = asked;
    const random = randomNumbers(7);
    const activation = (await model.evaluate(x, { activations: [layer] })).activation(layer);
    const of = which === 'by the input' ? INPUT : layer;
    const wrt = which === 'by a layer' ? layer : INPUT;
    const product: ProductProbe = { of, wrt, direction: uniform(of === INPUT ? x.dims : activation.dims, random) };
    // A layer is moved by replacing it.
    const replace = wrt === layer ? new Map([[layer, activation]]) : undefined;
    const probes = { score, products: [product], gradients: [{ wrt: of }], ...(replace && { replace }) };
    const { request, run, dispose } = await doubleProgram(asked, probes);
    const [spec] = request.spec.products;
    const [gradient] = request.spec.gradients;
    if (!spec || !gradient) throw new Error('Nothing was asked for.');
    const double = await run(resultKeys.product(spec));

    const moved = wrt === layer ? `replaced ${layer}` : 'input';
    const base = Array.from((wrt === layer ? activation : x).data);
    const v = (product.direction as FloatTensor).data;
    for (const direction of [uniform(x.dims, random), uniform(x.dims, random)]) {
      // ⟨product, u⟩ is the slope of ⟨gradient, v⟩ along u.
      const u = Array.from({ length: base.length }, (_, i) => direction.data[i % direction.data.length] as number);
      const h = (step * largest(base)) / largest(u);
      const slopeAt = async (offset: number) => {
        const there = base.map((value, i) => value + offset * (u[i] as number));
        return dot(await run(resultKeys.gradient(gradient), new Map([[moved, there]])), v);
      };
      const [above, below] = [await slopeAt(h), await slopeAt(-h)];
      const numeric = (above - below) / (2 * h);
      const terms = Math.sqrt(u.length) * largest(double) * largest(u);
      expect(terms).toBeGreaterThan(0);
      expect(Math.abs(dot(double, u) - numeric)).toBeLessThan(
        tolerance.curvature * terms + (tolerance.rounding * largest(u) * Math.abs(above)) / largest(base),
      );
    }
    await dispose();

    const evaluation = await model.evaluate(x, probes);
    const single = evaluation.product(product);
    const off = single.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (double[i] as number))), 0);
    expect(off).toBeLessThan(tolerance.float32 * largest(double));
    expect(single.dims).toEqual(wrt === INPUT ? x.dims : activation.dims);
    // Without the replacement the layer is the same.
    if (replace) {
      const through = (await model.evaluate(x, { score, products: [product] })).product(product).data;
      const apart = through.reduce((most, value, i) => Math.max(most, Math.abs(value - (double[i] as number))), 0);
      expect(apart).toBeLessThan(tolerance.float32 * largest(double));
    }
  });
});

describe('directions', () => {
  it('may be the value itself, as for Shapley-CAM, in one pass', async () => {
    const { model, x, layer } = await tiny('mobilenet_v3');
    const score = classScore(1);
    const itself: ProductProbe = { of: layer, wrt: layer, direction: 'value' };
    const once = await model.evaluate(x, {
      score,
      activations: [layer],
      gradients: [{ wrt: layer }],
      products: [itself],
    });
    const fed: ProductProbe = { ...itself, direction: once.activation(layer) };
    const twice = await model.evaluate(x, { score, products: [fed] });
    const [a, b] = [once.product(itself).data, twice.product(fed).data];
    expect(largest(a)).toBeGreaterThan(0);
    expect(largest(a.map((value, i) => value - (b[i] as number)))).toBeLessThan(1e-5 * largest(a));
  });

  it('are each image’s own', async () => {
    const asked = await tiny('mobilenet_v3');
    const { model, x } = asked;
    const random = randomNumbers(3);
    const both = uniform([2, ...x.dims.slice(1)], random);
    const product = (direction: FloatTensor): ProductProbe => ({ of: INPUT, wrt: INPUT, direction });
    const score = [classScore(0), classScore(1)];
    const together = (await model.evaluate(x, { score, products: [product(both)] })).product(product(both)).data;
    const size = x.data.length;
    for (const item of [0, 1]) {
      const direction = float32(x.dims, both.data.slice(item * size, (item + 1) * size));
      const alone = await model.evaluate(x, { score: classScore(item), products: [product(direction)] });
      const own = together.slice(item * size, (item + 1) * size);
      const expected = alone.product(product(direction)).data;
      expect(largest(own.map((value, i) => value - (expected[i] as number)))).toBeLessThan(1e-4 * largest(expected));
    }
  });

  it('are refused where the derivative has no meaning', async () => {
    const { model, x, layer } = await tiny('mobilenet_v3');
    const asked = model.evaluate(x, {
      score: classScore(0),
      products: [{ of: INPUT, wrt: layer, direction: 'value' }],
    });
    await expect(asked).rejects.toBeInstanceOf(UsageError);
    await expect(asked).rejects.toThrow(`The gradient by “input” has no derivative by “${layer}”`);
  });

  it('give 0 where the network is piecewise linear', async () => {
    const { model, x, layer } = await tiny('resnet_bottleneck');
    const product: ProductProbe = { of: layer, wrt: layer, direction: 'value' };
    const { data } = (await model.evaluate(x, { score: classScore(0), products: [product] })).product(product);
    expect(new Set(data.map(Math.abs))).toEqual(new Set([0]));
  });
});
