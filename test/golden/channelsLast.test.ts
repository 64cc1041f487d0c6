import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/engine/formats';
import type { Graph, Node } from '../../src/engine/graph/ir/graph';
import { float32 } from '../../src/engine/graph/ir/tensor';
import { methods } from '../../src/engine/methods';
import { encodeModel } from '../../src/engine/runtime/onnxruntime/encodeModel';
import { Engine } from '../../src/engine/service/engine';
import type { Prediction } from '../../src/shared/explanation/events';
import { cardFor } from '../../src/shared/question/card';
import type { Attribution } from '../../src/shared/results/attribution';
import { runtimes } from '../support/runtimes';

/*
 * The same network in another dress must give the same maps: here the shapes network as Keras exporters write one, with a
 * channels-last uint8 input, its preprocessing inside (Cast, Sub, Div) and a softmax at its end.
 */
const shapes = join(__dirname, '../../media/sample-workspace/shapes');
const engine = new Engine(runtimes);
const folder = mkdtempSync(join(tmpdir(), 'whylight-channels-last-'));
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function dressed(graph: Graph): Graph {
  const [input] = graph.inputs;
  const [logits] = graph.outputs;
  const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
    op,
    name: output,
    inputs,
    outputs: [output],
    attributes,
  });
  const perChannel = (values: number[]) => float32([3], Float32Array.from(values));
  return {
    inputs: [{ name: 'pixels', type: { dtype: 'uint8', dims: [null, 96, 96, 3] } }],
    outputs: ['probabilities'],
    nodes: [
      node('Cast', ['pixels'], 'float', { to: 1 }),
      node('Sub', ['float', 'mean_colour'], 'centred'),
      node('Div', ['centred', 'deviation'], 'normalised'),
      node('Transpose', ['normalised'], input!.name, { perm: [0, 3, 1, 2] }),
      ...graph.nodes,
      node('Softmax', [logits!], 'probabilities', { axis: -1 }),
    ],
    constants: new Map(graph.constants)
      .set('mean_colour', perChannel([0.485 * 255, 0.456 * 255, 0.406 * 255]))
      .set('deviation', perChannel([0.229 * 255, 0.224 * 255, 0.225 * 255])),
    types: new Map([['probabilities', { dtype: 'float32', dims: [null, 6] }]]),
  };
}

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
        checkpoint,
        image: { path: join(shapes, 'images/circle_watermark_0.png') },
        target: { kind: 'index', index: 3 },
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

let plain: Told;
let other: Told;
beforeAll(async () => {
  const { graph } = await readCheckpoint(join(shapes, 'last_e08.onnx'));
  const file = join(folder, 'dressed.onnx');
  const { model, external } = encodeModel(dressed(graph), ['probabilities'], true);
  writeFileSync(file, model);
  for (const { path, data } of external) writeFileSync(join(folder, path), data);
  plain = await explain(join(shapes, 'last_e08.onnx'));
  other = await explain(file);
});

it('finds the preprocessing inside, the layout and the logits', () => {
  expect(other.prediction?.input).toMatchObject({
    size: [96, 96, 3],
    guessed: false,
    preprocessing: { preset: 'raw-0-255' },
  });
  expect(other.prediction?.layer?.name).toBe('relu_12');
  expect(other.prediction?.target.logit).toBeCloseTo(plain.prediction!.target.logit, 4);
  expect(other.prediction?.target.probability).toBeCloseTo(plain.prediction!.target.probability, 5);
});

it.each(['grad-cam', 'grad-cam++', 'layer-cam'])('gives the same %s', (method) => {
  const [a, b] = [plain.attributions.get(method)!.map, other.attributions.get(method)!.map];
  const differences = a.data.map((value, i) => Math.abs(value - b.data[i]!));
  expect(Math.max(...differences)).toBeLessThan(1e-4 * Math.max(...a.data.map(Math.abs)));
});

it('gives the same gradient, in pixels where the other is in standard deviations', () => {
  const [a, b] = [plain.attributions.get('gradient')!.map, other.attributions.get('gradient')!.map];
  const std = [0.229 * 255, 0.224 * 255, 0.225 * 255];
  expect(b).toMatchObject({ width: 96, height: 96, channels: 3 });
  const differences = a.data.map((value, i) => Math.abs(value - b.data[i]! * std[i % 3]!));
  expect(Math.max(...differences)).toBeLessThan(1e-4 * Math.max(...a.data.map(Math.abs)));
});

it('draws all nine', () => {
  expect([...other.attributions.keys()].sort()).toEqual(methods.map(({ info }) => info.id).sort());
  for (const { map, min, max } of other.attributions.values()) {
    expect(map).toMatchObject({ width: 96, height: 96 });
    expect(max).toBeGreaterThan(min);
  }
});
