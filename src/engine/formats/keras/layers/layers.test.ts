/** Every layer and function of Keras that is read, against numbers that Keras made (scripts/makeKerasCases.py). */
import { expect, it } from 'vitest';
import { sample } from '../../../../../test/support/importCheck';
import { classesIn, type KerasCase, readKerasCases } from '../../../../../test/support/kerasCases';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { differentiate } from '../../../graph/autodiff/differentiate';
import { bind } from '../../../graph/binding/bind';
import type { Graph } from '../../../graph/ir/graph';
import { float32, type Tensor } from '../../../graph/ir/tensor';
import { standard } from '../../../graph/rules/standard';
import type { Json } from '../../kit/json/json';
import { importKerasModel } from '../importKerasModel';
import { namedWeights } from '../weights/namedWeights';
import { layerFamilies } from '.';

const cases = readKerasCases();
/** Relative to the largest element. */
const tolerance = 1e-5;

async function run(graph: Graph, wanted: readonly string[], feeds: Readonly<Record<string, Tensor>>) {
  const program = await usualRuntime.compile(graph, wanted, { threads: 1, dynamicBatch: false });
  const results = await program.run(
    Object.fromEntries(program.inputs.map((name): [string, Tensor] => [name, feeds[name] as Tensor])),
  );
  await program.dispose();
  return wanted.map((name) => results[name] as Tensor);
}

function expectSame(got: Tensor, wanted: Tensor, what: string): void {
  expect(got.dims, what).toEqual([...wanted.dims]);
  const [a, b] = [got.data as Float32Array, wanted.data as Float32Array];
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const worst = b.reduce((most, value, i) => {
    const off = Math.abs((a[i] as number) - value);
    return off <= most ? most : off;
  }, 0);
  expect(worst / scale, what).toBeLessThanOrEqual(tolerance);
}

it.each(cases)('$name', async ({ name, config, weights, inputs, output, gradient }: KerasCase) => {
  const { graph } = importKerasModel(config, namedWeights(weights, name), { name, kerasVersion: '3.15.1' });
  expect(graph.nodes.flatMap(({ name: node, unsupported }) => (unsupported ? [`${node} ${unsupported}`] : []))).toEqual(
    [],
  );
  const feeds = Object.fromEntries(graph.inputs.map((input, i): [string, Tensor] => [input.name, inputs[i] as Tensor]));
  const bound = bind(graph, new Map(graph.inputs.map((input, i) => [input.name, (inputs[i] as Tensor).dims])));
  const [of] = bound.outputs as [string];
  const [got] = await run(bound, [of], feeds);
  expectSame(got as Tensor, output, 'output');
  if (!gradient) return;
  const wrt = bound.inputs[0]?.name as string;
  const backward = differentiate(bound, { of, cotangent: 'cotangent', wrt: [wrt], rules: standard });
  const cotangent = sample(output.dims, 5);
  const [slope] = await run(backward.graph, [backward.gradients.get(wrt) as string], { ...feeds, cotangent });
  expectSame(slope as Tensor, gradient, 'gradient');
});

/** Classes that Keras 3 has no more; what they do of (−1, 0.5, 2) is computed by hand. */
const ofKeras2: readonly (readonly [
  className: string,
  settings: Readonly<Record<string, Json>>,
  values: readonly number[],
])[] = [
  ['ThresholdedReLU', { theta: 0.5 }, [0, 0, 2]],
  ['RandomHeight', { factor: 0.2 }, [-1, 0.5, 2]],
  ['RandomWidth', { factor: 0.2 }, [-1, 0.5, 2]],
];

it.each(ofKeras2)('%s of Keras 2', async (className, settings, values) => {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 3] } },
    { class_name: className, config: { name: 'a', ...settings } },
  ];
  const config = { class_name: 'Sequential', config: { name: 'model', layers } };
  const { graph } = importKerasModel(config, namedWeights(new Map(), ''), { name: '', kerasVersion: '2.15.0' });
  const x = float32([1, 3], Float32Array.of(-1, 0.5, 2));
  const [got] = await run(bind(graph), ['a'], { x });
  expect([...((got as Tensor).data as Float32Array)]).toEqual(values);
});

it('every class in the table has a case', () => {
  const held = new Set([
    ...cases.flatMap(({ config }) => classesIn(config)),
    ...ofKeras2.map(([className]) => className),
  ]);
  const families = Object.values(layerFamilies).flatMap((family) => Object.keys(family));
  expect(families.filter((className) => !held.has(className))).toEqual([]);
});
