import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/formats';
import type { FloatTensor } from '../../../src/engine/graph/ir/tensor';
import { findMethod } from '../../../src/engine/methods';
import { createContext } from '../../../src/engine/methods/context';
import type { MethodResult, RandomSource } from '../../../src/engine/methods/method';
import { resolveParameters } from '../../../src/engine/methods/parameters';
import { ReplaySource } from '../../../src/engine/methods/random';
import { classScore } from '../../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../../src/engine/model/loaded/loadedModel';
import type { Runtime } from '../../../src/engine/runtime/runtime';
import type { Parameters, RawMap } from '../../../src/shared/results/attribution';
import { eachRuntime, only } from '../../support/runtimes';
import {
  array,
  cases,
  channelsFirst,
  channelsLast,
  type GoldenCase,
  inputOf,
  layerOf,
  namedLayers,
  onnxFiles,
  onnxLayer,
} from './cases';
import { compare, expectClose, report, type Tolerance } from './compare';
import { reproductionOf } from './requests';
import { type Change, hangsOnRounding } from './rounding';

/** A recorded case on one of the runtimes. */
interface Run extends GoldenCase {
  readonly on: string;
  readonly runtime: Runtime;
}

const runs = eachRuntime.flatMap(({ id: on, runtime }) => cases.map((each): Run => ({ ...each, on, runtime })));

const models = new Map<string, Promise<LoadedModel>>();

async function modelOf(golden: Run): Promise<{ model: LoadedModel; input: FloatTensor }> {
  const input = inputOf(golden);
  const [, , height = 0, width = 0] = input.dims;
  const key = `${golden.model} ${golden.on}`;
  const known = models.get(key);
  const fresh =
    known ??
    readCheckpoint(onnxFiles[golden.model]).then((each) =>
      LoadedModel.load(each, { runtimes: only(golden.runtime), height, width }),
    );
  models.set(key, fresh);
  return { model: await fresh, input };
}

afterAll(async () => {
  report();
  for (const model of models.values()) await (await model).dispose();
});

/** The saved noise, in the layout of the model's input. */
function replay({ draws, layout }: GoldenCase, input: FloatTensor): ReplaySource | null {
  const [saved] = draws ?? [];
  if (!saved) return null;
  const { data, dims } = array(saved);
  const [, channels = 0, height = 0, width = 0] = input.dims;
  expect(dims.slice(-3), `noise of a case recorded as ${layout}`).toEqual([height, width, channels]);
  return new ReplaySource(channelsFirst(data, height * width, channels));
}

const silent: RandomSource = {
  normal() {
    throw new Error('This method must not draw.');
  },
};

async function runCase(
  golden: Run,
  overrides: Parameters = {},
  change: Change = (model, input) => ({ model, input }),
): Promise<MethodResult> {
  const recordedOn = await modelOf(golden);
  const { model, input } = change(recordedOn.model, recordedOn.input);
  const { method: id, preset, parameters } = reproductionOf(golden);
  const method = findMethod(id);
  const random = replay(golden, input);
  const options = { target: golden.target, signal: new AbortController().signal };
  const context = createContext(model, input, options, layerOf(golden), random ?? silent);
  const result = await method.run(context, resolveParameters(method.info, preset, { ...parameters, ...overrides }));
  if (random) expect(random.left, 'draws that were not used').toBe(0);
  return result;
}

/** A recorded array with its channels last. */
function recorded(golden: GoldenCase, output: string): { values: Float32Array; channels: number } {
  const stored = golden.outputs[output];
  if (!stored) throw new Error(`${golden.id} has no output ${output}.`);
  const { data, dims } = array(stored);
  if (dims.length === 2) return { values: data, channels: 1 };
  const channelsAreFirst = golden.layout.startsWith('CHW');
  return {
    values: channelsAreFirst ? channelsLast(data, dims) : data,
    channels: (channelsAreFirst ? dims[0] : dims[2]) ?? 1,
  };
}

/** A map of one channel repeated for records that repeat it too. */
function withChannels(map: RawMap, channels: number): Float32Array {
  if (map.channels === channels) return map.data;
  expect(map.channels).toBe(1);
  return Float32Array.from({ length: map.data.length * channels }, (_, i) => map.data[Math.floor(i / channels)] ?? 0);
}

/** The map that a case's `main` records, of a changed run. */
async function changedResult(golden: Run, change: Change): Promise<RawMap> {
  return resultOf(await runCase(golden, {}, change), reproductionOf(golden).result);
}

