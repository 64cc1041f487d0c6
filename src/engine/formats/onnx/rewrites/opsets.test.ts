import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { encodeTestModel, type Model, type ModelNode } from '../../../../../test/support/onnxModel';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { bind } from '../../../graph/binding/bind';
import { elementCount, float32, int64, type Tensor } from '../../../graph/ir/tensor';
import { unsupportedOperators } from '../../../model/analysis/unsupported';
import { readCheckpoint } from '../../index';

const folder = temporaryFolder();
/** Numbers that are spread, signed and repeat from run to run. */
function sample(dims: readonly number[]): Tensor {
  return float32(
    dims,
    Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(1.7 * i + 0.3) * 3),
  );
}

function vector(...values: number[]): Tensor {
  return float32([values.length], Float32Array.from(values));
}

async function read(model: Model) {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, encodeTestModel(model));
  return readCheckpoint(path);
}

/** Runs a model as it is read here. */
async function runHere(model: Model, feeds: Record<string, Tensor>) {
  const { graph } = await read(model);
  const sizes = new Map(graph.inputs.map(({ name }) => [name, feeds[name]?.dims ?? []]));
  // Some operators are read, and known to the runtime, that cannot be explained.
  const bound = unsupportedOperators(graph).length > 0 ? graph : bind(graph, sizes);
  const program = await usualRuntime.compile(bound, bound.outputs);
  const results = await program.run(feeds);
  await program.dispose();
  return results;
}

/** Runs the file itself, in its own opset. */
async function runAsIs(model: Model, feeds: Record<string, Tensor>): Promise<ort.InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(encodeTestModel(model), { logSeverityLevel: 4 });
  const given = Object.entries(feeds).map(([name, { dtype, data, dims }]) => [
    name,
    new ort.Tensor(dtype as ort.Tensor.Type, data as ort.Tensor.DataType, dims),
  ]);
  const results = await session.run(Object.fromEntries(given));
  await session.release();
  return results;
}

interface Case {
  readonly title: string;
  readonly opset: number;
  readonly x: readonly number[];
  readonly node: Partial<ModelNode>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly outputs?: readonly string[];
}

const lastIndex = 9223372036854775807n;
const half = [0.5, 0.5, 1.5, 2, 0.25, 1];

