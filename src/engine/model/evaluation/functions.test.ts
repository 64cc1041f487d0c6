import { expect, it } from 'vitest';
import { graphOf } from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { UsageError } from '../../../shared/errors';
import { bind } from '../../graph/binding/bind';
import { GraphBuilder } from '../../graph/inference/builder';
import { float32 } from '../../graph/ir/tensor';
import { entropy, type Head, type LogitFunction, logProbabilities, margins } from './functions';

/** The function's numbers for two images of four logits. */
async function valuesOf(made: LogitFunction, activation: Head['activation'], logits: readonly number[]) {
  const op = activation === 'softmax' ? 'Softmax' : 'Sigmoid';
  const small = { inputs: { z: [4] }, nodes: [{ op, inputs: ['z'], outputs: ['p'] }] };
  const builder = new GraphBuilder(bind(graphOf(small)), 'test/');
  const value = made.build(builder, { logits: 'z', probabilities: 'p', activation, classes: 4 });
  const program = await usualRuntime.compile(builder.finish([], [value]), [value], { dynamicBatch: true, threads: 1 });
  const results = await program.run({ z: float32([2, 4], Float32Array.from(logits)) });
  await program.dispose();
  expect(results[value]?.dims).toEqual([2, made.size(4)]);
  return Array.from(results[value]?.data as Float32Array);
}

const z = [0.3, -1.2, 2, 0.7, 40, -40, 0, 39];
const rows = [z.slice(0, 4), z.slice(4)];
const close = (got: readonly number[], wanted: readonly number[]) =>
  wanted.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, 4);
  });

const logSum = (row: readonly number[]) => {
  const top = Math.max(...row);
  return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
};
const softplus = (value: number) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));

it('log-probabilities, far from certainty and near it', async () => {
  close(
    await valuesOf(logProbabilities, 'softmax', z),
    rows.flatMap((row) => row.map((value) => value - logSum(row))),
  );
  close(
    await valuesOf(logProbabilities, 'sigmoid', z),
    z.map((value) => -softplus(-value)),
  );
});

it('entropies, in nats', async () => {
  const softmax = rows.map((row) =>
    row.reduce((sum, value) => sum - Math.exp(value - logSum(row)) * (value - logSum(row)), 0),
  );
  close(await valuesOf(entropy, 'softmax', z), softmax);
  const binary = (value: number) => softplus(value) - value / (1 + Math.exp(-value));
  close(
    await valuesOf(entropy, 'sigmoid', z),
    rows.map((row) => row.reduce((sum, value) => sum + binary(value), 0)),
  );
});

it('margins to the best other class, of equals too', async () => {
  close(await valuesOf(margins, 'softmax', [1, 5, 3, 5, 2, -1, 0, 1]), [-4, 0, -2, 0, 1, -3, -2, -1]);
});

it('has no margin without another class', () => {
  const builder = new GraphBuilder(
    bind(graphOf({ inputs: { z: [1] }, nodes: [{ op: 'Sigmoid', inputs: ['z'] }] })),
    't/',
  );
  const head = { logits: 'z', probabilities: 'v0', activation: 'sigmoid', classes: 1 } as const;
  expect(() => margins.build(builder, head)).toThrow(UsageError);
});