/** The tolerance of a case: its own, or for the few that hang on rounding what rounding alone does to them. */
async function toleranceOf(golden: Run, result: RawMap): Promise<Tolerance> {
  const rounding = hangsOnRounding[golden.id];
  if (!rounding) return golden.tolerance;
  const tolerance = await rounding.tolerance(
    golden.tolerance,
    async (change) => compare(result.data, (await changedResult(golden, change)).data),
    async () => {
      const vanilla = cases.find((each) => each.id === golden.id.replace('smoothgrad', 'vanilla'));
      if (!vanilla) throw new Error(`${golden.id} has no plain gradient beside it.`);
      return (await runCase({ ...vanilla, on: golden.on, runtime: golden.runtime })).map;
    },
  );
  // It must explain the difference without hiding a real one.
  const allowed = tolerance.unstable_elements ? (tolerance.suggested_p99_abs ?? Number.NaN) : tolerance.suggested_abs;
  expect(allowed, `tolerance of ${golden.id}`).toBeLessThan(golden.tolerance.max_abs_value / 100);
  return tolerance;
}

function resultOf(result: MethodResult, which: 'map' | 'layerMap'): RawMap {
  const map = result[which];
  if (!map) throw new Error(`The method gave no ${which}.`);
  return map;
}

describe.each(runs.filter((each) => !each.id.endsWith('base.forward')))('$id on $on', (golden) => {
  it('has the recorded values', async () => {
    const { values, channels } = recorded(golden, 'main');
    const result = await runCase(golden);
    const map = resultOf(result, reproductionOf(golden).result);
    const difference = compare(withChannels(map, channels), values);
    expectClose(golden.id, difference, await toleranceOf(golden, map));
    if (hangsOnRounding[golden.id]) expect(difference.correlation).toBeGreaterThan(0.999);
  });

  if (golden.outputs['unnormalised']) {
    it('has the recorded values before scaling', async () => {
      const { values } = recorded(golden, 'unnormalised');
      const result = await runCase(golden, { normaliseLayer: 'none' });
      const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expectClose(`${golden.id} unnormalised`, compare(resultOf(result, 'layerMap').data, values), {
        suggested_abs: (golden.tolerance.suggested_abs / golden.tolerance.max_abs_value) * scale,
      });
    });
  }

  if (golden.outputs['upsampled']) {
    it('has the recorded values at input size', async () => {
      const { values } = recorded(golden, 'upsampled');
      const { map } = await runCase(golden);
      expectClose(`${golden.id} upsampled`, compare(map.data, values), golden.tolerance);
    });
  }

  if (golden.outputs['convergence_delta']) {
    it('has the recorded convergence delta', async () => {
      const { values } = recorded(golden, 'convergence_delta');
      const { convergenceDelta, map } = await runCase(golden);
      // The delta is a sum over all pixels: the roundings of the pixels (the case's tolerance) add up like a random walk,
      // and those of the two scores, which are of the order of the sum itself, come on top.
      const total = map.data.reduce((sum, value) => sum + Math.abs(value), 0);
      const { suggested_abs, suggested_p99_abs = suggested_abs } = golden.tolerance;
      const allowed = suggested_p99_abs * Math.sqrt(map.data.length) + 1e-6 * total;
      const difference = Math.abs((convergenceDelta ?? Number.NaN) - (values[0] ?? Number.NaN));
      expectClose(
        `${golden.id} delta`,
        { max: difference, p99: difference, correlation: 1 },
        { suggested_abs: allowed },
      );
    });
  }
});

describe.each(runs.filter((each) => each.id.endsWith('base.forward')))('$id on $on', (golden) => {
  it('has the recorded logits, probabilities, activations and gradients', async () => {
    const { model, input } = await modelOf(golden);
    const layers = Object.entries(namedLayers(golden.model)).filter(([key]) => golden.outputs[`activation_${key}`]);
    const probes = layers.map(([key, torch]) => {
      const wrt = onnxLayer(golden.model, torch);
      return { key, wrt, gradient: { wrt } };
    });
    expect(probes.length).toBeGreaterThan(0);
    const evaluation = await model.evaluate(input, {
      score: classScore(golden.target),
      activations: probes.map((probe) => probe.wrt),
      gradients: probes.map((probe) => probe.gradient),
    });
    const check = (output: string, values: Float32Array, relative: number) => {
      const expected = array(golden.outputs[output]!).data;
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expectClose(`${golden.id} ${output}`, compare(values, expected), { suggested_abs: relative * scale });
    };
    // The case's tolerance is for its logits; the others are relative to their own size, as in test/data/golden.
    check('main', evaluation.logits.data, golden.tolerance.suggested_abs / golden.tolerance.max_abs_value);
    check('softmax', evaluation.probabilities.data, 1e-5);
    for (const { key, wrt, gradient } of probes) {
      check(`activation_${key}`, evaluation.activation(wrt).data, 1e-4);
      check(`gradient_${key}`, evaluation.gradient(gradient).data, 1e-5);
    }
  });
});
