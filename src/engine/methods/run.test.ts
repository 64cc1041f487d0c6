import { describe, expect, it, vi } from 'vitest';
import { QuadraticModel, type QuadraticOptions } from '../../../test/unit/quadraticModel';
import { CancelledError, MethodError, UnsupportedOperatorError } from '../../shared/errors';
import { cardFor, type MethodRequest } from '../../shared/question/card';
import type { Attribution, RawMap } from '../../shared/results/attribution';
import { float32 } from '../graph/ir/tensor';
import { methods } from '.';
import { type RunOptions, runMethods } from './run';

const side = 16;
const pixels = Array.from({ length: side * side }, (_, i) => (i % 7) - 2);
const image = float32([1, 1, side, side], Float32Array.from(pixels));
const model = (more: Partial<QuadraticOptions> = {}) =>
  new QuadraticModel({ height: side, width: side, linear: pixels.map((value) => value / 100), batchSize: 8, ...more });

interface Told {
  readonly started: string[];
  readonly results: Attribution[];
  readonly failed: { readonly key: string; readonly message: string; readonly error: unknown }[];
  readonly progress: {
    readonly key: string;
    readonly done: number;
    readonly total: number;
    readonly partial?: RawMap;
  }[];
}

async function run(
  used: QuadraticModel,
  requests: readonly MethodRequest[],
  more: Partial<RunOptions> = {},
): Promise<Told> {
  const told: Told = { started: [], results: [], failed: [], progress: [] };
  await runMethods(used, image, {
    requests,
    target: 0,
    defaultLayer: 'features',
    seed: 5,
    signal: new AbortController().signal,
    listener: {
      started: (key) => told.started.push(key),
      progress: (key, done, total, partial) => told.progress.push({ key, done, total, partial }),
      result: (attribution) => told.results.push(attribution),
      failed: (key, message, error) => told.failed.push({ key, message, error }),
    },
    ...more,
  });
  return told;
}

const ids = (methods: readonly string[]) => methods.map(cardFor);
const all = ids(methods.map((method) => method.info.id));
const onePass = ['gradient', 'gradient-x-input', 'guided-backprop', 'grad-cam', 'grad-cam++', 'layer-cam'];

