import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../../test/support/folder';
import { checkImport, importModel, sample } from '../../../../../../test/support/importCheck';
import type { Model, ModelAttribute, ModelNode } from '../../../../../../test/support/onnxModel';
import { usualRuntime } from '../../../../../../test/support/runtimes';
import { differentiate } from '../../../../graph/autodiff/differentiate';
import { type DType, elementCount, float32, int64, type Tensor } from '../../../../graph/ir/tensor';
import { standard } from '../../../../graph/rules/standard';

const folder = temporaryFolder();

const scalar = (value: number) => float32([], Float32Array.of(value));
const bytes = (dims: readonly number[], of: (i: number) => number): Tensor => ({
  dtype: 'uint8',
  dims,
  data: Uint8Array.from({ length: elementCount(dims) }, (_, i) => of(i)),
});
const signed = (dims: readonly number[], of: (i: number) => number): Tensor => ({
  dtype: 'int8',
  dims,
  data: Int8Array.from({ length: elementCount(dims) }, (_, i) => of(i)),
});
const zero = (value: number) => bytes([], () => value);
const count = (dims: readonly number[], scale: number): Tensor => ({
  dtype: 'int32',
  dims,
  data: Int32Array.from({ length: elementCount(dims) }, (_, i) => Math.round(Math.sin(i + 1) * scale)),
});
const weights = (dims: readonly number[]) => signed(dims, (i) => Math.round(Math.sin(1.3 * i) * 100));

const steps = { xs: scalar(0.02), xz: zero(120), ys: scalar(0.015), yz: zero(110) };

interface Case {
  readonly title: string;
  readonly x: readonly number[];
  /** Between the quantised input `q` and the quantised result `r`. */
  readonly nodes: readonly ModelNode[];
  readonly constants?: Readonly<Record<string, Tensor>>;
}

const one = (op: string, inputs: readonly string[], attributes: Record<string, ModelAttribute> = {}): ModelNode => ({
  op,
  domain: ['QLinearConv', 'QLinearMatMul'].includes(op) ? '' : 'com.microsoft',
  inputs,
  outputs: ['r'],
  attributes,
});
const x3 = ['q', 'xs', 'xz'];
const y2 = ['ys', 'yz'];
const other = { o: bytes([1, 4, 6, 6], (i) => (37 * i) % 256), os: scalar(0.011), oz: zero(99) };
const image = [1, 4, 6, 6];

