/** One network in the formats of the sample workspace: the whole way from the file to nine maps gives the same, under each library's layer names. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methods } from '../../src/engine/methods';
import { Engine } from '../../src/engine/service/engine';
import type { Prediction } from '../../src/shared/explanation/events';
import { cardFor } from '../../src/shared/question/card';
import type { Attribution } from '../../src/shared/results/attribution';
import { runtimes } from '../support/runtimes';

const sample = join(import.meta.dirname, '../../media/sample-workspace/formats');
const engine = new Engine(runtimes);
afterAll(() => engine.dispose());

interface Told {
  prediction?: Prediction;
  readonly attributions: Map<string, Attribution>;
}

async function explain(checkpoint: string): Promise<Told> {
  const told: Told = { attributions: new Map() };
  await engine.explain(
    {
      id: checkpoint,
      question: {
        checkpoint: join(sample, checkpoint),
        image: { path: join(sample, 'images/circle_watermark_0.png') },
        target: { kind: 'label', label: 'star' },
      },
      cards: methods.map(({ info }) => cardFor(info.id)),
    },
    (event) => {
      if (event.kind === 'prediction') told.prediction = event.prediction;
      if (event.kind === 'result') told.attributions.set(event.attribution.method, event.attribution);
      if (event.kind === 'failed') throw new Error(`${event.key}: ${event.message}`);
    },
    new AbortController().signal,
  );
  return told;
}

let onnx: Told;
beforeAll(async () => {
  onnx = await explain('last_e08.onnx');
});

/** Each library's name of the last activation. */
const formats = [
  ['last_e08.keras', 'layer3_1_relu2'],
  ['last_e08.pt2', 'relu_12'],
  ['last_e08_saved_model', 'StatefulPartitionedCall/shapesnet_1/layer3_1_relu2_1/Relu'],
] as const;

describe.each(formats)('%s', (checkpoint, layer) => {
  let told: Told;
  beforeAll(async () => {
    told = await explain(checkpoint);
  });

  it('gives the answer of the ONNX file', () => {
    const [a, b] = [onnx.prediction!, told.prediction!];
    expect(b.target.label).toBe('star');
    expect(b.target.logit).toBeCloseTo(a.target.logit, 4);
    expect(b.target.probability).toBeCloseTo(0.539, 3);
    expect(b.layer?.name).toBe(layer);
  });

  it.each(methods.map(({ info }) => info.id))('gives its %s', (method) => {
    const [a, b] = [onnx, told].map(({ attributions }) => attributions.get(method)!.map) as [
      Attribution['map'],
      Attribution['map'],
    ];
    expect({ ...b, data: null }).toEqual({ ...a, data: null });
    // Noise is drawn in the order of the input's axes: channels last, each pixel gets another.
    if (method === 'smoothgrad' && !checkpoint.endsWith('.pt2')) {
      expect(correlation(a.data, b.data)).toBeGreaterThan(0.9);
      return;
    }
    const largest = Math.max(...Array.from(a.data, Math.abs));
    const differences = a.data.map((value, i) => Math.abs(value - b.data[i]!));
    expect(Math.max(...differences)).toBeLessThan(1e-4 * largest);
  });
});

/** Cosine of the angle between two maps. */
function correlation(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
