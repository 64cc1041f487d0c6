import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { Original } from '../../../../test/support/importCheck';
import { encodeTestModel, type Model } from '../../../../test/support/onnxModel';
import { runtimes, usualRuntime } from '../../../../test/support/runtimes';
import { node, numbers } from '../../../../test/support/smallNetwork';
import { readCheckpoint } from '../../formats';
import { bind } from '../../graph/binding/bind';
import { LazyTensor } from '../../graph/ir/lazyTensor';
import { type FloatTensor, int64 } from '../../graph/ir/tensor';
import { classScore } from '../evaluation/score';
import { MemoryBudget } from '../programs/memoryBudget';
import { computeConstants } from './computeConstants';
import { LoadedModel } from './loadedModel';

/* Weights that a network standardises itself, as NFNets do. */

const folder = temporaryFolder();
const size = 4;
const pixels = numbers([1, 64, size, size]) as FloatTensor;

/** (w − mean) / √variance · gain for a kernel of 73,728 numbers, more than are evaluated while binding. */
const standardised: Model = {
  opset: 18,
  inputs: { image: { dims: ['batch', 64, size, size] } },
  outputs: { logits: { dims: ['batch', 5] } },
  initializers: {
    w: numbers([128, 64, 3, 3]),
    gain: numbers([128, 1, 1, 1]),
    axes: int64([3], [1, 2, 3]),
    classWeight: numbers([5, 128]),
  },
  nodes: [
    node('ReduceMean', ['w', 'axes'], 'mean', { keepdims: { i: 1 } }),
    node('Sub', ['w', 'mean'], 'centred'),
    node('Mul', ['centred', 'centred'], 'squares'),
    node('ReduceMean', ['squares', 'axes'], 'variance', { keepdims: { i: 1 } }),
    node('Sqrt', ['variance'], 'deviation'),
    node('Div', ['centred', 'deviation'], 'standard'),
    node('Mul', ['standard', 'gain'], 'kernel'),
    node('Conv', ['image', 'kernel'], 'conv', { pads: { ints: [1, 1, 1, 1] } }),
    node('Softplus', ['conv'], 'features'),
    node('GlobalAveragePool', ['features'], 'pooled'),
    node('Flatten', ['pooled'], 'vector'),
    node('Gemm', ['vector', 'classWeight'], 'logits', { transB: { i: 1 } }),
  ],
};

const file = join(folder, 'standardised.onnx');
writeFileSync(file, encodeTestModel(standardised));

const dataOf = (tensor: { readonly data: ArrayLike<number | bigint | string> } | undefined) =>
  Array.from(tensor?.data ?? [], Number);

describe('constants that a network computes', () => {
  it('become constants of the loaded graph, from which nothing leads to them', async () => {
    const checkpoint = await readCheckpoint(file);
    expect(
      bind(checkpoint.graph).nodes.some(({ op }) => op === 'ReduceMean'),
      'left by binding',
    ).toBe(true);
    const model = await LoadedModel.load(checkpoint, { runtimes, height: size, width: size, threads: 1 });
    const operators = model.graph.nodes.map(({ op }) => op);
    expect(operators.slice(0, 2)).toEqual(['Conv', 'Softplus']);
    expect(operators).not.toContain('ReduceMean');
    expect(model.graph.constants.has('kernel')).toBe(true);
    expect(model.graph.constants.has('w')).toBe(false);
    await model.dispose();
  });

  it('give the logits of the file, and a gradient that differences give', async () => {
    const original = await Original.open(encodeTestModel(standardised));
    const wanted = dataOf((await original.run({ image: pixels }))['logits']);
    const model = await LoadedModel.load(await readCheckpoint(file), {
      runtimes,
      height: size,
      width: size,
      threads: 1,
    });
    const score = classScore(2);
    const evaluation = await model.evaluate(pixels, { score, gradients: [{ wrt: 'input' }] });
    const got = dataOf(evaluation.logits);
    const largest = Math.max(...wanted.map(Math.abs));
    for (const [i, value] of wanted.entries())
      expect(Math.abs((got[i] as number) - value)).toBeLessThan(1e-5 * largest);
    const gradient = dataOf(evaluation.gradient({ wrt: 'input' }));
    const at = async (place: number, step: number) => {
      const data = Float32Array.from(pixels.data);
      data[place] = (data[place] as number) + step;
      return dataOf((await original.run({ image: { ...pixels, data } }))['logits'])[2] as number;
    };
    for (const place of [0, 77, 500, 1023]) {
      const slope = ((await at(place, 0.01)) - (await at(place, -0.01))) / 0.02;
      expect(Math.abs((gradient[place] as number) - slope)).toBeLessThan(1e-2 * Math.max(...gradient.map(Math.abs)));
    }
    await original.close();
    await model.dispose();
  });

  it('lie in the store of the weights, where all programs find them', async () => {
    const graph = bind((await readCheckpoint(file)).graph);
    const weights = usualRuntime.createWeightStore?.();
    const computed = await computeConstants(graph, usualRuntime, {
      weights,
      memory: new MemoryBudget(),
      threads: 1,
    });
    const kernel = computed.constants.get('kernel');
    expect(kernel && LazyTensor.storedBytes(kernel)?.length).toBe(4 * 128 * 64 * 9);
    const program = await usualRuntime.compile(graph, ['kernel'], { threads: 1 });
    const direct = (await program.run({}))['kernel'];
    expect(dataOf(kernel)).toEqual(dataOf(direct));
    await program.dispose();
    weights?.dispose();
  });

  it('that there is no memory for are named', async () => {
    const graph = bind((await readCheckpoint(file)).graph);
    const memory = new MemoryBudget(1);
    const computing = computeConstants(graph, usualRuntime, { weights: undefined, memory, threads: 1 });
    await expect(computing).rejects.toThrow(
      /^Computing the constant “kernel” from the model's weights needs about \d MB, more than the 1 MB that it may use; raise/,
    );
    expect(memory.used).toBe(0);
  });

  it('are not looked for where there are none', async () => {
    const graph = bind(
      (await readCheckpoint(join(import.meta.dirname, '../../../../test/data/models/tiny/vgg/model.onnx'))).graph,
    );
    const options = { weights: undefined, memory: new MemoryBudget(), threads: 1 };
    expect(await computeConstants(graph, usualRuntime, options)).toBe(graph);
  });
});