const cases: readonly Case[] = [
  {
    title: 'QLinearConv per channel, with bias and padding',
    x: image,
    nodes: [one('QLinearConv', [...x3, 'w', 'ws', 'wz', ...y2, 'b'], { pads: { ints: [1, 1, 1, 1] } })],
    constants: {
      w: weights([3, 4, 3, 3]),
      ws: float32([3], Float32Array.of(0.002, 0.001, 0.003)),
      wz: signed([3], () => 0),
      b: count([3], 3000),
    },
  },
  {
    title: 'QLinearConv, channels last',
    x: [1, 6, 5, 4],
    nodes: [
      {
        ...one('QLinearConv', [...x3, 'w', 'ws', 'wz', ...y2], { channels_last: { i: 1 }, strides: { ints: [2, 1] } }),
        domain: 'com.microsoft',
      },
    ],
    constants: { w: weights([3, 4, 3, 2]), ws: scalar(0.0004), wz: signed([], () => 0) },
  },
  {
    title: 'QLinearConv, MaxPool and Reshape of bytes, QGemm',
    x: image,
    nodes: [
      { ...one('QLinearConv', [...x3, 'w', 'ws', 'wz', ...y2]), outputs: ['c'] },
      {
        op: 'MaxPool',
        inputs: ['c'],
        outputs: ['p'],
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      },
      { op: 'Flatten', inputs: ['p'], outputs: ['f'] },
      one('QGemm', ['f', ...y2, 'm', 'ms', 'mz', 'b', 'gs', 'gz'], { transB: { i: 1 }, alpha: { f: 1 } }),
    ],
    constants: {
      w: weights([3, 4, 3, 3]),
      ws: scalar(0.0004),
      wz: signed([], () => 0),
      m: weights([5, 12]),
      ms: scalar(0.003),
      mz: signed([], () => 0),
      b: count([5], 500),
      gs: scalar(0.3),
      gz: zero(128),
    },
  },
  {
    title: 'QLinearMatMul',
    x: [2, 3, 4],
    nodes: [one('QLinearMatMul', [...x3, 'w', 'ws', 'wz', ...y2])],
    constants: { w: weights([4, 5]), ws: scalar(0.004), wz: signed([], () => 3) },
  },
  { title: 'QLinearAdd', x: image, nodes: [one('QLinearAdd', [...x3, 'o', 'os', 'oz', ...y2])], constants: other },
  { title: 'QLinearMul', x: image, nodes: [one('QLinearMul', [...x3, 'o', 'os', 'oz', ...y2])], constants: other },
  {
    title: 'QLinearConcat',
    x: image,
    nodes: [one('QLinearConcat', [...y2, ...x3, 'o', 'os', 'oz'], { axis: { i: 1 } })],
    constants: other,
  },
  {
    title: 'QLinearSigmoid',
    x: image,
    nodes: [one('QLinearSigmoid', [...x3, 'ss', 'sz'])],
    constants: { ss: scalar(1 / 256), sz: zero(0) },
  },
  { title: 'QLinearLeakyRelu', x: image, nodes: [one('QLinearLeakyRelu', [...x3, ...y2], { alpha: { f: 0.2 } })] },
  {
    title: 'QLinearAveragePool',
    x: image,
    nodes: [one('QLinearAveragePool', [...x3, ...y2], { kernel_shape: { ints: [3, 3] }, strides: { ints: [3, 3] } })],
  },
  { title: 'QLinearGlobalAveragePool', x: image, nodes: [one('QLinearGlobalAveragePool', [...x3, ...y2])] },
  {
    title: 'QLinearGlobalAveragePool, channels last',
    x: [1, 6, 6, 4],
    nodes: [one('QLinearGlobalAveragePool', [...x3, ...y2], { channels_last: { i: 1 } })],
  },
  {
    title: 'QLinearSoftmax',
    x: [2, 7],
    nodes: [one('QLinearSoftmax', [...x3, 'ss', 'sz'], { axis: { i: -1 }, opset: { i: 13 } })],
    constants: { ss: scalar(1 / 256), sz: zero(0) },
  },
];

function modelOf({ x, nodes, constants }: Pick<Case, 'x' | 'nodes' | 'constants'>, ends: readonly ModelNode[]): Model {
  return {
    opset: 17,
    irVersion: 9,
    domains: { 'com.microsoft': 1 },
    nodes: [...nodes, ...ends],
    inputs: { x: { dims: ['N', ...x.slice(1)] } },
    outputs: { y: {} },
    initializers: { ...steps, ...constants },
  };
}

const ones = (dims: readonly number[]): Tensor => float32(dims, new Float32Array(elementCount(dims)).fill(1));

const lastSteps = (nodes: readonly ModelNode[]) => {
  const { op, inputs } = nodes.at(-1) as ModelNode;
  return op === 'QLinearConcat' ? inputs.slice(0, 2) : op === 'QLinearConv' ? inputs.slice(6, 8) : inputs.slice(-2);
};

/** The gradient of the sum of the result (or of another product with it), and the result. */
async function gradientOf(
  model: Model,
  x: Tensor,
  cotangentOf = ones,
): Promise<{ readonly y: number[]; readonly g: number[] }> {
  const graph = await importModel(folder, model, { x });
  const backward = differentiate(graph, { of: 'y', cotangent: 'cotangent', wrt: ['x'], rules: standard });
  const name = backward.gradients.get('x') as string;
  const program = await usualRuntime.compile(backward.graph, ['y', name], { threads: 1 });
  const dims = graph.types.get('y')?.dims as readonly number[];
  const cotangent = cotangentOf(dims);
  const result = await program.run({ x, cotangent });
  await program.dispose();
  const list = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array);
  return { y: list(result['y']), g: list(result[name]) };
}

