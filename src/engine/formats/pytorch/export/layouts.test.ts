import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { differentiate } from '../../../graph/autodiff/differentiate';
import { bind, isBatchPolymorphic } from '../../../graph/binding/bind';
import { float32, type Tensor } from '../../../graph/ir/tensor';
import { standard } from '../../../graph/rules/standard';
import { readCheckpoint } from '../../index';

const data = join(import.meta.dirname, '../../../../../test/data/pytorch');
type Numbers = Readonly<
  Record<'input' | 'output' | 'gradient', { readonly dims: number[]; readonly values: number[] }>
>;
const { input, output, gradient } = JSON.parse(readFileSync(join(data, 'exports.json'), 'utf8')) as Numbers;

function expectClose(got: Tensor | undefined, wanted: readonly number[]): void {
  const values = got?.data as Float32Array;
  const scale = Math.max(...wanted.map(Math.abs));
  expect(Math.max(...wanted.map((value, i) => Math.abs(value - (values[i] as number)))) / scale).toBeLessThanOrEqual(
    1e-5,
  );
}

/** Made by scripts/makeExports.py: one network, whose images may have any size. */
it.each([
  ['open.pt2', 'the operators of a training program', '8.'],
  ['core.pt2', 'core aten', '8.'],
  ['flat.pt2', 'the files of PyTorch 2.1 to 2.6', '7.3'],
  ['pickled.pt2', 'the pickles of PyTorch 2.7', '7.3'],
])('%s, %s', async (file, _, version) => {
  const { graph: read, details } = await readCheckpoint(join(data, file));
  expect(details['schema version']).toContain(version);
  expect(read.inputs.map(({ type }) => type)).toEqual([{ dtype: 'float32', dims: [null, 3, null, null] }]);
  const name = read.inputs[0]?.name as string;
  const sizes = new Map([[name, input.dims]]);
  expect(isBatchPolymorphic(read, sizes)).toBe(true);
  const graph = bind(read, sizes);
  const logits = graph.outputs[0] as string;
  const backward = differentiate(graph, { of: logits, cotangent: 'cotangent', wrt: [name], rules: standard });
  const wrt = backward.gradients.get(name) as string;
  const program = await usualRuntime.compile(backward.graph, [logits, wrt], { dynamicBatch: false });
  const results = await program.run({
    [name]: float32(input.dims, Float32Array.from(input.values)),
    cotangent: float32(output.dims, Float32Array.of(1, 0, 0, 0, 0)),
  });
  await program.dispose();
  expectClose(results[logits], output.values);
  expectClose(results[wrt], gradient.values);
});

it('nodes are called after the module that they were traced in', async () => {
  const { graph } = await readCheckpoint(join(data, 'open.pt2'));
  expect(graph.nodes.find(({ op }) => op === 'Conv')?.name).toBe('conv2d (first)');
});
