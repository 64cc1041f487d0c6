/** Whole networks as TensorFlow.js stores them, against TensorFlow's and Keras' answers with the same weights (scripts/makeTfjsModels.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usualRuntime } from '../../../../test/support/runtimes';
import { readNpy } from '../../files/npy';
import { bind } from '../../graph/binding/bind';
import { elementCount, float32 } from '../../graph/ir/tensor';
import { readCheckpoint } from '../index';

interface Network {
  readonly folder: string;
  readonly input: string;
  readonly output: readonly number[];
}

const data = join(import.meta.dirname, '../../../../test/data');
const networks = JSON.parse(readFileSync(join(data, 'tfjs/networks.json'), 'utf8')) as Network[];

it.each(networks)('$folder', async ({ folder, input, output }) => {
  const checkpoint = await readCheckpoint(join(data, 'tfjs', folder, 'model.json'));
  expect([checkpoint.format, checkpoint.hints.layout]).toEqual(['TensorFlow.js', 'NHWC']);
  const { dims, data: values } = await readNpy(join(data, input));
  const [, channels = 1, height = 1, width = 1] = dims;
  const area = height * width;
  const turned = Float32Array.from({ length: elementCount(dims) }, (_, i) =>
    Number(values[(i % channels) * area + Math.floor(i / channels)]),
  );
  const x = float32([1, height, width, channels], turned);
  const [{ name = '' } = {}] = checkpoint.graph.inputs;
  const graph = bind(checkpoint.graph, new Map([[name, x.dims]]));
  const program = await usualRuntime.compile(graph, graph.outputs);
  const results = await program.run({ [name]: x });
  await program.dispose();
  const actual = Array.from(results[graph.outputs[0] as string]?.data as Float32Array);
  const scale = Math.max(...output.map(Math.abs));
  expect(actual).toHaveLength(output.length);
  expect(Math.max(...output.map((value, i) => Math.abs(value - (actual[i] as number)))) / scale).toBeLessThan(1e-5);
});
