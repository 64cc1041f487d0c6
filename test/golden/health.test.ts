/** The health check's statistics against NumPy's, from PyTorch's activations and gradients; and what it says of trained networks. */

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../src/engine/files/npy';
import { readCheckpoint } from '../../src/engine/formats';
import type { FloatTensor } from '../../src/engine/graph/ir/tensor';
import { checkModel } from '../../src/engine/health/check';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { Engine } from '../../src/engine/service/engine';
import type { ArrayHealth, LayerHealth } from '../../src/shared/results/health';
import { modelFile } from '../support/modelFile';
import { runtimes } from '../support/runtimes';

type Statistics = Pick<ArrayHealth, 'min' | 'max' | 'mean' | 'norm' | 'zero'>;

interface Golden {
  readonly model: string;
  readonly input: { readonly activation: Statistics; readonly gradient: Statistics };
  readonly layers: Readonly<
    Record<
      string,
      { readonly activation: Statistics; readonly gradient: Statistics; readonly dead: number; readonly stuck: number }
    >
  >;
}

const data = new URL('../data/', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('health/statistics.json', data), 'utf8')) as Record<string, Golden>;

/** Relative to the largest element (test/data/golden/README.md); sums of many elements agree at least as well. */
const tolerance = { activation: 1e-4, gradient: 1e-5 } as const;

function expectStatistics(got: ArrayHealth | null | undefined, wanted: Statistics, kind: keyof typeof tolerance): void {
  const scale = Math.max(Math.abs(wanted.min), Math.abs(wanted.max));
  for (const key of ['min', 'max', 'mean'] as const) {
    expect(Math.abs((got?.[key] ?? Number.NaN) - wanted[key]) / scale, key).toBeLessThan(tolerance[kind]);
  }
  expect(Math.abs((got?.norm ?? Number.NaN) / wanted.norm - 1), 'norm').toBeLessThan(tolerance[kind]);
  // A rectifier's zeros are exact; an element within rounding of 0 may fall on either side.
  expect(Math.abs((got?.zero ?? Number.NaN) - wanted.zero), 'zero').toBeLessThan(1e-4);
  expect([got?.nan, got?.infinite]).toEqual([0, 0]);
}

describe('statistics of layers', () => {
  it.each(Object.entries(golden))('%s', async (id, { model: path, input, layers }) => {
    const image = (await readNpy(new URL(`golden/${id}/input.npy`, data).pathname)) as FloatTensor;
    const [, , height = 0, width = 0] = image.dims;
    const checkpoint = await readCheckpoint(modelFile(path));
    const model = await LoadedModel.load(checkpoint, { runtimes, height, width });
    try {
      const report = await checkModel({ model, labels: null, image, target: { kind: 'top1' }, camLayer: null });
      expectStatistics(report.input.activation, input.activation, 'activation');
      expectStatistics(report.input.gradient, input.gradient, 'gradient');
      for (const [name, wanted] of Object.entries(layers)) {
        const layer = report.layers.find((each) => each.name === name) as LayerHealth;
        expectStatistics(layer.activation, wanted.activation, 'activation');
        expectStatistics(layer.gradient, wanted.gradient, 'gradient');
        expect(layer.units, name).toMatchObject({ dead: wanted.dead, stuck: wanted.stuck });
      }
      expect(report.findings).toEqual([]);
    } finally {
      await model.dispose();
    }
  });
});

describe('trained networks', () => {
  const samples = new URL('../../media/sample-workspace/', import.meta.url).pathname;
  const engine = new Engine(runtimes);
  afterAll(() => engine.dispose());
  const imagesIn = (folder: string): string[] =>
    readdirSync(`${samples}${folder}`).flatMap((name) =>
      /\.(png|jpg)$/.test(name) ? [`${samples}${folder}/${name}`] : [],
    );

  it.each([
    ['shapes/early_e02.onnx', 'shapes/images'],
    ['shapes/middle_e05.onnx', 'shapes/images'],
    ['shapes/last_e08.onnx', 'shapes/images'],
    ['imagenet/mobilenet_v1_025.onnx', 'imagenet'],
  ])('%s gives no alarm for any image', async (checkpoint, folder) => {
    const images = imagesIn(folder);
    expect(images.length).toBeGreaterThan(2);
    for (const path of images) {
      const params = { checkpoint: `${samples}${checkpoint}`, image: { path }, target: { kind: 'top1' } } as const;
      const { findings } = await engine.checkHealth(params, new AbortController().signal);
      expect(
        findings.filter(({ severity }) => severity !== 'note'),
        path,
      ).toEqual([]);
    }
  });
});