describe('quantised operators', () => {
  it.each(cases)('$title', async (c) => {
    const into: ModelNode = { op: 'QuantizeLinear', inputs: ['x', 'xs', 'xz'], outputs: ['q'] };
    const [scale = '', shift = ''] = lastSteps(c.nodes);
    const out: ModelNode = { op: 'DequantizeLinear', inputs: ['r', scale, shift], outputs: ['y'] };
    const model = modelOf({ ...c, nodes: [into, ...c.nodes] }, [out]);
    const x = sample(c.x, 0.4, 2);
    const graph = await checkImport(folder, model, { x });
    // Every integer is taken back at once, so that gradients flow.
    const integers = graph.nodes.filter(({ outputs }) => graph.types.get(outputs[0] as string)?.dtype === 'uint8');
    expect(new Set(integers.map(({ op }) => op))).toEqual(new Set(['QuantizeLinear']));
    const { g } = await gradientOf(model, x, sample);
    expect(g.some((value) => value !== 0)).toBe(true);
    expect(g.every(Number.isFinite)).toBe(true);
  });

  it('stay integers where somebody wants the integers', async () => {
    const nodes: ModelNode[] = [
      { op: 'QuantizeLinear', inputs: ['x', 'xs', 'xz'], outputs: ['q'] },
      one('QLinearSigmoid', ['q', 'xs', 'xz', 'ss', 'sz']),
      { op: 'Cast', inputs: ['r'], outputs: ['y'], attributes: { to: { i: 6 } } },
    ];
    const constants = { ss: scalar(1 / 256), sz: zero(0) };
    const model = modelOf({ x: image, nodes, constants }, []);
    await checkImport(folder, { ...model, outputs: { y: { dtype: 'int32' } } }, { x: sample(image) });
  });

  it('differentiates straight through: a product with quantised weights', async () => {
    const nodes: ModelNode[] = [
      { op: 'QuantizeLinear', inputs: ['x', 'xs', 'xz'], outputs: ['q'] },
      one('QLinearMatMul', ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz']),
      { op: 'DequantizeLinear', inputs: ['r', 'ys', 'yz'], outputs: ['y'] },
    ];
    const w = weights([4, 5]);
    const constants = { w, ws: scalar(0.004), wz: signed([], () => 3) };
    const { y, g } = await gradientOf(modelOf({ x: [1, 4], nodes, constants }, []), sample([1, 4]));
    const inside = (value: number) => value > 0.015 * (0 - 110) && value < 0.015 * (255 - 110);
    const expected = [0, 1, 2, 3].map((row) =>
      [0, 1, 2, 3, 4].reduce(
        (sum, column) => sum + (inside(y[column] as number) ? 0.004 * (Number(w.data[row * 5 + column]) - 3) : 0),
        0,
      ),
    );
    g.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] as number, 5);
    });
  });
});

