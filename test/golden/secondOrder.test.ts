/** Hessian–vector products of the small networks in test/data/models, by differentiating twice, against differences of the gradient. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/engine/files/npy';
import { readOnnx } from '../../src/engine/formats/onnx';
import { differentiate } from '../../src/engine/graph/autodiff/differentiate';
import { bind, isBatchPolymorphic } from '../../src/engine/graph/binding/bind';
import type { Graph } from '../../src/engine/graph/ir/graph';
import { fromNumbers, toNumbers } from '../../src/engine/graph/ir/numbers';
import { elementCount, type Tensor } from '../../src/engine/graph/ir/tensor';
import { removeDeadNodes } from '../../src/engine/graph/passes/removeDeadNodes';
import { simplify } from '../../src/engine/graph/passes/simplify';
import { standard } from '../../src/engine/graph/rules/standard';
import { findDefaultLayer } from '../../src/engine/model/analysis/layers';
import { inDouble, runsInDouble } from '../support/graph/inDouble';
import { randomNumbers } from '../support/graph/smallGraph';
import { modelFile } from '../support/modelFile';
import { usualRuntime } from '../support/runtimes';

interface GoldenRecord {
  readonly id: string;
  readonly dir: string;
  readonly target_index: number;
  readonly files: Readonly<Record<string, string>>;
  readonly layer_names: Readonly<Record<string, unknown>>;
}

const data = new URL('../data/', import.meta.url);
const { records } = JSON.parse(readFileSync(new URL('golden/forward.json', data), 'utf8')) as {
  records: GoldenRecord[];
};
const cases = records
  .filter((record) => record.id.startsWith('tiny_'))
  .flatMap((record) => {
    const [file] = Object.keys(record.layer_names).filter((name) => name.endsWith('.onnx'));
    return file ? [{ record, file, title: `${record.id} ${file}` }] : [];
  });

type Values = Readonly<Record<string, readonly number[]>>;

/** @param batch several items lie behind each other in the values. */
async function run(
  graph: Graph,
  outputs: readonly string[],
  values: Values,
  batch = 1,
): Promise<Record<string, number[]>> {
  const program = await usualRuntime.compile(graph, outputs, { threads: 1, dynamicBatch: batch > 1 });
  const feeds = program.inputs.map((name): [string, Tensor] => {
    const { dtype, dims } = graph.inputs.find((input) => input.name === name)?.type ?? { dtype: 'float32', dims: [] };
    const [n = 1, ...rest] = dims as readonly number[];
    return [name, fromNumbers(dtype, [n * batch, ...rest], values[name] as readonly number[])];
  });
  const results = await program.run(Object.fromEntries(feeds));
  await program.dispose();
  return Object.fromEntries(outputs.map((name) => [name, toNumbers(results[name] as Tensor)]));
}

/** The graph with a value of its own as a graph input, and nothing in front of it. */
function cutAt(graph: Graph, layer: string): Graph {
  const type = graph.types.get(layer);
  if (!type || graph.inputs.some((input) => input.name === layer)) return graph;
  const nodes = graph.nodes.filter((node) => !node.outputs.includes(layer));
  return removeDeadNodes({ ...graph, inputs: [...graph.inputs, { name: layer, type }], nodes });
}

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const difference = (a: readonly number[], b: readonly number[]) =>
  largest(a.map((value, index) => value - (b[index] as number)));

/** Element by element a + h·b. */
const shifted = (a: readonly number[], b: readonly number[], h: number) =>
  a.map((value, index) => value + h * (b[index] as number));

const sizeOf = (graph: Graph, name: string) => elementCount((graph.types.get(name)?.dims ?? []) as readonly number[]);

/** Networks that are not piecewise linear: their Hessian is not 0. */
const curved = [
  'tiny_activations',
  'tiny_binary_sigmoid',
  'tiny_convnext',
  'tiny_efficientnet',
  'tiny_mobilenet_v3',
  'tiny_softmax_inside',
  'tiny_swin',
  'tiny_vit',
  'tiny_vit_timm',
];

