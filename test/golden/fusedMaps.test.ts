/**
 * What users see of the checkpoints in test/data/fused: layers, health and maps, all through the engine as the command line asks it, and how
 * like the maps are to those of the network that each was made from.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileSource } from '../../src/engine/formats/kit/bytes/byteSource';
import { readModelProto } from '../../src/engine/formats/onnx/proto/modelProto';
import { methods } from '../../src/engine/methods';
import { Engine } from '../../src/engine/service/engine';
import type { Prediction } from '../../src/shared/explanation/events';
import { cardFor } from '../../src/shared/question/card';
import type { TargetRequest } from '../../src/shared/question/target';
import type { Attribution } from '../../src/shared/results/attribution';
import type { HealthReport } from '../../src/shared/results/health';
import { runtimes } from '../support/runtimes';

const data = join(__dirname, '../data');
const image = { path: join(data, 'images/chelsea_224.png') };
const engine = new Engine(runtimes);
const { signal } = new AbortController();
afterAll(() => engine.dispose());

/** The file that each was made from (test/data/fused/README.md). */
const origins: Readonly<Record<string, string>> = {
  vit_timm_optimizer: 'vit_timm/model_ts13',
  vit_timm_extended: 'vit_timm/model_ts13',
  efficientnet_extended: 'efficientnet/model',
  vgg_extended: 'vgg/model',
  mobilenet_v2_qdq: 'mobilenet_v2/model',
  squeezenet_qoperator: 'squeezenet/model',
  vit_timm_qoperator: 'vit_timm/model',
  squeezenet_dynamic: 'squeezenet/model',
};
const origin = (file: string) => join(data, `models/tiny/${origins[file]}.onnx`);
const fused = (file: string) => join(data, `fused/${file}.onnx`);

const isQuantised = (file: string) => /qdq|qoperator|dynamic/.test(file);

interface Told {
  readonly prediction: Prediction;
  readonly attributions: ReadonlyMap<string, Attribution>;
}

async function explain(checkpoint: string, ids: readonly string[], target: TargetRequest): Promise<Told> {
  const attributions = new Map<string, Attribution>();
  let prediction: Prediction | undefined;
  await engine.explain(
    { id: checkpoint, question: { checkpoint, image, target }, cards: ids.map(cardFor) },
    (event) => {
      if (event.kind === 'prediction') prediction = event.prediction;
      if (event.kind === 'result') attributions.set(event.attribution.method, event.attribution);
      if (event.kind === 'failed') throw new Error(`${event.key}: ${event.message}`);
    },
    signal,
  );
  return { prediction: prediction as Prediction, attributions };
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (u: Float32Array, v: Float32Array) => u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Names of all values that the file's own nodes compute. */
function valuesIn(path: string): ReadonlySet<string> {
  const source = new FileSource(path);
  try {
    const { graph } = readModelProto({ source, start: 0, end: source.size });
    return new Set(graph?.nodes.flatMap(({ outputs }) => outputs));
  } finally {
    source.close();
  }
}

it('knows where every file comes from', () => {
  const files = readdirSync(join(data, 'fused')).flatMap((name) => name.match(/^(.*)\.onnx$/)?.[1] ?? []);
  expect(files.sort()).toEqual(Object.keys(origins).sort());
});

/** The last map of each network, rounded where the file is quantised. */
const lastMap: Readonly<Record<string, string>> = {
  vit_timm_optimizer: '/patch_embed/Conv_output_0',
  vit_timm_extended: '/patch_embed/Conv_output_0',
  efficientnet_extended: 'silu_13',
  vgg_extended: 'relu_3',
  mobilenet_v2_qdq: 'hardtanh_9_DequantizeLinear_Output',
  squeezenet_qoperator: 'conv2d_10_quantized',
  vit_timm_qoperator: 'conv2d_quantized',
  squeezenet_dynamic: 'relu_10',
};

/** Least cosine between a map of a quantised network and that of the network before; the fused ones compute the same. */
const likeness: Readonly<Record<string, number>> = {
  'grad-cam': 0.99,
  'layer-cam': 0.99,
  'guided-backprop': 0.97,
  smoothgrad: 0.9,
  'integrated-gradients': 0.9,
  'grad-cam++': 0.8,
  gradient: 0.8,
  'gradient-x-input': 0.8,
  occlusion: 0.8,
};

describe.each(Object.keys(origins))('%s', (file) => {
  it('lists values of its own nodes, and the last map as the layer to explain', async () => {
    const { layers, defaultLayer } = await engine.inspect(fused(file));
    const own = valuesIn(fused(file));
    expect(layers.length).toBeGreaterThan(8);
    expect(layers.map(({ name }) => name).filter((name) => !own.has(name))).toEqual([]);
    expect(layers.find(({ name }) => name === lastMap[file])?.spatial).toBe(true);
    expect(defaultLayer?.name).toBe(lastMap[file]);
  });

  it('has the maps of the network it was made from', async () => {
    const ids = methods.map(({ info }) => info.id);
    const plain = await explain(origin(file), ids, { kind: 'top1' });
    const { index } = plain.prediction.target;
    const { attributions } = await explain(fused(file), ids, { kind: 'index', index });
    expect([...attributions.keys()].sort()).toEqual([...ids].sort());
    for (const [method, { map, min, max, notes }] of attributions) {
      const wanted = plain.attributions.get(method) as Attribution;
      expect(max, method).toBeGreaterThan(min);
      const least = isQuantised(file) ? (likeness[method] as number) : 0.99999;
      expect(cosine(map.data, wanted.map.data), method).toBeGreaterThan(least);
      if (method === 'guided-backprop') expect(notes).toEqual(wanted.notes);
    }
  });

  it('is as healthy as the network it was made from', async () => {
    const check = (checkpoint: string) => engine.checkHealth({ checkpoint, image, target: { kind: 'top1' } }, signal);
    const [plain, other] = [await check(origin(file)), await check(fused(file))];
    const told = ({ findings }: HealthReport) =>
      findings.map(({ severity, sentence }) => [severity, sentence.split(':')[0]]);
    expect(told(other)).toEqual(told(plain));
    expect(other.layers.filter(({ gradient }) => gradient === null || !(gradient.norm > 0))).toEqual([]);
    const units = (report: HealthReport) => report.layers.filter((layer) => layer.units !== null).length;
    if (!file.startsWith('vit')) expect(units(other)).toBe(units(plain));
  });
});
