/**
 * Logits, activations and gradients of every ONNX file in test/data/models against the numbers that PyTorch gave for them
 * (test/data/golden/forward.json; its README has the tolerances).
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/engine/files/npy';
import { readOnnx } from '../../src/engine/formats/onnx';
import { differentiate } from '../../src/engine/graph/autodiff/differentiate';
import { bind, isBatchPolymorphic } from '../../src/engine/graph/binding/bind';
import type { Graph } from '../../src/engine/graph/ir/graph';
import { type FloatTensor, float32, type Tensor } from '../../src/engine/graph/ir/tensor';
import { simplify } from '../../src/engine/graph/passes/simplify';
import { standard } from '../../src/engine/graph/rules/standard';
import { findDefaultLayer, listLayers } from '../../src/engine/model/analysis/layers';
import { findLogits } from '../../src/engine/model/analysis/logits';
import { unsupportedOperators } from '../../src/engine/model/analysis/unsupported';
import { modelFile } from '../support/modelFile';
import { eachRuntime } from '../support/runtimes';

interface GoldenRecord {
  readonly id: string;
  readonly dir: string;
  readonly target_index: number;
  readonly files: Readonly<Record<string, string>>;
  readonly layer_names: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Relative to the largest element of the reference. */
const tolerance = { output: 1e-5, activation: 1e-4, gradient: 1e-5 } as const;

/** What findDefaultLayer must answer where the choice is known. */
const defaultLayers: Readonly<Record<string, string>> = {
  'shapes_last_e08 last_e08.onnx': 'relu_12',
  'mobilenet_v1_025 model.onnx': 'hardtanh_26',
  'mobilenet_v1_025 model_external/model.onnx': 'hardtanh_26',
  'mobilenet_v1_025 model_ts13_bn.onnx': '/features/features.26/features.26.2/Clip_output_0',
  'tiny_densenet model.onnx': 'relu_12',
  'tiny_efficientnet model.onnx': 'silu_13',
  'tiny_mobilenet_v2 model.onnx': 'hardtanh_9',
  'tiny_mobilenet_v3 model.onnx': 'hardswish_7',
  'tiny_preact model.onnx': 'relu_6',
  'tiny_resnet_bottleneck model_raw.onnx': 'relu_12',
};

const data = new URL('../data/', import.meta.url);
const { records } = JSON.parse(readFileSync(new URL('golden/forward.json', data), 'utf8')) as {
  records: GoldenRecord[];
};
const cases = records.flatMap((record) =>
  Object.entries(record.layer_names)
    .filter(([file]) => file.endsWith('.onnx'))
    .map(([file, layers]) => ({ record, file, layers, title: `${record.id} ${file}` })),
);

async function array(path: string): Promise<FloatTensor> {
  return (await readNpy(new URL(path, data).pathname)) as FloatTensor;
}

/** Largest difference over the places where `where` holds, relative to the largest element of the reference. */
function difference(
  got: ArrayLike<number>,
  wanted: Float32Array,
  where: (index: number) => boolean = () => true,
): number {
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    scale = Math.max(scale, Math.abs(wanted[i] as number));
    const off = Math.abs((got[i] as number) - (wanted[i] as number));
    if (where(i) && !(off <= worst)) worst = off;
  }
  return worst / scale;
}

/** The first item of a batch. */
function firstItem(tensor: Tensor | undefined): Float32Array {
  const values = tensor?.data as Float32Array;
  return values.subarray(0, values.length / (tensor?.dims[0] ?? 1));
}

/** Two items: the golden input, and another image. */
function twoItems(input: FloatTensor): FloatTensor {
  const values = new Float32Array(input.data.length * 2);
  values.set(input.data);
  values.set(
    input.data.map((value) => 0.5 - 0.7 * value),
    input.data.length,
  );
  return float32([2, ...input.dims.slice(1)], values);
}

function oneHot(dims: readonly number[], target: number): FloatTensor {
  const values = new Float32Array(dims.reduce((product, length) => product * length, 1));
  const classes = values.length / (dims[0] as number);
  for (let item = 0; item < (dims[0] as number); item++) values[item * classes + target] = 1;
  return float32(dims, values);
}

