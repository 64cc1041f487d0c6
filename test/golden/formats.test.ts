/**
 * The golden networks in every format but ONNX: each file gives the logits, activations and gradients that PyTorch (or Keras) gave for the network
 * (test/data/golden/README.md), under its own layer names. WHYLIGHT_MODELS: another folder with `models` in it.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/engine/files/npy';
import { differentiate } from '../../src/engine/graph/autodiff/differentiate';
import type { Graph } from '../../src/engine/graph/ir/graph';
import { type FloatTensor, float32, type Tensor } from '../../src/engine/graph/ir/tensor';
import { simplify } from '../../src/engine/graph/passes/simplify';
import { standard } from '../../src/engine/graph/rules/standard';
import { unsupportedOperators } from '../../src/engine/model/analysis/unsupported';
import { describeCheckpoint } from '../../src/engine/service/describeCheckpoint';
import { inspect } from '../../src/engine/service/inspect';
import type { Preprocessing } from '../../src/shared/question/preprocessing';
import { type GoldenFile, goldenFiles } from '../support/goldenFiles';
import { usualRuntime } from '../support/runtimes';
import transposesLeft from './transposes.json';

/** Relative to the largest element of the reference. */
const tolerance = { output: 1e-5, activation: 1e-4, gradient: 1e-5 } as const;

const files = goldenFiles(process.env['WHYLIGHT_MODELS']);
const data = join(import.meta.dirname, '../data');
const array = async (path: string): Promise<FloatTensor> => (await readNpy(join(data, path))) as FloatTensor;

function difference(got: ArrayLike<number>, wanted: Float32Array, where: (i: number) => boolean = () => true): number {
  expect(got.length).toBe(wanted.length);
  let [scale, worst] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    scale = Math.max(scale, Math.abs(wanted[i] as number));
    const off = Math.abs((got[i] as number) - (wanted[i] as number));
    if (where(i) && !(off <= worst)) worst = off;
  }
  return worst / scale;
}

/** A value of four axes with its channels at the end, or back. */
function turned(tensor: FloatTensor, perm: readonly number[]): FloatTensor {
  const { dims, data } = tensor;
  const strides = [1, 1, 1, 1];
  for (let axis = 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] as number) * (dims[axis + 1] as number);
  const to = perm.map((axis) => dims[axis] as number);
  const [a, b, c, d] = perm.map((axis) => strides[axis] as number) as [number, number, number, number];
  const result = new Float32Array(data.length);
  let place = 0;
  for (let i = 0; i < to[0]!; i++)
    for (let j = 0; j < to[1]!; j++)
      for (let k = 0; k < to[2]!; k++)
        for (let l = 0; l < to[3]!; l++) result[place++] = data[i * a + j * b + k * c + l * d] as number;
  return float32(to, result);
}

const toLast = [0, 2, 3, 1];
const toFirst = [0, 3, 1, 2];

/** A golden array with its axes as a value has them: images may be either way round, and what has one pixel lies the same in all. */
function fitted(golden: FloatTensor, dims: readonly number[]): FloatTensor {
  if (golden.dims.join() === dims.join() || golden.dims.length !== 4) return golden;
  for (const perm of [toLast, toFirst])
    if (perm.map((axis) => golden.dims[axis]).join() === dims.join()) return turned(golden, perm);
  return golden;
}

/** The value that the golden output stands for: the scores in front of a softmax that the record does not have. */
function golden(graph: Graph, logits: string, { record }: GoldenFile): string {
  const inside = ['tiny_softmax_inside', 'tiny_binary_sigmoid', 'tiny_keras_mix'].includes(record.id);
  return inside ? (graph.outputs[0] as string) : logits;
}

/** Of a network that takes any size, the size of its golden input. */
function sized({ dims }: FloatTensor): Preprocessing {
  const [height = 1, width = 1] = (dims[1] as number) <= 4 ? dims.slice(2) : dims.slice(1);
  const plain = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1], channelOrder: 'rgb', interpolation: 'bilinear' } as const;
  return { preset: 'custom', width, height, resize: 'stretch', ...plain };
}

describe('networks in other formats', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(process.env['WHYLIGHT_MODELS'] ? 115 : 95);
  });

  it.each(files)('$title', async (file) => {
    const { record, layers } = file;
    const given = await array(record.files['input'] as string);
    const { checkpoint, classifier, problem } = await describeCheckpoint(file.path, { preprocessing: sized(given) });
    if (problem) throw problem;
    if (!classifier) throw new Error('There is no classifier.');
    expect(unsupportedOperators(checkpoint.graph)).toEqual([]);
    const { graph, logits } = classifier.analysis;
    const { name } = classifier.input;
    const input = fitted(given, graph.types.get(name)?.dims as number[]);
    const values = [...layers.values()];
    for (const value of values) expect(graph.types.has(value), `${value} is there`).toBe(true);

    const output = golden(graph, logits.name, file);
    const simple = simplify({ ...graph, outputs: [output] }, new Set([output, ...values]));
    const wrt = [name, ...values];
    const backward = differentiate(simple, { of: output, cotangent: 'cotangent', wrt, rules: standard });
    const gradientOf = (value: string) => backward.gradients.get(value) as string;
    const program = await usualRuntime.compile(backward.graph, [output, ...values, ...wrt.map(gradientOf)], {});
    const outputDims = graph.types.get(output)?.dims as number[];
    const seed = new Float32Array(outputDims.reduce((a, b) => a * b, 1));
    seed[record.target_index] = 1;
    const results: Record<string, Tensor> = await program.run({ [name]: input, cotangent: float32(outputDims, seed) });
    await program.dispose();

    const expected = await array((record.files['output'] ?? record.files['output0']) as string);
    const got = (value: string) => results[value] as FloatTensor;
    expect(difference(got(output).data, expected.data), 'output').toBeLessThanOrEqual(tolerance.output);
    const compare = async (value: string, wanted: string, within: number, where?: (i: number) => boolean) => {
      const { dims, data } = got(value);
      expect(difference(data, fitted(await array(wanted), dims).data, where), wanted).toBeLessThanOrEqual(within);
    };
    await compare(gradientOf(name), record.files['grad_input'] as string, tolerance.gradient);
    for (const [layer, value] of layers) {
      const activation = record.files[`act_${layer}`] as string;
      await compare(value, activation, tolerance.activation);
      // Ties of an overlapping max-pool over zeros, padded ones too, are resolved differently between frameworks.
      const padded = graph.nodes.find((node) => node.op === 'Pad' && node.inputs[0] === value)?.outputs[0] ?? value;
      const pooled = graph.nodes.some(
        ({ op, inputs }) => op === 'MaxPool' && [value, padded].includes(inputs[0] ?? ''),
      );
      const own = got(value).data;
      const where = pooled ? (i: number) => own[i] !== 0 : undefined;
      await compare(gradientOf(value), record.files[`grad_${layer}`] as string, tolerance.gradient, where);
    }
  });

  /* Transposes that are left where a network computes channels last; a file that is not listed has channels first. */
  it.each(files)('$title: Transposes', async ({ title, path }) => {
    const { channelsLast } = await inspect(path);
    expect(channelsLast?.transposes ?? null).toBe((transposesLeft as Record<string, number>)[title] ?? null);
  });
});
