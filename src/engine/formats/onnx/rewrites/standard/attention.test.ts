import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../../test/support/folder';
import { checkImport, importModel, sample } from '../../../../../../test/support/importCheck';
import type { Model, ModelAttribute } from '../../../../../../test/support/onnxModel';
import { usualRuntime } from '../../../../../../test/support/runtimes';
import { float32, int64, type Tensor } from '../../../../graph/ir/tensor';

const folder = temporaryFolder();

interface Case {
  readonly title: string;
  readonly opset?: number;
  readonly shapes: readonly (readonly number[])[];
  readonly attributes?: Readonly<Record<string, ModelAttribute>>;
  /** Inputs after the first three. */
  readonly more?: Readonly<Record<string, Tensor>>;
  readonly places?: readonly string[];
  readonly outputs?: readonly string[];
}

const threeD = { q_num_heads: { i: 2 }, kv_num_heads: { i: 2 } };
const flat = [
  [2, 3, 8],
  [2, 5, 8],
  [2, 5, 12],
];
const heads = [
  [2, 4, 3, 4],
  [2, 4, 5, 4],
  [2, 4, 5, 6],
];
const shared = [
  [2, 4, 3, 4],
  [2, 2, 5, 4],
  [2, 2, 5, 6],
];
const visible = (dims: readonly number[]): Tensor => ({
  dtype: 'bool',
  dims,
  data: Uint8Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => (i % 3 === 1 ? 0 : 1)),
});
const square = [
  [1, 2, 4, 4],
  [1, 2, 4, 4],
  [1, 2, 4, 4],
];

const cases: readonly Case[] = [
  { title: 'three dimensions', shapes: flat, attributes: threeD },
  { title: 'four dimensions', shapes: heads },
  { title: 'a scale', shapes: heads, attributes: { scale: { f: 0.3 } } },
  { title: 'shared keys', shapes: shared },
  {
    title: 'shared keys in three dimensions',
    shapes: [
      [2, 3, 16],
      [2, 5, 8],
      [2, 5, 12],
    ],
    attributes: { q_num_heads: { i: 4 }, kv_num_heads: { i: 2 } },
  },
  { title: 'a mask of numbers', shapes: heads, more: { mask: sample([3, 5], 3) } },
  { title: 'a mask of truths', shapes: heads, more: { mask: visible([2, 1, 3, 5]) } },
  {
    title: 'a query that sees nothing',
    shapes: square,
    more: { mask: { dtype: 'bool', dims: [4, 4], data: Uint8Array.from({ length: 16 }, (_, i) => (i < 12 ? 1 : 0)) } },
  },
  { title: 'causal', shapes: square, attributes: { is_causal: { i: 1 } } },
  {
    title: 'causal and masked',
    shapes: square,
    attributes: { is_causal: { i: 1 } },
    more: { mask: sample([4, 4], 1) },
  },
  { title: 'softcap', shapes: heads, attributes: { softcap: { f: 0.7 } } },
  {
    title: 'softcap and mask, opset 23',
    opset: 23,
    shapes: heads,
    attributes: { softcap: { f: 0.7 } },
    more: { mask: sample([3, 5], 3) },
  },
  {
    title: 'softcap and mask',
    opset: 24,
    shapes: heads,
    attributes: { softcap: { f: 0.7 } },
    more: { mask: sample([3, 5], 3) },
  },
  {
    title: 'past and present',
    shapes: shared,
    more: { past_k: sample([2, 2, 2, 4], 8), past_v: sample([2, 2, 2, 6], 9) },
    places: ['', 'past_k', 'past_v'],
    outputs: ['y', 'present_k', 'present_v'],
  },
  ...[0, 1, 2, 3].map((mode) => ({
    title: `scores of mode ${mode}`,
    opset: 24,
    shapes: heads,
    attributes: { softcap: { f: 0.9 }, qk_matmul_output_mode: { i: mode } },
    more: { mask: sample([3, 5], 3) },
    outputs: ['y', '', '', 'scores'],
  })),
];