describe('values quantised while the model runs', () => {
  const dynamic: ModelNode = { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'qs', 'qz'] };
  const finish: ModelNode[] = [
    { op: 'Cast', inputs: ['i'], outputs: ['f'], attributes: { to: { i: 1 } } },
    { op: 'Mul', inputs: ['qs', 'ws'], outputs: ['s'] },
    { op: 'Mul', inputs: ['f', 's'], outputs: ['y'] },
  ];
  const convolution = { op: 'ConvInteger', attributes: { pads: { ints: [1, 1, 1, 1] } } };
  const images = { w: bytes([3, 4, 3, 3], (i) => (61 * i) % 256), ws: scalar(0.01), wz: zero(100) };
  /** The steps are known beforehand. */
  const fixed: ModelNode = { op: 'QuantizeLinear', inputs: ['x', 'qs', 'qz'], outputs: ['q'] };
  const known = { qs: scalar(0.02), qz: zero(120) };
  const matrix = (dtype: DType) => (dtype === 'int8' ? weights([4, 5]) : bytes([4, 5], (i) => (61 * i) % 256));
  const products: readonly (Pick<Case, 'x' | 'nodes' | 'constants'> & { readonly title: string })[] = [
    ...(['int8', 'uint8'] as const).map((dtype) => ({
      title: `MatMulInteger with weights of ${dtype}`,
      x: [1, 3, 4],
      nodes: [dynamic, { op: 'MatMulInteger', inputs: ['q', 'w', 'qz', 'wz'], outputs: ['i'] }, ...finish],
      constants: { w: matrix(dtype), ws: scalar(0.01), wz: dtype === 'int8' ? signed([], () => 5) : zero(100) },
    })),
    {
      title: 'MatMulInteger with steps for every column',
      x: [1, 3, 4],
      nodes: [dynamic, { op: 'MatMulInteger', inputs: ['q', 'w', 'qz', 'wz'], outputs: ['i'] }, ...finish],
      constants: {
        w: matrix('int8'),
        ws: float32([5], Float32Array.of(0.01, 0.02, 0.03, 0.01, 0.02)),
        wz: signed([5], (i) => i),
      },
    },
    {
      title: 'ConvInteger',
      x: image,
      nodes: [dynamic, { ...convolution, inputs: ['q', 'w', 'qz', 'wz'], outputs: ['i'] }, ...finish],
      constants: images,
    },
    {
      title: 'MatMulInteger of integers in known steps',
      x: [1, 3, 4],
      nodes: [fixed, { op: 'MatMulInteger', inputs: ['q', 'w', 'qz', 'wz'], outputs: ['i'] }, ...finish],
      constants: { ...known, w: matrix('int8'), ws: scalar(0.01), wz: signed([], () => 5) },
    },
    {
      title: 'ConvInteger of integers in known steps, with another zero point, plus an int32 bias',
      x: image,
      nodes: [
        fixed,
        { ...convolution, inputs: ['q', 'w', 'other', 'wz'], outputs: ['c'] },
        { op: 'Reshape', inputs: ['b', 'channels'], outputs: ['bias'] },
        { op: 'Add', inputs: ['bias', 'c'], outputs: ['i'] },
        ...finish,
      ],
      constants: { ...known, ...images, other: zero(77), b: count([3], 3000), channels: int64([3], [3, 1, 1]) },
    },
    {
      title: 'MatMulIntegerToFloat',
      x: [1, 3, 4],
      nodes: [dynamic, { ...one('MatMulIntegerToFloat', ['q', 'w', 'qs', 'ws', 'qz', 'wz', 'b']), outputs: ['y'] }],
      constants: { w: matrix('int8'), ws: scalar(0.01), wz: signed([], () => 2), b: sample([5], 1) },
    },
    {
      title: 'DynamicQuantizeMatMul',
      x: [1, 3, 4],
      nodes: [{ ...one('DynamicQuantizeMatMul', ['x', 'w', 'ws', 'wz', 'b']), outputs: ['y'] }],
      constants: { w: matrix('int8'), ws: scalar(0.01), wz: signed([], () => 2), b: sample([5], 1) },
    },
    {
      title: 'QAttention',
      x: [1, 3, 8],
      nodes: [
        { op: 'QuantizeLinear', inputs: ['x', 'xs', 'xz'], outputs: ['q'] },
        {
          ...one('QAttention', ['q', 'w', 'b', 'xs', 'ws', '', 'xz', 'wz'], { num_heads: { i: 2 } }),
          outputs: ['y'],
        },
      ],
      constants: { w: weights([8, 24]), ws: scalar(0.01), wz: signed([], () => 0), b: sample([24], 1) },
    },
  ];

  it.each(products)('$title', async (c) => {
    const model = modelOf(c, []);
    const x = sample(c.x, 0.4, 2);
    await checkImport(folder, model, { x });
    const { g } = await gradientOf(model, x);
    expect(g.some((value) => value !== 0)).toBe(true);
  });

  it('are quantised image by image', async () => {
    const c = products[0] as (typeof products)[number];
    const alone = await gradientOf(modelOf(c, []), sample([1, 3, 4], 0.4, 2));
    const both = float32(
      [2, 3, 4],
      Float32Array.from([...sample([1, 3, 4], 0.4, 2).data, ...sample([1, 3, 4], 1, 900).data] as number[]),
    );
    const { y, g } = await gradientOf(modelOf(c, []), both);
    expect(y.slice(0, 15)).toEqual(alone.y);
    expect(g.slice(0, 12)).toEqual(alone.g);
  });

  it('are unsupported where a bias is added before their product is scaled', async () => {
    const nodes: ModelNode[] = [
      dynamic,
      { ...convolution, inputs: ['q', 'w', 'qz', 'wz'], outputs: ['c'] },
      { op: 'Add', inputs: ['c', 'b'], outputs: ['i'] },
      ...finish,
    ];
    const constants = { ...images, b: count([3, 1, 1], 3000) };
    await expect(
      importModel(folder, modelOf({ x: image, nodes, constants }, []), { x: sample(image) }),
    ).rejects.toThrow(
      'The operator ConvInteger of node “c” multiplies values that are quantised while the model runs, and its result is not scaled at once.',
    );
  });

  it('are unsupported where something else than a product reads the integers', async () => {
    const nodes: ModelNode[] = [dynamic, { op: 'Cast', inputs: ['q'], outputs: ['y'], attributes: { to: { i: 1 } } }];
    await expect(importModel(folder, modelOf({ x: [1, 4], nodes }, []), { x: sample([1, 4]) })).rejects.toThrow(
      'The operator DynamicQuantizeLinear of node “q” gives integers to an operator that is not a product.',
    );
  });
});
