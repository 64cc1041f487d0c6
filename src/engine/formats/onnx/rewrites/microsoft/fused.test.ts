import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../../test/support/folder';
import { checkImport, sample } from '../../../../../../test/support/importCheck';
import type { Model, ModelAttribute, ModelNode } from '../../../../../../test/support/onnxModel';
import type { Tensor } from '../../../../graph/ir/tensor';

const folder = temporaryFolder();

interface Case {
  readonly title?: string;
  readonly op: string;
  readonly domain?: string;
  readonly x: readonly number[];
  readonly attributes?: Readonly<Record<string, ModelAttribute>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Names of the inputs where they are not x and the constants in turn. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
  /** Of the differences; small where the function has kinks. */
  readonly step?: number;
  /** Standard nodes that compute the same, for operators that onnxruntime has on other processors only. */
  readonly reference?: readonly ModelNode[];
}

function modelOf(c: Case, nodes: readonly ModelNode[]): Model {
  return {
    opset: c.opset ?? 20,
    irVersion: 9,
    domains: { 'com.microsoft': 1, 'com.ms.internal.nhwc': 1 },
    nodes,
    inputs: { x: { dims: ['N', ...c.x.slice(1)] } },
    outputs: Object.fromEntries((c.outputs ?? ['y']).filter((name) => name).map((name) => [name, {}])),
    initializers: c.constants ?? {},
  };
}

async function check(c: Case): Promise<void> {
  const inputs = c.inputs ?? ['x', ...Object.keys(c.constants ?? {})];
  const { op, domain = 'com.microsoft', attributes, outputs = ['y'] } = c;
  const reference = c.reference && modelOf(c, c.reference);
  const x = sample(c.x);
  const graph = await checkImport(
    folder,
    modelOf(c, [{ op, domain, inputs, outputs, attributes }]),
    { x },
    {
      gradients: ['x'],
      ...(c.step === undefined ? {} : { step: c.step }),
      ...(reference ? { reference } : {}),
    },
  );
  expect(graph.nodes.every((node) => !node.op.includes('::'))).toBe(true);
}

const named = (cases: readonly Case[]) => cases.map((c) => ({ ...c, title: `${c.op} ${c.title ?? ''}` }));

const kernel = { w: sample([4, 3, 3, 3], 1, 0.4), b: sample([4], 2, 0.1) };
const conv = (activation: string, ...parameters: number[]): Case => ({
  title: activation,
  op: 'FusedConv',
  step: 0.004,
  x: [1, 3, 5, 5],
  attributes: {
    activation: { s: activation },
    ...(parameters.length > 0 ? { activation_params: { floats: parameters } } : {}),
    pads: { ints: [1, 1, 1, 1] },
    strides: { ints: [2, 2] },
  },
  constants: kernel,
});

const gemm = (activation: string, parameters: Record<string, ModelAttribute> = {}): Case => ({
  title: activation,
  op: 'FusedGemm',
  x: [2, 5],
  attributes: { activation: { s: activation }, alpha: { f: 0.7 }, transB: { i: 1 }, ...parameters },
  constants: { w: sample([4, 5], 1), c: sample([4], 2) },
});