describe('runMethods', () => {
  it('runs all methods and tells each result once, with its cost', async () => {
    const told = await run(model(), all);
    expect(told.failed).toEqual([]);
    expect(told.results.map((each) => each.method).sort()).toEqual(all.map((each) => each.method).sort());
    const cost = Object.fromEntries(told.results.map((each) => [each.method, each.evaluations]));
    for (const id of onePass) expect(cost[id]).toEqual({ forward: 0, gradient: 1 });
    expect(cost['smoothgrad']).toEqual({ forward: 0, gradient: 25 });
    expect(cost['integrated-gradients']).toEqual({ forward: 2, gradient: 32 });
    // 15 × 15 windows of 2 × 2 pixels and the whole image.
    expect(cost['occlusion']).toEqual({ forward: 226, gradient: 0 });
    for (const each of told.results) {
      expect(each.map.data).toHaveLength(side * side);
      expect(each.min).toBe(Math.min(...each.map.data));
      expect(each.max).toBe(Math.max(...each.map.data));
      expect(each.layer).toBe(/cam/.test(each.method) ? 'features' : null);
    }
  });

  it('answers the methods that look at the image itself with one pass', async () => {
    const used = model();
    await run(used, ids(onePass));
    expect(used.runs.map((each) => each.images)).toEqual([1]);
  });

  it('runs one method twice, each request under its own key, with one pass for both', async () => {
    const used = model();
    const { started, results, failed } = await run(used, [
      { key: 'a', method: 'grad-cam' },
      { key: 'b', method: 'grad-cam', parameters: { relu: false } },
      { key: 'c', method: 'grad-cam', layer: 'nowhere' },
    ]);
    expect(started).toEqual(['a', 'b']);
    expect(results.map(({ key, method, parameters }) => [key, method, parameters['relu']])).toEqual([
      ['a', 'grad-cam', true],
      ['b', 'grad-cam', false],
    ]);
    expect(failed.map(({ key }) => key)).toEqual(['c']);
    expect(used.runs).toHaveLength(1);
  });

  it('draws the same noise for the same seed, whatever else runs', async () => {
    const noisy = async (requests: readonly MethodRequest[], seed: number) =>
      (await run(model({ linear: [], square: pixels }), requests, { seed })).results.find(
        (each) => each.method === 'smoothgrad',
      )?.map.data;
    const alone = await noisy(ids(['smoothgrad']), 5);
    expect(await noisy(all, 5)).toEqual(alone);
    expect(await noisy(ids(['smoothgrad']), 6)).not.toEqual(alone);
  });

  it('keeps the request’s preset, parameters and layer', async () => {
    const { results } = await run(model(), [
      { ...cardFor('grad-cam'), preset: 'pair', parameters: { relu: false }, layer: 'features' },
    ]);
    expect(results[0]).toMatchObject({
      preset: 'pair',
      layer: 'features',
      parameters: { relu: false, upsampling: 'linear-mirror', normaliseLayer: 'max' },
    });
  });

  it('lets a request fail alone when it names what does not exist', async () => {
    const { results, failed } = await run(model(), [
      { ...cardFor('grad-cam'), layer: 'feature' },
      { ...cardFor('layer-cam'), layer: 'flat' },
      { ...cardFor('smoothgrad'), preset: 'torchcam' },
      { ...cardFor('occlusion'), parameters: { window: 2.5 } },
      { ...cardFor('scorecam') },
      { ...cardFor('gradient') },
    ]);
    expect(results.map((each) => each.method)).toEqual(['gradient']);
    expect(failed.map((each) => each.message)).toEqual([
      'There is no layer “feature” in this model; did you mean “features”?',
      'LayerCAM needs a layer with height and width, and “flat” (Gemm) has the shape 10; choose for example “features”.',
      'smoothgrad has no preset “torchcam”; it has “pair”, “captum”, “tf-explain”, “tf-keras-vis”.',
      'occlusion.window is 2.5; it must be a whole number from 0 to 4096.',
      expect.stringMatching(/no method “scorecam”.*The methods are/),
    ]);
    const without = await run(model(), ids(['grad-cam']), { defaultLayer: null });
    expect(without.failed[0]?.message).toBe(
      'Grad-CAM needs a layer and none was chosen; name one, for example “features”.',
    );
  });

  it('does not let one method’s failed evaluation fail those that shared the pass', async () => {
    const refused = new UnsupportedOperatorError('Foo', 'node_1', 'The operator Foo (node_1) has no gradient here.');
    const used = model({
      onRun(_, spec) {
        if (spec.gradients.some((probe) => probe.rules === 'guided')) throw refused;
      },
    });
    const { results, failed, started } = await run(used, all);
    expect(failed).toEqual([{ key: 'guided-backprop', message: refused.message, error: refused }]);
    expect(results).toHaveLength(8);
    expect(started).toHaveLength(9);
    expect(results.find((each) => each.method === 'gradient')?.evaluations).toEqual({ forward: 0, gradient: 1 });
  });

  it('tells a bug with its cause and goes on', async () => {
    const bug = new TypeError('x is undefined');
    const used = model({
      onRun(images) {
        if (images.dims[0] === 8) throw bug;
      },
    });
    const { results, failed } = await run(used, all);
    expect(failed.map((each) => each.key)).toEqual(['smoothgrad', 'integrated-gradients', 'occlusion']);
    expect(failed[0]).toMatchObject({
      message: 'smoothgrad stopped with an unexpected error: x is undefined',
      error: bug,
    });
    expect(results).toHaveLength(6);
  });

  it('reports blank maps in words', async () => {
    const { results } = await run(model({ linear: [] }), ids(['gradient', 'grad-cam']));
    expect(results[0]?.notes).toEqual(['All values are 0: the map is blank.']);
    expect(results[1]?.notes).toEqual([
      expect.stringMatching(/gradient is 0 everywhere at the layer “features”/),
      'All values are 0: the map is blank.',
    ]);
  });

  it('stops promptly when it is cancelled', async () => {
    const abort = new AbortController();
    const used = model({
      onRun() {
        if (used.runs.length === 3) abort.abort();
      },
    });
    await expect(run(used, all, { signal: abort.signal })).rejects.toThrow(CancelledError);
    expect(used.runs).toHaveLength(3);
    await expect(run(used, all, { signal: abort.signal })).rejects.toThrow(CancelledError);
    expect(used.runs).toHaveLength(3);
  });

  it('tells the progress of long methods with a map so far, at most every 200 ms', async () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const used = model({
        onRun() {
          now += 90;
        },
      });
      const { progress } = await run(used, ids(['smoothgrad', 'gradient']), {});
      // Batches of 8, 8, 8 and 1 end at 90, 180, 270 and 360 ms.
      expect(progress.map(({ key, done, total }) => ({ key, done, total }))).toEqual([
        { key: 'smoothgrad', done: 24, total: 25 },
      ]);
      expect(progress[0]?.partial?.data).toHaveLength(side * side);
    } finally {
      clock.mockRestore();
    }
  });

  it('never holds more images than one batch', async () => {
    const used = model({ batchSize: 5 });
    await run(used, all);
    expect(Math.max(...used.runs.map((each) => each.images))).toBe(5);
  });

  it('refuses a class that the model does not have', async () => {
    await expect(run(model(), all, { target: 2 })).rejects.toThrow(MethodError);
    await expect(run(model(), all, { target: 2 })).rejects.toThrow(
      'There is no class 2; the model has the classes 0 to 1.',
    );
  });
});