/**
 * Differences in float64 with steps of 1e-7 of the largest activation: short enough that no Relu or MaxPool switches on the way, and the
 * gradients' rounding of 1e-16, a few hundred operations deep, divided by the step stays below 1e-7 of the gradient.
 */
const step = 1e-7;
const tolerance = { curvature: 1e-5, rounding: 1e-6 } as const;

/** float32 rounds each of a few hundred operations by up to 6e-8, at random. */
const float32Tolerance = 2e-5;

describe('Hessian–vector products of whole networks', () => {
  it.each(cases)('$title', async ({ record, file }) => {
    const { graph: read } = await readOnnx(modelFile(`${record.dir}/${file}`));
    const input = await readNpy(new URL(record.files['input'] as string, data).pathname);
    const x = read.inputs[0]?.name as string;
    const sizes = new Map([[x, input.dims]]);
    const bound = bind(read, sizes);
    const of = bound.outputs[0] as string;
    const layer = findDefaultLayer(bound, of)?.name as string;
    const graph = simplify(bound, new Set([of, layer]));
    const u = Array.from({ length: sizeOf(graph, of) }, (_, index) => Number(index === record.target_index));
    const pixels = toNumbers(input);

    let bent = 0;
    for (const name of [x, layer]) {
      const part = cutAt(graph, name);
      const first = differentiate(part, { of, cotangent: 'u', wrt: [name], rules: standard, prefix: 'first' });
      const gradient = first.gradients.get(name) as string;
      const second = differentiate(first.graph, {
        of: gradient,
        cotangent: 'v',
        wrt: [name],
        rules: standard,
        prefix: 'second',
      });
      const product = second.gradients.get(name) as string;
      const activation = name === x ? pixels : ((await run(graph, [name], { [x]: pixels }))[name] as number[]);
      // At a layer its own activation, as Shapley-CAM has it: zeros stay zeros, which a MaxPool behind them may tie at.
      const random = randomNumbers(7);
      const v = name === x ? activation.map(() => 2 * random() - 1) : activation;
      const values = { [x]: pixels, [name]: activation, u, v };

      expect(runsInDouble(second.graph)).toBe(true);
      const single = (await run(second.graph, [product], values))[product] as number[];
      const double = (await run(inDouble(second.graph), [product], values))[product] as number[];
      const h = (step * largest(activation)) / largest(v);
      const gradientAt = async (offset: number) => {
        const there = { ...values, [name]: shifted(activation, v, offset) };
        return (await run(inDouble(first.graph), [gradient], there))[gradient] as number[];
      };
      const [above, below] = [await gradientAt(h), await gradientAt(-h)];
      const numeric = above.map((value, index) => (value - (below[index] as number)) / (2 * h));
      const scale = largest(numeric);
      bent = Math.max(bent, scale);

      const rounding = (tolerance.rounding * largest(above) * largest(v)) / largest(activation);
      expect(difference(double, numeric), `at ${name}`).toBeLessThanOrEqual(tolerance.curvature * scale + rounding);
      expect(difference(single, double), `at ${name}, float32`).toBeLessThanOrEqual(float32Tolerance * scale);

      if (name !== x || !isBatchPolymorphic(read, sizes)) continue;
      const other = { [x]: pixels.map((value) => 0.5 - 0.7 * value), u: u.map(() => 0.3), v: shifted(v, pixels, 0.5) };
      const pair = { [x]: [...pixels, ...(other[x] as number[])], u: [...u, ...other.u], v: [...v, ...other.v] };
      const both = (await run(second.graph, [product], pair, 2))[product] as number[];
      const alone = (await run(second.graph, [product], other))[product] as number[];
      const inBatch = [...single, ...alone];
      expect(difference(both, inBatch), 'two in a batch').toBeLessThanOrEqual(float32Tolerance * largest(inBatch));
    }
    expect(bent > 0).toBe(curved.includes(record.id));
  });
});