const activations: readonly Case[] = [
  conv('Relu'),
  conv('Tanh'),
  conv('Sigmoid'),
  conv('LeakyRelu', 0.1),
  conv('Clip', -0.3, 0.6),
  conv('HardSigmoid', 0.3, 0.4),
  { ...conv('Relu'), title: 'with a sum', constants: { ...kernel, z: sample([1, 4, 3, 3], 6) } },
  { ...conv('Relu'), title: 'without bias', inputs: ['x', 'w'], constants: { w: sample([4, 3, 3, 3], 9, 0.4) } },
  gemm('Relu'),
  gemm('LeakyRelu', { activation_alpha: { f: 0.2 } }),
  { op: 'FusedMatMul', x: [2, 3, 4], attributes: { alpha: { f: 0.3 } }, constants: { w: sample([4, 5], 1) } },
  {
    op: 'FusedMatMul',
    title: 'transposed',
    x: [2, 4, 3],
    attributes: { transA: { i: 1 }, transB: { i: 1 } },
    constants: { w: sample([5, 4], 1) },
  },
  {
    op: 'FusedMatMul',
    title: 'with its batch behind',
    x: [4, 2, 3],
    attributes: { transBatchA: { i: 1 } },
    constants: { w: sample([2, 3, 5], 1) },
  },
  {
    op: 'FusedMatMul',
    title: 'with both turned',
    x: [4, 2, 3],
    attributes: { transBatchA: { i: 1 }, transA: { i: 1 }, transBatchB: { i: 1 } },
    constants: { w: sample([4, 2, 5], 1) },
  },
  { op: 'Gelu', x: [2, 6] },
  { op: 'BiasGelu', x: [2, 3, 6], constants: { b: sample([6], 1) } },
  { op: 'FastGelu', x: [2, 6] },
  { op: 'FastGelu', title: 'with bias', x: [2, 3, 6], constants: { b: sample([6], 1) } },
  { op: 'QuickGelu', x: [2, 6] },
  { op: 'QuickGelu', title: 'with alpha', x: [2, 6], attributes: { alpha: { f: 1 } } },
  {
    op: 'BiasAdd',
    x: [2, 3, 4],
    constants: { b: sample([4], 1), skip: sample([2, 3, 4], 2) },
    reference: [
      { op: 'Add', inputs: ['x', 'b'], outputs: ['s'] },
      { op: 'Add', inputs: ['s', 'skip'], outputs: ['y'] },
    ],
  },
  {
    op: 'BiasSplitGelu',
    x: [2, 3, 8],
    constants: { b: sample([8], 1) },
    reference: [
      { op: 'Add', inputs: ['x', 'b'], outputs: ['s'] },
      { op: 'Split', inputs: ['s'], outputs: ['l', 'r'], attributes: { axis: { i: 2 }, num_outputs: { i: 2 } } },
      { op: 'Gelu', inputs: ['r'], outputs: ['g'] },
      { op: 'Mul', inputs: ['l', 'g'], outputs: ['y'] },
    ],
  },
];

const gamma = { gamma: sample([6], 3) };
const groupReference = (x: string, last: boolean, silu: boolean): ModelNode[] => [
  { op: 'Transpose', inputs: [x], outputs: ['t'], attributes: { perm: { ints: last ? [0, 3, 1, 2] : [0, 1, 2, 3] } } },
  { op: 'GroupNormalization', inputs: ['t', 'gamma', 'beta'], outputs: ['g'], attributes: { num_groups: { i: 2 } } },
  { op: 'Sigmoid', inputs: ['g'], outputs: ['s'] },
  { op: 'Mul', inputs: ['g', 's'], outputs: ['m'] },
  {
    op: 'Transpose',
    inputs: [silu ? 'm' : 'g'],
    outputs: ['y'],
    attributes: { perm: { ints: last ? [0, 2, 3, 1] : [0, 1, 2, 3] } },
  },
];

