/**
 * Shapley-CAM's weights, mean(G − ½·H·A), from a graph that is differentiated twice. pytorch-grad-cam's recorded ShapleyCAM maps of this network
 * are its GradCAM maps, because a network of convolutions and Relus has H = 0 (test/data/golden-methods stores equal arrays once).
 */

import { expect, it } from 'vitest';
import { readOnnx } from '../../../src/engine/formats/onnx';
import { differentiate } from '../../../src/engine/graph/autodiff/differentiate';
import { bind } from '../../../src/engine/graph/binding/bind';
import { type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';
import { standard } from '../../../src/engine/graph/rules/standard';
import { weightedSum } from '../../../src/engine/methods/cam';
import { upsample } from '../../../src/engine/methods/interpolation';
import { normalise } from '../../../src/engine/methods/pixels';
import { usualRuntime } from '../../support/runtimes';
import { array, cases, inputOf, layerOf, onnxFiles } from './cases';
import { compare, expectClose } from './compare';

it.each(['tinyseq/a/pgc.gradcam', 'tinyseq/a/pgc.gradcam.mid'])('%s', async (id) => {
  const golden = cases.find((each) => each.id === id);
  if (!golden) throw new Error(`There is no case ${id}.`);
  const layer = layerOf(golden) as string;
  const { graph: read } = await readOnnx(onnxFiles[golden.model]);
  const input = inputOf(golden);
  const x = read.inputs[0]?.name as string;
  const graph = bind(read, new Map([[x, input.dims]]));
  const of = graph.outputs[0] as string;
  const first = differentiate(graph, { of, cotangent: 'target', wrt: [layer], rules: standard, prefix: 'first' });
  const gradient = first.gradients.get(layer) as string;
  const second = differentiate(first.graph, {
    of: gradient,
    cotangent: 'A',
    wrt: [layer],
    rules: standard,
    prefix: 'second',
  });
  const product = second.gradients.get(layer) as string;

  const program = await usualRuntime.compile(second.graph, [layer, gradient, product], { threads: 1 });
  const classes = graph.types.get(of)?.dims?.[1] as number;
  const target = float32(
    [1, classes],
    Float32Array.from({ length: classes }, (_, c) => Number(c === golden.target)),
  );
  const dims = graph.types.get(layer)?.dims as readonly number[];
  const [, channels = 1, height = 1, width = 1] = dims;
  const zeros = float32(dims, new Float32Array(channels * height * width));
  const { [layer]: activation = zeros } = await program.run({ [x]: input, target, A: zeros });
  const results = await program.run({ [x]: input, target, A: activation });
  await program.dispose();

  const [a, g, ha] = [layer, gradient, product].map((name) => (results[name] as FloatTensor).data);
  if (!a || !g || !ha) throw new Error('A value is missing.');
  expect(new Set(ha.map(Math.abs))).toEqual(new Set([0]));
  const area = height * width;
  const weights = Array.from({ length: channels }, (_, k) => {
    let sum = 0;
    for (let i = k * area; i < (k + 1) * area; i++) sum += (g[i] as number) - 0.5 * (ha[i] as number);
    return sum / area;
  });
  const values = { channels, height, width, activation: a, gradient: g };
  const cam = weightedSum(values, weights).map((value) => Math.max(value, 0));
  const small = normalise({ data: cam, width, height, channels: 1 }, 'min-max', 1e-7);
  const [, , h = 1, w = 1] = input.dims;
  const map = normalise(upsample(small, w, h, 'linear'), 'min-max', 1e-7);
  expectClose(id, compare(map.data, array(golden.outputs['main'] as never).data), golden.tolerance);
});
