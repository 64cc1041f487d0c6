import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { runtimes } from '../../../../test/support/runtimes';
import type { Graph } from '../../graph/ir/graph';
import { LazyTensor } from '../../graph/ir/lazyTensor';
import { float32 } from '../../graph/ir/tensor';
import { encodeModel } from './encodeModel';
import { WeightFile } from './weightFile';

const side = 1600;

/** y = x·W with 10 MB of weights that are computed: W is 0 but for its diagonal, which holds 0, 1, 2 … */
function product(): { graph: Graph; made: () => number } {
  let made = 0;
  const weight = new LazyTensor('float32', [side, side], () => {
    made++;
    const data = new Float32Array(side * side);
    for (let i = 0; i < side; i++) data[i * side + i] = i;
    return data;
  });
  const type = { dtype: 'float32', dims: [1, side] } as const;
  const graph: Graph = {
    inputs: [{ name: 'x', type }],
    outputs: ['y'],
    nodes: [{ op: 'MatMul', name: '', inputs: ['x', 'W'], outputs: ['y'], attributes: {} }],
    constants: new Map([['W', weight]]),
    types: new Map([['y', type]]),
  };
  return { graph, made: () => made };
}

it('holds each tensor once, for all programs', () => {
  const file = new WeightFile();
  const { graph, made } = product();
  const first = encodeModel(graph, ['y'], true, true, file);
  const second = encodeModel(graph, ['y'], true, true, file);
  if (process.platform === 'win32') {
    expect(first.external).toHaveLength(1);
    return;
  }
  expect(first.external).toEqual([]);
  expect(made()).toBe(1);
  expect(second.model).toEqual(first.model);
  const [{ path } = { path: '' }] = first.files;
  const bytes = readFileSync(path);
  expect(bytes.byteLength).toBe(4 * side * side);
  expect(bytes.readFloatLE(4 * (7 * side + 7))).toBe(7);
  file.dispose();
  expect(existsSync(dirname(path))).toBe(false);
});

it('serves the runtime, and what is mapped stays when the file goes', async () => {
  const { runtime } = await runtimes.choose('auto');
  const weights = runtime.createWeightStore?.();
  const program = await runtime.compile(product().graph, ['y'], { weights, sharedWeights: true });
  weights?.dispose();
  const x = float32([1, side], new Float32Array(side).fill(2));
  const { y } = await program.run({ x });
  expect(y?.data.slice(0, 4)).toEqual(Float32Array.of(0, 2, 4, 6));
  await program.dispose();
});