const normalisations: readonly Case[] = [
  {
    op: 'SkipLayerNormalization',
    x: [2, 3, 6],
    constants: { skip: sample([2, 3, 6], 1), ...gamma, beta: sample([6], 4) },
  },
  {
    op: 'SkipLayerNormalization',
    title: 'with bias, and the sum as output',
    x: [2, 3, 6],
    attributes: { epsilon: { f: 0.01 } },
    constants: { skip: sample([3, 6], 1), ...gamma, beta: sample([6], 4), bias: sample([6], 5) },
    outputs: ['y', '', '', 'sum'],
  },
  { op: 'SimplifiedLayerNormalization', domain: '', x: [2, 3, 6], constants: gamma },
  {
    op: 'SkipSimplifiedLayerNormalization',
    x: [2, 3, 6],
    constants: { skip: sample([2, 3, 6], 1), ...gamma, bias: sample([6], 5) },
    outputs: ['y', '', '', 'sum'],
  },
  {
    op: 'GroupNorm',
    opset: 21,
    x: [2, 3, 2, 6],
    attributes: { groups: { i: 2 }, activation: { i: 1 } },
    constants: { ...gamma, beta: sample([6], 4) },
    reference: groupReference('x', true, true),
  },
  {
    op: 'GroupNorm',
    title: 'channels first',
    opset: 21,
    x: [2, 6, 3, 2],
    attributes: { groups: { i: 2 }, activation: { i: 0 }, channels_last: { i: 0 } },
    constants: { ...gamma, beta: sample([6], 4) },
    reference: groupReference('x', false, false),
  },
  {
    op: 'SkipGroupNorm',
    opset: 21,
    x: [2, 3, 2, 6],
    attributes: { groups: { i: 2 }, activation: { i: 0 } },
    constants: { ...gamma, beta: sample([6], 4), skip: sample([2, 3, 2, 6], 7), bias: sample([6], 8) },
    outputs: ['y', 'sum'],
    reference: [
      { op: 'Add', inputs: ['x', 'skip'], outputs: ['s1'] },
      { op: 'Add', inputs: ['s1', 'bias'], outputs: ['sum'] },
      ...groupReference('sum', true, false),
    ],
  },
];

const turn = (x: string, y: string, perm: readonly number[]): ModelNode => ({
  op: 'Transpose',
  inputs: [x],
  outputs: [y],
  attributes: { perm: { ints: perm } },
});
const channelsLast: readonly Case[] = [
  {
    op: 'NhwcFusedConv',
    step: 0.004,
    x: [1, 5, 5, 3],
    attributes: { activation: { s: 'Relu' }, pads: { ints: [1, 1, 1, 1] } },
    constants: { ...kernel, z: sample([1, 5, 5, 4], 6, 4) },
    reference: [
      turn('x', 'first', [0, 3, 1, 2]),
      { op: 'Conv', inputs: ['first', 'w', 'b'], outputs: ['c'], attributes: { pads: { ints: [1, 1, 1, 1] } } },
      turn('c', 'last', [0, 2, 3, 1]),
      { op: 'Add', inputs: ['last', 'z'], outputs: ['sum'] },
      { op: 'Relu', inputs: ['sum'], outputs: ['y'] },
    ],
  },
  {
    op: 'NhwcConv',
    x: [1, 5, 5, 3],
    attributes: { strides: { ints: [2, 2] } },
    constants: { w: sample([4, 3, 3, 3], 9, 0.4) },
    reference: [
      turn('x', 'first', [0, 3, 1, 2]),
      turn('w', 'kernel', [0, 3, 1, 2]),
      { op: 'Conv', inputs: ['first', 'kernel'], outputs: ['c'], attributes: { strides: { ints: [2, 2] } } },
      turn('c', 'y', [0, 2, 3, 1]),
    ],
  },
  {
    op: 'AveragePool',
    domain: 'com.ms.internal.nhwc',
    x: [1, 4, 4, 3],
    attributes: { kernel_shape: { ints: [2, 2] } },
    reference: [
      turn('x', 'first', [0, 3, 1, 2]),
      { op: 'AveragePool', inputs: ['first'], outputs: ['p'], attributes: { kernel_shape: { ints: [2, 2] } } },
      turn('p', 'y', [0, 2, 3, 1]),
    ],
  },
];

