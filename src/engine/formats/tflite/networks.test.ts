/** Whole networks as the converter makes them, against the interpreter's answers (scripts/makeTfliteNetworks.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usualRuntime } from '../../../../test/support/runtimes';
import { readNpy } from '../../files/npy';
import { differentiate } from '../../graph/autodiff/differentiate';
import { bind } from '../../graph/binding/bind';
import { elementCount, float32, type Tensor } from '../../graph/ir/tensor';
import { standard } from '../../graph/rules/standard';
import { withFloatInput } from '../../model/analysis/imageInput';
import { findLogits } from '../../model/analysis/logits';
import { readCheckpoint } from '../index';

interface Network {
  readonly file: string;
  readonly input: string;
  readonly dtype: string;
  /** Steps of an input of integers. */
  readonly step: number;
  readonly zero: number;
  readonly outputs: readonly {
    readonly name: string;
    readonly step: number;
    readonly zero: number;
    readonly data: readonly number[];
  }[];
}

const data = join(import.meta.dirname, '../../../../test/data');
const networks = JSON.parse(readFileSync(join(data, 'tflite/networks.json'), 'utf8')) as Network[];

const ranges: Readonly<Record<string, readonly [number, number]>> = { uint8: [0, 255], int8: [-128, 127] };

/** The golden input, N×H×W×C, as the file takes it. */
async function inputOf({ input, dtype, step, zero }: Network): Promise<Tensor> {
  const { dims, data: values } = await readNpy(join(data, input));
  const [, channels = 1, height = 1, width = 1] = dims;
  const [low, high] = ranges[dtype] ?? [0, 0];
  const area = height * width;
  const turned = Float32Array.from({ length: elementCount(dims) }, (_, i) => {
    const value = Number(values[(i % channels) * area + Math.floor(i / channels)]);
    return dtype === 'float32' ? value : Math.min(Math.max(Math.round(value / step + zero), low), high);
  });
  return float32([1, height, width, channels], turned);
}

const largest = (values: readonly number[]) => values.indexOf(Math.max(...values));

it.each(networks)('$file', async (network) => {
  const { graph: unbound, notes } = await readCheckpoint(join(data, 'tflite', network.file));
  const [{ name = '' } = {}] = unbound.inputs;
  const x = await inputOf(network);
  const graph = bind(withFloatInput(unbound, name), new Map([[name, x.dims]]));
  const program = await usualRuntime.compile(graph, graph.outputs);
  const results = await program.run({ [name]: x });
  await program.dispose();
  const kind = network.file
    .replace(/\.tflite$/, '')
    .split('_')
    .at(-1) as string;
  expect(notes).toHaveLength(kind === 'float16' ? 0 : 1);
  network.outputs.forEach((output, index) => {
    const wanted = output.data.map((value) => (output.step > 0 ? (value - output.zero) * output.step : value));
    const values = results[graph.outputs.includes(output.name) ? output.name : (graph.outputs[index] as string)];
    const actual = Array.from(values?.data as Float32Array);
    const difference = Math.max(...wanted.map((value, i) => Math.abs(value - (actual[i] as number))));
    const scale = Math.max(...wanted.map(Math.abs));
    // Float: 1e-5. Integers: one step of the output, or of an 8-bit value in front of it. Weights as integers alone are computed
    // without the rounding of what they are multiplied with.
    const tolerance = { float16: 1e-5 * scale, dynamic: 5e-3 * scale, int16: 5e-4 * scale }[kind];
    expect(difference).toBeLessThan(tolerance ?? (output.step > 0 ? 1.01 * output.step : scale / 100));
    expect(largest(actual)).toBe(largest(wanted));
  });
});

it('gradients flow through quantised networks, from the scores in front of the last rounding', async () => {
  const network = networks.find(({ file }) => file === 'softmax_inside_uint8.tflite') as Network;
  const { graph: unbound } = await readCheckpoint(join(data, 'tflite', network.file));
  const [{ name = '', type } = {}] = unbound.inputs;
  expect(type?.dtype).toBe('uint8');
  const x = await inputOf(network);
  const graph = bind(withFloatInput(unbound, name), new Map([[name, x.dims]]));
  const logits = findLogits(graph);
  if ('reason' in logits) throw new Error(logits.reason);
  expect(logits.activation).toBe('softmax');
  const backward = differentiate(graph, { of: logits.name, cotangent: 'cotangent', wrt: [name], rules: standard });
  const gradient = backward.gradients.get(name) as string;
  const program = await usualRuntime.compile(backward.graph, [gradient]);
  const cotangent = float32([1, logits.classes], new Float32Array(logits.classes).fill(0).with(0, 1));
  const values = (await program.run({ [name]: x, cotangent }))[gradient]?.data as Float32Array;
  await program.dispose();
  expect(values.every(Number.isFinite)).toBe(true);
  expect(values.filter((value) => value !== 0).length).toBeGreaterThan(values.length / 2);
});