function readsFrom(graph: Graph, value: string): readonly string[] {
  return graph.nodes.filter((node) => node.inputs.includes(value)).map((node) => node.op);
}

describe.each(eachRuntime)('golden logits, activations and gradients, on $id', ({ runtime }) => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(40);
  });

  it.each(cases)('$title', async ({ record, file, layers, title }) => {
    const checkpoint = await readOnnx(modelFile(`${record.dir}/${file}`));
    expect(unsupportedOperators(checkpoint.graph)).toEqual([]);
    const input = await array(record.files['input'] as string);
    const name = checkpoint.graph.inputs[0]?.name as string;
    const sizes = new Map([[name, input.dims]]);
    const graph = bind(checkpoint.graph, sizes);
    const polymorphic = isBatchPolymorphic(checkpoint.graph, sizes);
    const values = Object.values(layers);
    for (const value of values) expect(graph.types.has(value), `${value} is still there`).toBe(true);

    const output = graph.outputs[0] as string;
    const simple = simplify(graph, new Set([output, ...values]));
    const wrt = [name, ...values];
    const backward = differentiate(simple, { of: output, cotangent: 'cotangent', wrt, rules: standard });
    const gradientOf = (value: string) => backward.gradients.get(value) as string;
    const wanted = [output, ...values, ...wrt.map(gradientOf)];
    const program = await runtime.compile(backward.graph, wanted, { dynamicBatch: polymorphic });
    const outputDims = (graph.types.get(output)?.dims ?? []) as number[];

    for (const batch of polymorphic ? [1, 2] : [1]) {
      const feeds: Record<string, Tensor> = {
        [name]: batch === 1 ? input : twoItems(input),
        cotangent: oneHot([batch, ...outputDims.slice(1)], record.target_index),
      };
      const results = await program.run(feeds);
      const golden = await array((record.files['output'] ?? record.files['output0']) as string);
      expect(results[output]?.dims[0], 'batch of the output').toBe(batch);
      expect(difference(firstItem(results[output]), golden.data), 'output').toBeLessThanOrEqual(tolerance.output);
      const gradient = await array(record.files['grad_input'] as string);
      expect(difference(firstItem(results[gradientOf(name)]), gradient.data), 'input gradient').toBeLessThanOrEqual(
        tolerance.gradient,
      );
      for (const [key, value] of Object.entries(layers)) {
        if (!record.files[`act_${key}`]) continue;
        const activation = await array(record.files[`act_${key}`] as string);
        // Ties of an overlapping max-pool over zeros are resolved differently between frameworks.
        const pooled = readsFrom(graph, value).includes('MaxPool');
        const where = pooled ? (index: number) => activation.data[index] !== 0 : undefined;
        const own = await array(record.files[`grad_${key}`] as string);
        expect(difference(batchItem(results[value], batch), activation.data), `activation ${key}`).toBeLessThanOrEqual(
          tolerance.activation,
        );
        expect(
          difference(batchItem(results[gradientOf(value)], batch), own.data, where),
          `gradient ${key}`,
        ).toBeLessThanOrEqual(tolerance.gradient);
      }
    }
    await program.dispose();

    const logits = findLogits(graph);
    if ('reason' in logits) throw new Error(logits.reason);
    const wantedLayer = defaultLayers[title];
    const chosen = findDefaultLayer(graph, logits.name);
    if (wantedLayer) expect(chosen?.name).toBe(wantedLayer);
    if (process.env['VERBOSE']) {
      console.log(title, polymorphic ? '' : 'FIXED BATCH', logits, chosen, listLayers(graph).length);
    }
  });
});

/** The first item of a value whose batch may stand on any axis (windows of an image are items of their own). */
function batchItem(tensor: Tensor | undefined, batch: number): Float32Array {
  const values = tensor?.data as Float32Array;
  return values.subarray(0, values.length / batch);
}