const weights = (columns: number) => ({ w: sample([8, columns], 1, 0.5), b: sample([columns], 2) });
const numbers = (dims: readonly number[], of: (i: number) => number): Tensor => ({
  dtype: 'int32',
  dims,
  data: Int32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => of(i)),
});
const heads = { num_heads: { i: 2 } };
const attentions: readonly Case[] = [
  { op: 'Attention', x: [2, 3, 8], attributes: heads, constants: weights(24) },
  {
    op: 'Attention',
    title: 'of other sizes, scaled',
    x: [2, 3, 8],
    attributes: { ...heads, qkv_hidden_sizes: { ints: [4, 4, 6] }, scale: { f: 0.4 } },
    constants: weights(14),
  },
  {
    op: 'Attention',
    title: 'masked',
    x: [2, 3, 8],
    attributes: heads,
    constants: { ...weights(24), mask: numbers([2, 3], (i) => (i === 4 ? 0 : 1)) },
  },
  {
    op: 'Attention',
    title: 'masked for every query, and causal',
    x: [2, 3, 8],
    attributes: { ...heads, unidirectional: { i: 1 } },
    constants: { ...weights(24), mask: numbers([2, 3, 3], (i) => (i % 5 === 4 ? 0 : 1)) },
  },
  {
    op: 'Attention',
    title: 'with a bias on the scores',
    x: [2, 3, 8],
    attributes: heads,
    constants: { ...weights(24), scores: sample([2, 2, 3, 3], 5) },
    inputs: ['x', 'w', 'b', '', '', 'scores'],
  },
  {
    op: 'MultiHeadAttention',
    title: 'of itself, with biases',
    x: [2, 3, 8],
    attributes: heads,
    constants: { k: sample([2, 5, 8], 1), v: sample([2, 5, 8], 2), b: sample([24], 3) },
  },
  {
    op: 'MultiHeadAttention',
    title: 'without biases, scaled and masked',
    x: [2, 3, 8],
    attributes: { ...heads, scale: { f: 0.3 } },
    constants: {
      k: sample([2, 5, 8], 1),
      v: sample([2, 5, 8], 2),
      mask: numbers([2, 5], (i) => (i % 4 === 3 ? 0 : 1)),
      scores: sample([1, 2, 3, 5], 4),
    },
    inputs: ['x', 'k', 'v', '', 'mask', 'scores'],
  },
  {
    op: 'MultiHeadAttention',
    title: 'with itself three times',
    x: [2, 3, 8],
    attributes: heads,
    inputs: ['x', 'x', 'x'],
  },
  {
    op: 'MultiHeadAttention',
    title: 'of keys given head by head',
    x: [2, 3, 8],
    attributes: heads,
    constants: { k: sample([2, 2, 5, 4], 1), v: sample([2, 2, 5, 4], 2) },
  },
  {
    op: 'MultiHeadAttention',
    title: 'packed',
    x: [2, 3, 2, 3, 4],
    attributes: heads,
    reference: [
      {
        op: 'Split',
        inputs: ['x'],
        outputs: ['q5', 'k5', 'v5'],
        attributes: { axis: { i: 3 }, num_outputs: { i: 3 } },
      },
      ...['q', 'k', 'v'].map((name): ModelNode => ({ op: 'Reshape', inputs: [`${name}5`, 'shape'], outputs: [name] })),
      { op: 'MultiHeadAttention', domain: 'com.microsoft', inputs: ['q', 'k', 'v'], outputs: ['y'], attributes: heads },
    ],
    constants: { shape: { dtype: 'int64', dims: [3], data: BigInt64Array.of(2n, 3n, 8n) } },
    inputs: ['x'],
  },
  {
    op: 'MultiHeadAttention',
    title: 'with packed keys and values',
    x: [2, 3, 8],
    attributes: heads,
    constants: {
      kv: sample([2, 5, 2, 2, 4], 1),
      shape: { dtype: 'int64', dims: [3], data: BigInt64Array.of(2n, 5n, 8n) },
    },
    inputs: ['x', 'kv'],
    reference: [
      { op: 'Split', inputs: ['kv'], outputs: ['k5', 'v5'], attributes: { axis: { i: 3 }, num_outputs: { i: 2 } } },
      ...['k', 'v'].map((name): ModelNode => ({ op: 'Reshape', inputs: [`${name}5`, 'shape'], outputs: [name] })),
      { op: 'MultiHeadAttention', domain: 'com.microsoft', inputs: ['x', 'k', 'v'], outputs: ['y'], attributes: heads },
    ],
  },
];

describe.each([
  ['activations', named(activations)],
  ['normalisations', named(normalisations)],
  ['channels last', named(channelsLast)],
  ['attention', named(attentions)],
])('%s', (_, cases) => {
  it.each(cases)('$title', check);
});
