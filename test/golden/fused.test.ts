/**
 * Checkpoints that onnxruntime has fused or quantised (test/data/fused). The fused ones give the logits and gradients that PyTorch gave for the
 * network they were made from; the quantised ones the logits that onnxruntime gives for the file as it is.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/engine/files/npy';
import { readOnnx } from '../../src/engine/formats/onnx';
import { differentiate } from '../../src/engine/graph/autodiff/differentiate';
import { bind, isBatchPolymorphic } from '../../src/engine/graph/binding/bind';
import { type FloatTensor, float32, type Tensor } from '../../src/engine/graph/ir/tensor';
import { simplify } from '../../src/engine/graph/passes/simplify';
import { standard } from '../../src/engine/graph/rules/standard';
import { findLogits, type Logits } from '../../src/engine/model/analysis/logits';
import { Original } from '../support/importCheck';
import { usualRuntime } from '../support/runtimes';

const data = new URL('../data/', import.meta.url);
const { records } = JSON.parse(readFileSync(new URL('golden/forward.json', data), 'utf8')) as {
  records: { readonly id: string; readonly target_index: number; readonly files: Readonly<Record<string, string>> }[];
};
function recordOf(file: string) {
  const network = file.split('_').slice(0, -1).join('_');
  const record = records.find(({ id }) => id === `tiny_${network}`);
  if (!record) throw new Error(`There are no numbers for ${network}.`);
  return record;
}

const array = async (path: string) => (await readNpy(new URL(path, data).pathname)) as FloatTensor;

/** Largest difference, relative to the largest element of the reference. */
function difference(got: Float32Array, wanted: Float32Array): number {
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] as number))), 0) / scale;
}

/** The output for the second item of a batch, and its gradient of one logit. */
async function explain(file: string) {
  const record = recordOf(file);
  const path = new URL(`fused/${file}.onnx`, data).pathname;
  const { graph, notes } = await readOnnx(path);
  const input = graph.inputs[0]?.name as string;
  const x = await array(record.files['input'] as string);
  const sizes = new Map([[input, x.dims]]);
  expect(isBatchPolymorphic(graph, sizes)).toBe(true);
  const bound = simplify(bind(graph, sizes), new Set());
  const { name, classes } = findLogits(bound) as Logits;
  const output = bound.outputs[0] as string;
  const backward = differentiate(bound, { of: name, cotangent: 'cotangent', wrt: [input], rules: standard });
  const gradient = backward.gradients.get(input) as string;
  const program = await usualRuntime.compile(backward.graph, [...new Set([name, output, gradient])], {
    dynamicBatch: true,
    threads: 1,
  });
  const two = new Float32Array(2 * x.data.length);
  two.set(x.data);
  // The first image is another one: what is in a batch must not matter.
  for (let i = 0; i < x.data.length; i++) two[i] = -0.5 * (x.data[i] as number);
  two.set(x.data, x.data.length);
  const cotangent = new Float32Array(2 * classes);
  cotangent[classes + record.target_index] = 1;
  const result = await program.run({
    [input]: float32([2, ...x.dims.slice(1)], two),
    cotangent: float32([2, classes], cotangent),
  });
  await program.dispose();
  const second = (tensor: Tensor | undefined) => {
    const values = tensor?.data as Float32Array;
    return values.subarray(values.length / 2);
  };
  const both = result[gradient]?.data as Float32Array;
  expect(both.subarray(0, x.data.length).every((value) => value === 0)).toBe(true);
  return { record, path, input, x, notes, output: second(result[output]), gradient: second(result[gradient]), graph };
}

describe('fused checkpoints', () => {
  it.each(['vit_timm_optimizer', 'vit_timm_extended', 'efficientnet_extended', 'vgg_extended'])('%s', async (file) => {
    const { record, output, gradient, graph, notes } = await explain(file);
    expect(graph.nodes.filter((node) => node.op.includes('::'))).toEqual([]);
    expect(notes).toEqual([]);
    expect(difference(output, (await array(record.files['output'] as string)).data)).toBeLessThan(1e-5);
    expect(difference(gradient, (await array(record.files['grad_input'] as string)).data)).toBeLessThan(1e-5);
  });
});

describe('quantised checkpoints', () => {
  it.each([
    ['mobilenet_v2_qdq', 0.8, 1e-5],
    ['squeezenet_qoperator', 0.6, 1e-5],
    // One sum lies between two steps and is rounded the other way: that makes two steps of some logits in the end.
    ['vit_timm_qoperator', 0.8, 0.021],
    ['squeezenet_dynamic', 0.8, 1e-5],
  ] as const)('%s', async (file, likeness, tolerance) => {
    const { record, path, input, x, output, gradient, notes } = await explain(file);
    const original = await Original.open(readFileSync(path));
    const [wanted] = Object.values(await original.run({ [input]: x }));
    await original.close();
    expect(difference(output, wanted?.data as Float32Array)).toBeLessThan(tolerance);
    expect(notes).toHaveLength(file.endsWith('qdq') ? 0 : 1);
    // Straight through the steps, the gradient is like that of the network before it was quantised.
    const reference = (await array(record.files['grad_input'] as string)).data;
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
    const cosine = dot(gradient, reference) / Math.sqrt(dot(gradient, gradient) * dot(reference, reference));
    expect(cosine).toBeGreaterThan(likeness);
  });
});