const cases: readonly Case[] = [
  { title: 'Clip', opset: 7, x: [2, 3], node: { op: 'Clip', attributes: { min: { f: -0.5 }, max: { f: 1.25 } } } },
  { title: 'Clip above only', opset: 9, x: [2, 3], node: { op: 'Clip', attributes: { max: { f: 0.5 } } } },
  {
    title: 'Clip without minimum',
    opset: 11,
    x: [6],
    node: { op: 'Clip', inputs: ['x', '', 'm'] },
    constants: { m: float32([], Float32Array.of(1)) },
  },
  {
    title: 'Pad',
    opset: 7,
    x: [1, 1, 2, 3],
    node: { op: 'Pad', attributes: { pads: { ints: [0, 0, 1, 0, 0, 1, 0, 2] }, value: { f: 7 } } },
  },
  {
    title: 'Pad reflect',
    opset: 9,
    x: [1, 1, 3, 3],
    node: { op: 'Pad', attributes: { mode: { s: 'reflect' }, pads: { ints: [0, 0, 1, 2, 0, 0, 0, 1] } } },
  },
  {
    title: 'Pad with an input',
    opset: 11,
    x: [2, 2],
    node: { op: 'Pad', inputs: ['x', 'p', 'v'] },
    constants: { p: int64([4], [1, 0, 0, 1]), v: float32([], Float32Array.of(-2)) },
  },
  {
    title: 'Pad of some axes',
    opset: 18,
    x: [2, 2, 2],
    node: { op: 'Pad', inputs: ['x', 'p', '', 'a'] },
    constants: { p: int64([2], [1, 2]), a: int64([1], [-1]) },
  },
  {
    title: 'Slice to the end',
    opset: 7,
    x: [4, 5],
    node: { op: 'Slice', attributes: { starts: { ints: [1, -3] }, ends: { ints: [lastIndex, lastIndex] } } },
  },
  {
    title: 'Slice of an axis',
    opset: 9,
    x: [4, 5],
    node: { op: 'Slice', attributes: { starts: { ints: [1] }, ends: { ints: [-1] }, axes: { ints: [1] } } },
  },
  {
    title: 'Slice with steps',
    opset: 10,
    x: [4, 5],
    node: { op: 'Slice', inputs: ['x', 's', 'e', 'a', 't'] },
    constants: { s: int64([1], [4]), e: int64([1], [0]), a: int64([1], [1]), t: int64([1], [-2]) },
  },
  { title: 'Squeeze', opset: 7, x: [1, 3, 1, 2], node: { op: 'Squeeze', attributes: { axes: { ints: [0, 2] } } } },
  { title: 'Squeeze everything', opset: 9, x: [1, 3, 1, 2], node: { op: 'Squeeze' } },
  {
    title: 'Squeeze from the end',
    opset: 11,
    x: [1, 3, 1],
    node: { op: 'Squeeze', attributes: { axes: { ints: [-1] } } },
  },
  {
    title: 'Squeeze',
    opset: 13,
    x: [1, 3, 1],
    node: { op: 'Squeeze', inputs: ['x', 'a'] },
    constants: { a: int64([1], [0]) },
  },
  { title: 'Unsqueeze', opset: 9, x: [3, 2], node: { op: 'Unsqueeze', attributes: { axes: { ints: [0, 3] } } } },
  {
    title: 'ReduceSum',
    opset: 9,
    x: [2, 3, 4],
    node: { op: 'ReduceSum', attributes: { axes: { ints: [1] }, keepdims: { i: 0 } } },
  },
  {
    title: 'ReduceSum',
    opset: 13,
    x: [2, 3, 4],
    node: { op: 'ReduceSum', inputs: ['x', 'a'] },
    constants: { a: int64([2], [0, -1]) },
  },
  { title: 'ReduceMean', opset: 7, x: [2, 3, 4], node: { op: 'ReduceMean', attributes: { axes: { ints: [1, 2] } } } },
  {
    title: 'ReduceMean',
    opset: 13,
    x: [2, 3, 4],
    node: { op: 'ReduceMean', attributes: { axes: { ints: [-1, -2] }, keepdims: { i: 0 } } },
  },
  { title: 'ReduceMean of everything', opset: 13, x: [2, 3], node: { op: 'ReduceMean' } },
  {
    title: 'ReduceMean of nothing',
    opset: 18,
    x: [2, 3],
    node: { op: 'ReduceMean', attributes: { noop_with_empty_axes: { i: 1 } } },
  },
  { title: 'ReduceMax', opset: 11, x: [2, 3, 4], node: { op: 'ReduceMax', attributes: { axes: { ints: [2] } } } },
  { title: 'ReduceL2', opset: 13, x: [2, 3], node: { op: 'ReduceL2', attributes: { axes: { ints: [1] } } } },
  {
    title: 'Split by sizes',
    opset: 7,
    x: [2, 6],
    node: { op: 'Split', attributes: { axis: { i: 1 }, split: { ints: [1, 5] } } },
    outputs: ['y', 'z'],
  },
  {
    title: 'Split evenly',
    opset: 11,
    x: [2, 6],
    node: { op: 'Split', attributes: { axis: { i: -1 } } },
    outputs: ['y', 'z', 'w'],
  },
  { title: 'Split evenly', opset: 13, x: [4, 2], node: { op: 'Split' }, outputs: ['y', 'z'] },
  {
    title: 'Split unevenly',
    opset: 18,
    x: [7, 2],
    node: { op: 'Split', attributes: { num_outputs: { i: 3 } } },
    outputs: ['y', 'z', 'w'],
  },
  { title: 'TopK', opset: 9, x: [2, 5], node: { op: 'TopK', attributes: { k: { i: 3 } } }, outputs: ['y', 'i'] },
  {
    title: 'Upsample nearest',
    opset: 7,
    x: [1, 2, 2, 3],
    node: { op: 'Upsample', attributes: { scales: { floats: [1, 1, 2, 3] } } },
  },
  {
    title: 'Upsample by a fraction',
    opset: 7,
    x: [1, 1, 4, 4],
    node: { op: 'Upsample', attributes: { scales: { floats: [1, 1, 1.5, 1.75] } } },
  },
  {
    title: 'Upsample linear',
    opset: 9,
    x: [1, 2, 3, 3],
    node: { op: 'Upsample', inputs: ['x', 's'], attributes: { mode: { s: 'linear' } } },
    constants: { s: vector(1, 1, 2, 2.5) },
  },
  {
    title: 'Resize nearest',
    opset: 10,
    x: [1, 1, 3, 4],
    node: { op: 'Resize', inputs: ['x', 's'] },
    constants: { s: vector(1, 1, 2, 1.75) },
  },
  {
    title: 'Resize nearest to less',
    opset: 10,
    x: [1, 1, 5, 7],
    node: { op: 'Resize', inputs: ['x', 's'] },
    constants: { s: vector(1, 1, 0.5, 0.6) },
  },
  {
    title: 'Resize linear',
    opset: 10,
    x: [1, 1, 4, 5],
    node: { op: 'Resize', inputs: ['x', 's'], attributes: { mode: { s: 'linear' } } },
    constants: { s: vector(1, 1, 1.5, 0.7) },
  },
  {
    title: 'Resize to sizes',
    opset: 11,
    x: [1, 1, 3, 4],
    node: {
      op: 'Resize',
      inputs: ['x', 'e', 'e', 'n'],
      attributes: { mode: { s: 'linear' }, coordinate_transformation_mode: { s: 'align_corners' } },
    },
    constants: { e: vector(), n: int64([4], [1, 1, 5, 9]) },
  },
  {
    title: 'Resize nearest',
    opset: 13,
    x: [1, 1, 3, 4],
    node: { op: 'Resize', inputs: ['x', '', 's'] },
    constants: { s: vector(1, 1, 2, 0.5) },
  },
  {
    title: 'Resize antialiased',
    opset: 18,
    x: [1, 1, 6, 6],
    node: { op: 'Resize', inputs: ['x', '', 's'], attributes: { mode: { s: 'linear' }, antialias: { i: 1 } } },
    constants: { s: vector(1, 1, 0.5, 0.5) },
  },
  { title: 'Dropout', opset: 7, x: [5], node: { op: 'Dropout', attributes: { ratio: { f: 0.9 } } } },
  {
    title: 'Dropout',
    opset: 13,
    x: [5],
    node: { op: 'Dropout', inputs: ['x', 'r'] },
    constants: { r: float32([], Float32Array.of(0.9)) },
  },
  { title: 'EyeLike', opset: 9, x: [3, 4], node: { op: 'EyeLike', attributes: { dtype: { i: 1 }, k: { i: 1 } } } },
  {
    title: 'BatchNormalization',
    opset: 7,
    x: [2, 3, 2, 2],
    node: {
      op: 'BatchNormalization',
      inputs: ['x', 'g', 'b', 'm', 'v'],
      attributes: { epsilon: { f: 0.01 }, momentum: { f: 0.8 } },
    },
    constants: { g: vector(1, 2, -1), b: vector(0, 1, 2), m: vector(0.5, -1, 0), v: vector(1, 4, 0.25) },
  },
  {
    title: 'BatchNormalization per element',
    opset: 7,
    x: [2, 1, 2, 3],
    node: { op: 'BatchNormalization', inputs: ['x', 'g', 'b', 'm', 'v'], attributes: { spatial: { i: 0 } } },
    constants: {
      g: float32([1, 2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)),
      b: float32([1, 2, 3], Float32Array.of(0, 1, 0, 1, 0, 1)),
      m: float32([1, 2, 3], Float32Array.from(half)),
      v: float32([1, 2, 3], Float32Array.from(half)),
    },
  },
  {
    title: 'BatchNormalization',
    opset: 15,
    x: [2, 3],
    node: { op: 'BatchNormalization', inputs: ['x', 'g', 'b', 'm', 'v'] },
    constants: { g: vector(1, 2, -1), b: vector(0, 1, 2), m: vector(0.5, -1, 0), v: vector(1, 4, 0.25) },
  },
  {
    title: 'GroupNormalization per channel',
    opset: 21,
    x: [2, 4, 3],
    node: { op: 'GroupNormalization', inputs: ['x', 'g', 'b'], attributes: { num_groups: { i: 2 } } },
    constants: { g: vector(1, 2, 3, 4), b: vector(0, 1, 2, 3) },
  },
  { title: 'Softmax of all channels and places', opset: 7, x: [2, 3, 2, 2], node: { op: 'Softmax' } },
  {
    title: 'Softmax of the last axis',
    opset: 9,
    x: [2, 3, 4],
    node: { op: 'Softmax', attributes: { axis: { i: 2 } } },
  },
  { title: 'Softmax before axis 0', opset: 9, x: [2, 3], node: { op: 'Softmax', attributes: { axis: { i: 0 } } } },
  {
    title: 'Softmax with axes of length 1 behind',
    opset: 9,
    x: [2, 3, 1, 1],
    node: { op: 'Softmax', attributes: { axis: { i: 1 } } },
  },
  { title: 'LogSoftmax', opset: 11, x: [2, 3, 4], node: { op: 'LogSoftmax', attributes: { axis: { i: -2 } } } },
  { title: 'Hardmax', opset: 11, x: [2, 3, 4], node: { op: 'Hardmax', attributes: { axis: { i: 1 } } } },
  { title: 'Softmax of one axis', opset: 13, x: [2, 3, 4], node: { op: 'Softmax', attributes: { axis: { i: 1 } } } },
  {
    title: 'MeanVarianceNormalization',
    opset: 8,
    x: [2, 3, 4, 4],
    node: { op: 'MeanVarianceNormalization' },
  },
  {
    title: 'MeanVarianceNormalization across channels',
    opset: 8,
    x: [2, 3, 4, 4],
    node: { op: 'MeanVarianceNormalization', attributes: { across_channels: { i: 1 } } },
  },
  ...['bilinear', 'bicubic', 'nearest'].map((mode) => ({
    title: `GridSample ${mode}`,
    opset: 16,
    x: [1, 2, 4, 4],
    node: { op: 'GridSample', inputs: ['x', 'g'], attributes: { mode: { s: mode } } },
    constants: {
      g: float32(
        [1, 2, 3, 2],
        Float32Array.from({ length: 12 }, (_, i) => Math.sin(2.3 * i)),
      ),
    },
  })),
  {
    title: 'RoiAlign',
    opset: 10,
    x: [1, 2, 6, 6],
    node: {
      op: 'RoiAlign',
      inputs: ['x', 'r', 'i'],
      attributes: { output_height: { i: 2 }, output_width: { i: 2 }, sampling_ratio: { i: 2 } },
    },
    constants: { r: float32([1, 4], Float32Array.of(0.7, 1.2, 4.1, 5.3)), i: int64([1], [0]) },
  },
  {
    title: 'Scatter',
    opset: 9,
    x: [1, 5],
    node: { op: 'Scatter', inputs: ['x', 'i', 'u'], attributes: { axis: { i: 1 } } },
    constants: { i: int64([1, 2], [3, 0]), u: float32([1, 2], Float32Array.of(9, 8)) },
  },
  {
    title: 'AveragePool',
    opset: 7,
    x: [1, 1, 5, 5],
    node: {
      op: 'AveragePool',
      attributes: { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } },
    },
  },
  {
    title: 'AveragePool that overhangs',
    opset: 11,
    x: [1, 1, 6, 6],
    node: {
      op: 'AveragePool',
      attributes: { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] }, ceil_mode: { i: 1 } },
    },
  },
  {
    title: 'Gemm',
    opset: 9,
    x: [2, 3],
    node: { op: 'Gemm', inputs: ['x', 'w', 'c'], attributes: { transB: { i: 1 }, alpha: { f: 0.5 }, beta: { f: 2 } } },
    constants: { w: sample([4, 3]), c: vector(1, 2, 3, 4) },
  },
];

