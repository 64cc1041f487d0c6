/** MobileNetV1 as its makers published it, against the numbers of the same network in PyTorch (test/data/golden). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usualRuntime } from '../../../../test/support/runtimes';
import { readNpy } from '../../files/npy';
import { differentiate } from '../../graph/autodiff/differentiate';
import { bind } from '../../graph/binding/bind';
import { type FloatTensor, float32, type Tensor } from '../../graph/ir/tensor';
import { standard } from '../../graph/rules/standard';
import { readCheckpoint } from '../index';

const data = join(import.meta.dirname, '../../../../test/data');
const file = 'mobilenet_v1_0.25_224_1_default_1.tflite';
const { records } = JSON.parse(readFileSync(join(data, 'golden/forward.json'), 'utf8'));
const record = records.find((each: { id: string }) => each.id === 'mobilenet_v1_025');
const layers: Record<string, string> = record.layer_names[file];

const golden = async (key: string) => (await readNpy(join(data, record.files[key]))) as FloatTensor;

/** N×C×H×W as N×H×W×C. */
function channelsLast({ dims, data: values }: FloatTensor): FloatTensor {
  const [, channels = 1, height = 1, width = 1] = dims;
  const turned = new Float32Array(values.length);
  const area = height * width;
  values.forEach((value, i) => {
    turned[(i % area) * channels + Math.floor(i / area)] = value;
  });
  return float32([1, height, width, channels], turned);
}

/** Largest difference, relative to the largest number. */
function worst(actual: Tensor | undefined, expected: FloatTensor): number {
  const got = actual?.data as Float32Array;
  expect(got.length).toBe(expected.data.length);
  let [scale, difference] = [0, 0];
  expected.data.forEach((value, i) => {
    scale = Math.max(scale, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - (got[i] as number)));
  });
  return difference / scale;
}

/** In whichever order of axes the bound graph has it. */
function worstOfImage(actual: Tensor | undefined, expected: FloatTensor): number {
  return worst(actual, actual?.dims[1] === expected.dims[1] ? expected : channelsLast(expected));
}

it('gives the golden logits, activations and gradients under the names of its tensors', async () => {
  const { graph: unbound, hints, notes } = await readCheckpoint(join(data, record.dir, file));
  expect([notes, hints.layout]).toEqual([[], 'NHWC']);
  const x = channelsLast(await golden('input'));
  const [{ name: input = '' } = {}] = unbound.inputs;
  const graph = bind(unbound, new Map([[input, x.dims]]));
  const logits = layers['logits'] as string;
  const backward = differentiate(graph, { of: logits, cotangent: 'cotangent', wrt: [input], rules: standard });
  const gradient = backward.gradients.get(input) as string;
  const shown = Object.entries(layers).filter(([key]) => record.files[`act_${key}`]);
  const program = await usualRuntime.compile(backward.graph, [logits, gradient, ...shown.map(([, name]) => name)]);
  const cotangent = float32(
    [1, 1001],
    new Float32Array(1001).map((_, i) => (i === record.target_index ? 1 : 0)),
  );
  const results = await program.run({ [input]: x, cotangent });
  await program.dispose();
  expect(worst(results[logits], await golden('output'))).toBeLessThan(1e-5);
  expect(worstOfImage(results[gradient], await golden('grad_input'))).toBeLessThan(1e-5);
  expect(shown).toHaveLength(3);
  for (const [key, name] of shown) {
    expect(worstOfImage(results[name], await golden(`act_${key}`)), key).toBeLessThan(1e-4);
  }
});
