/** The files that the benchmark writes, read back: a small network of every kind of layer has the logits of its ONNX file in each format. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/engine/formats';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { channelsLast } from '../bench/formats/channelsLast';
import { type Network, NetworkDescription } from '../bench/formats/network/description';
import { writers } from '../bench/formats/writers';
import type { Writer } from '../bench/formats/writers/writer';
import { image } from '../bench/measure';
import { temporaryFolder } from '../support/folder';
import { runtimes } from '../support/runtimes';

function network(): Network {
  const net = new NetworkDescription([3, 21, 21]);
  const normalised = (name: string, x: string, to: number, options = {}) =>
    net.normalisation(`${name}_bn`, net.convolution(name, x, to, options));
  let x = net.relu('first_relu', normalised('first', 'input', 8, { kernel: 7, stride: 2 }));
  x = net.maxPool('pool', x, { kernel: 3, stride: 2, pad: 1 });
  const y = normalised('long', net.relu('wide_relu', net.convolution('wide', x, 12, { kernel: 3, bias: true })), 8);
  x = net.relu('both_relu', net.sum('both', y, normalised('short', x, 8)));
  x = net.relu('hidden_relu', net.dense('hidden', net.flatten('flatten', x), 9));
  net.dense('logits', x, 5);
  return net.finish('small', 'Small');
}

/** Ends in a mean over the pixels. */
function pooled(): Network {
  const net = new NetworkDescription([3, 9, 9]);
  const x = net.relu('relu', net.convolution('conv', 'input', 6, { kernel: 3, stride: 2, bias: true }));
  net.dense('logits', net.mean('mean', x), 4);
  return net.finish('pooled', 'Pooled');
}

async function logitsOf(writer: Writer, description: Network, name: string): Promise<readonly number[]> {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder);
  await writer.write(description, folder);
  const checkpoint = await readCheckpoint(join(folder, writer.main));
  const [height = 0, width = 0] = description.input.slice(1);
  const model = await LoadedModel.load(checkpoint, { runtimes, height, width });
  const input = image(description.input);
  const { logits } = await model.evaluate(model.input.layout === 'NCHW' ? input : channelsLast(input), {});
  await model.dispose();
  return [...logits.data];
}

const [onnx] = writers as [Writer];
const made: Readonly<Record<string, Network>> = { small: network(), pooled: pooled() };
const expected = new Map<string, readonly number[]>();

beforeAll(async () => {
  for (const [id, each] of Object.entries(made)) expected.set(id, await logitsOf(onnx, each, `${id}-onnx`));
});

it.each(writers.slice(1).flatMap((writer) => Object.keys(made).map((id) => ({ title: writer.title, writer, id }))))(
  '$title: $id',
  async ({ writer, id }) => {
    const description = made[id] as Network;
    const held = writer.holds?.(description);
    const wanted = held
      ? await logitsOf(onnx, held, `${id}-${writer.id}-held`)
      : (expected.get(id) as readonly number[]);
    const got = await logitsOf(writer, description, `${id}-${writer.id}`);
    const scale = Math.max(...wanted.map(Math.abs));
    expect(scale).toBeGreaterThan(0.01);
    expect(got).toHaveLength(wanted.length);
    got.forEach((value, i) => {
      expect(Math.abs(value - (wanted[i] as number)) / scale).toBeLessThanOrEqual(1e-5);
    });
  },
);