function modelOf({ opset, x, node, constants = {}, outputs = ['y'] }: Case, shapes: boolean): Model {
  return {
    opset,
    nodes: [{ op: '', inputs: ['x'], outputs, name: 'n', ...node }],
    inputs: { x: { dims: shapes ? x : x.map((_, axis) => `d${axis}`) } },
    outputs: Object.fromEntries(outputs.map((name) => [name, { dtype: name === 'i' ? 'int64' : 'float32' }])),
    initializers: constants,
  };
}

describe('operators of older opsets give the numbers of their own opset', () => {
  it.each(cases)('$opset $title', async (each) => {
    const feeds = { x: sample(each.x) };
    const expected = await runAsIs(modelOf(each, true), feeds);
    for (const shapes of [true, false]) {
      const actual = await runHere(modelOf(each, shapes), feeds);
      for (const [name, { dims, data }] of Object.entries(expected)) {
        expect(actual[name]!.dims).toEqual(dims);
        const values = Array.from(actual[name]!.data as ArrayLike<number>, Number);
        const wanted = Array.from(data as ArrayLike<number>, Number);
        for (const [i, value] of wanted.entries()) expect(values[i]).toBeCloseTo(value, 5);
      }
    }
  });
});

describe('rules checked by hand', () => {
  it('computes GroupNormalization 18 with a scale and offset for each group', async () => {
    const x = float32([1, 4, 2], Float32Array.of(1, 3, 5, 7, 10, 20, 30, 40));
    const { y } = await runHere(
      {
        opset: 18,
        nodes: [
          {
            op: 'GroupNormalization',
            inputs: ['x', 'g', 'b'],
            outputs: ['y'],
            attributes: { num_groups: { i: 2 }, epsilon: { f: 0 } },
          },
        ],
        inputs: { x: { dims: [1, 4, 2] } },
        outputs: { y: {} },
        initializers: { g: vector(1, 10), b: vector(0, 100) },
      },
      { x },
    );
    // Group 1: mean 4, variance 5. Group 2: mean 25, variance 125.
    const first = [1, 3, 5, 7].map((value) => (value - 4) / Math.sqrt(5));
    const second = [10, 20, 30, 40].map((value) => (10 * (value - 25)) / Math.sqrt(125) + 100);
    for (const [i, value] of [...first, ...second].entries())
      expect((y!.data as Float32Array)[i]).toBeCloseTo(value, 4);
  });

  it.each([1, 1.702])('computes Swish 24 with alpha %d', async (alpha) => {
    const x = sample([7]);
    const { y } = await runHere(
      {
        opset: 24,
        nodes: [{ op: 'Swish', inputs: ['x'], outputs: ['y'], attributes: { alpha: { f: alpha } } }],
        inputs: { x: { dims: [7] } },
        outputs: { y: {} },
      },
      { x },
    );
    for (const [i, value] of (x.data as Float32Array).entries()) {
      expect((y!.data as Float32Array)[i]).toBeCloseTo(value / (1 + Math.exp(-alpha * value)), 5);
    }
  });

  it('uses the stored statistics of a BatchNormalization in training mode, and says so', async () => {
    const model: Model = {
      opset: 14,
      nodes: [
        {
          op: 'BatchNormalization',
          inputs: ['x', 'g', 'b', 'm', 'v'],
          outputs: ['y', 'rm', 'rv'],
          attributes: { training_mode: { i: 1 }, epsilon: { f: 0 } },
        },
      ],
      inputs: { x: { dims: [2, 1] } },
      outputs: { y: {} },
      initializers: { g: vector(3), b: vector(1), m: vector(2), v: vector(4) },
    };
    const { y } = await runHere(model, { x: float32([2, 1], Float32Array.of(2, 6)) });
    expect([...(y!.data as Float32Array)]).toEqual([1, 7]);
    expect((await read(model)).notes).toEqual([
      'BatchNormalization was saved in training mode; the stored mean and variance are used, as in inference.',
    ]);
  });

  it('reads a dropout in training mode as in inference, its mask as true', async () => {
    const dropout = (training: number): Model => ({
      opset: 13,
      nodes: [{ op: 'Dropout', inputs: ['x', 'r', 't'], outputs: ['y', 'm'] }],
      inputs: { x: { dims: [3] } },
      outputs: { y: {}, m: { dtype: 'bool' } },
      initializers: {
        r: float32([], Float32Array.of(0.9)),
        t: { dtype: 'bool', dims: [], data: Uint8Array.of(training) },
      },
    });
    const { y, m } = await runHere(dropout(1), { x: vector(1, 2, 3) });
    expect([...(y!.data as Float32Array)]).toEqual([1, 2, 3]);
    expect([...(m!.data as Uint8Array)]).toEqual([1, 1, 1]);
    expect((await read(dropout(0))).notes).toEqual([]);
    expect((await read(dropout(1))).notes).toEqual([
      'Dropout was saved in training mode; it passes its input on, as in inference.',
    ]);
  });

  it('keeps a softmax one node where the flattening changes nothing', async () => {
    const operators = async (dims: readonly (number | string)[], axis: number) => {
      const node = { op: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: { i: axis } } };
      const { graph } = await read({ opset: 11, nodes: [node], inputs: { x: { dims } }, outputs: { y: {} } });
      return graph.nodes.map((each) => each.op);
    };
    expect(await operators(['N', 10], 1)).toEqual(['Softmax']);
    expect(await operators(['N', 10, 1, 1], 1)).toEqual(['Softmax']);
    expect(await operators(['N', 10, 'H'], 1)).toEqual(['Flatten', 'Softmax', 'Shape', 'Reshape']);
  });

  it('refuses models without an opset, and reads newer ones than 28 with a note', async () => {
    const model = (opset: number): Model => ({
      opset,
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      inputs: { x: { dims: [1] } },
      outputs: { y: {} },
    });
    await expect(read(model(0))).rejects.toThrow('states ONNX opset 0, but opsets 1 to 28 are read');
    expect((await read(model(29))).notes).toHaveLength(1);
  });
});