describe('Attention', () => {
  it.each(cases)('$title', async ({ opset = 23, shapes, attributes, more = {}, places, outputs = ['y'] }) => {
    const names = ['q', 'k', 'v'];
    const feeds = Object.fromEntries(names.map((name, index) => [name, sample(shapes[index] as number[], index)]));
    const model: Model = {
      opset,
      irVersion: 10,
      nodes: [{ op: 'Attention', inputs: [...names, ...(places ?? Object.keys(more))], outputs, attributes }],
      inputs: Object.fromEntries(
        names.map((name, index) => [name, { dims: ['N', ...(shapes[index]?.slice(1) ?? [])] }]),
      ),
      outputs: Object.fromEntries(outputs.filter((name) => name).map((name) => [name, {}])),
      initializers: more,
    };
    const graph = await checkImport(folder, model, feeds, { gradients: names });
    const shown = graph.nodes.filter((node) => node.shownAs);
    expect(shown.map((node) => [node.outputs[0], node.shownAs])).toEqual(
      expect.arrayContaining([
        ['y/attention_probabilities', 'Softmax'],
        ['y', 'Attention'],
      ]),
    );
    expect(shown.length).toBeLessThanOrEqual(1 + outputs.filter((name) => name !== '').length);
    expect(graph.nodes.map((node) => node.op)).not.toContain('Attention');
  });

  it('is unsupported where it pads its keys', async () => {
    const names = ['q', 'k', 'v'];
    const model: Model = {
      opset: 24,
      nodes: [{ op: 'Attention', name: 'padded', inputs: [...names, '', '', '', 'lengths'], outputs: ['y'] }],
      inputs: Object.fromEntries(names.map((name, index) => [name, { dims: square[index] as number[] }])),
      outputs: { y: {} },
      initializers: { lengths: int64([1], [2]) },
    };
    const feeds = Object.fromEntries(names.map((name) => [name, sample([1, 2, 4, 4])]));
    await expect(importModel(folder, model, feeds)).rejects.toThrow(
      'The operator Attention of node “padded” takes the lengths of padded keys (nonpad_kv_seqlen).',
    );
  });
});

describe('other operators of transformers', () => {
  const one = (opset: number, op: string, attributes: Record<string, ModelAttribute>, initializers = {}): Model => ({
    opset,
    irVersion: 10,
    nodes: [{ op, inputs: ['x', ...Object.keys(initializers)], outputs: ['y'], attributes }],
    inputs: { x: { dims: ['N', 3, 8] } },
    outputs: { y: {} },
    initializers,
  });
  const x = sample([2, 3, 8]);

  it.each([
    ['last axis', { epsilon: { f: 0.01 } }, [8]],
    ['two axes', { axis: { i: -2 } }, [3, 8]],
    ['counted from the front', { axis: { i: 1 } }, [3, 8]],
  ])('RMSNormalization, %s', async (_, attributes: Record<string, ModelAttribute>, dims) => {
    const model = one(23, 'RMSNormalization', attributes, { scale: sample(dims as number[], 4) });
    await checkImport(folder, model, { x }, { gradients: ['x'] });
  });

  it.each<[Record<string, { f: number }>]>([[{}], [{ alpha: { f: 1.7 } }]])('Swish %o', async (attributes) => {
    const swish = (alpha: number) => (value: number) => value / (1 + Math.exp(-alpha * value));
    const graph = await importModel(folder, one(24, 'Swish', attributes), { x });
    expect(graph.nodes.map((node) => node.op).at(-1)).toBe('Mul');
    const program = await usualRuntime.compile(graph, ['y'], { threads: 1 });
    const y = (await program.run({ x }))['y'] as Tensor;
    const alpha = attributes['alpha']?.f ?? 1;
    (x.data as Float32Array).forEach((value, index) => {
      expect((y.data as Float32Array)[index]).toBeCloseTo(swish(alpha)(value), 5);
    });
    await program.dispose();
  });

  const angle = (dims: readonly number[], of: (value: number) => number): Tensor => {
    const count = dims.reduce((a, b) => a * b, 1);
    return float32(
      dims,
      Float32Array.from({ length: count }, (_, i) => of(0.37 * i)),
    );
  };
  const caches = (dims: readonly number[]) => ({ cos: angle(dims, Math.cos), sin: angle(dims, Math.sin) });
  const positions = int64([2, 3], [0, 2, 4, 1, 3, 0]);
  it.each([
    ['by position', [2, 3, 8], { num_heads: { i: 2 } }, { ...caches([5, 2]), positions }],
    ['interleaved', [2, 3, 8], { num_heads: { i: 2 }, interleaved: { i: 1 } }, caches([2, 3, 2])],
    ['in part', [2, 3, 8], { num_heads: { i: 1 }, rotary_embedding_dim: { i: 4 } }, caches([2, 3, 2])],
    ['four dimensions', [2, 2, 3, 4], {}, caches([2, 3, 2])],
  ] as const)('RotaryEmbedding %s', async (_, dims, attributes, constants) => {
    const model = one(23, 'RotaryEmbedding', attributes, constants);
    const feeds = { x: sample(dims) };
    await checkImport(folder, { ...model, inputs: { x: { dims: ['N', ...dims.slice(1)] } } }, feeds, {
      gradients: ['x'],
    });
  });
});
