import { describe, expect, it } from 'vitest';
import {
  expectClose,
  gradientOf,
  graphOf,
  randomTensor,
  type SmallGraph,
} from '../../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { differentiate } from '../../autodiff/differentiate';
import { bind } from '../../binding/bind';
import { float32, int64, type Tensor } from '../../ir/tensor';
import { ruleTable } from '..';
import { epsilonRule } from './layerRule';
import { relevanceTable } from './relevanceTable';

const table = relevanceTable({ convolution: epsilonRule(0), dense: epsilonRule(0), epsilon: 0, attention: 'taylor' });
const list = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array, (value) => value + 0);
const vector = (...values: number[]) => float32([1, values.length], Float32Array.from(values));
const number = (value: number) => float32([], Float32Array.of(value));

async function relevance(small: SmallGraph, x: Tensor, cotangent: Tensor, rules = table): Promise<number[]> {
  return list((await gradientOf(small, { x }, cotangent, rules))['x']);
}

describe('the relevance table', () => {
  it('names operators without a rule, which are unsupported', () => {
    const small: SmallGraph = { inputs: { x: [4] }, nodes: [{ op: 'LogSoftmax', inputs: ['x'] }] };
    const graph = bind(graphOf(small));
    expect(() => differentiate(graph, { of: 'v0', cotangent: 'cotangent', wrt: ['x'], rules: table })).toThrow(
      'The operator LogSoftmax of node “node_0” has no relevance rule.',
    );
  });

  it('gives a bias its share when it is asked for', async () => {
    const small: SmallGraph = {
      inputs: { x: [2] },
      constants: { w: float32([2, 1], Float32Array.of(1, 2)), b: float32([1], Float32Array.of(4)) },
      nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'b'] }],
    };
    const { gradients } = differentiate(bind(graphOf(small)), {
      of: 'v0',
      cotangent: 's',
      wrt: ['x', 'b'],
      rules: table,
    });
    expect([...gradients.keys()]).toEqual(['x', 'b']);
    // z = 1·1 + 2·1.5 + 4 = 8.
    expect(await relevance(small, vector(1, 1.5), vector(8))).toEqual([1, 3]);
  });

  it.each(['lrp-gamma', 'lrp-alpha-beta', 'lrp-z-plus', 'lrp-w-square', 'lrp-flat'] as const)(
    'gives the bias that is added behind a product what it gives to that of a Gemm, by %s',
    async (name) => {
      const constants = { w: randomTensor([3, 4], 1), bias: randomTensor([4], 2) };
      const shares = async (nodes: SmallGraph['nodes']) => {
        const graph = bind(graphOf({ inputs: { x: [3] }, constants, nodes, outputs: ['y'] }));
        const rules = ruleTable(name);
        const backward = differentiate(graph, { of: 'y', cotangent: 's', wrt: ['x', 'bias'], rules });
        const names = [...backward.gradients.values()];
        const program = await usualRuntime.compile(backward.graph, names, { dynamicBatch: true, threads: 1 });
        const results = await program.run({ x: randomTensor([2, 3], 3), s: randomTensor([2, 4], 4) });
        await program.dispose();
        return names.map((each) => list(results[each]));
      };
      const [x, bias] = await shares([{ op: 'Gemm', inputs: ['x', 'w', 'bias'], outputs: ['y'] }]);
      for (const operands of [
        ['p', 'bias'],
        ['bias', 'p'],
      ]) {
        const [ownX, ownBias] = await shares([
          { op: 'MatMul', inputs: ['x', 'w'], outputs: ['p'] },
          { op: 'Add', inputs: operands, outputs: ['y'] },
        ]);
        expectClose(ownX as number[], x as number[], 1e-6, 'x');
        expectClose(ownBias as number[], bias as number[], 1e-6, 'bias');
      }
    },
  );

  it('takes an addend for the bias of a product only where it is one', async () => {
    // Each of 2 places with 4 outputs; the sum of what is added is the same in all cases.
    const [w, one] = [randomTensor([3, 4], 1), randomTensor([4], 2)];
    const values = list(one);
    const places = float32([1, 2, 4], Float32Array.from([...values, ...values]));
    const [x, cotangent] = [randomTensor([1, 2, 3], 3), randomTensor([1, 2, 4], 4)];
    const behind = (more: SmallGraph['nodes'], constants: SmallGraph['constants']) =>
      relevance(
        {
          inputs: { x: [2, 3] },
          constants: { w, ...constants },
          nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['p'] }, ...more],
          outputs: ['y'],
        },
        x,
        cotangent,
        ruleTable('lrp-gamma'),
      );
    const added = { op: 'Add', inputs: ['p', 'bias'], outputs: ['y'] };
    const bias = await behind([added], { bias: one });
    const shaped = await behind([added], { bias: { ...one, dims: [1, 1, 4] } });
    expectClose(shaped, bias, 1e-6, 'of the product’s rank');
    const positions = await behind([added], { bias: places });
    const later = await behind(
      [
        { op: 'Identity', inputs: ['p'], outputs: ['q'] },
        { ...added, inputs: ['q', 'bias'] },
      ],
      {
        bias: one,
      },
    );
    expectClose(positions, later, 1e-6, 'an embedding of positions keeps its share');
    expect(Math.max(...positions.map((value, i) => Math.abs(value - (bias[i] as number))))).toBeGreaterThan(1e-2);
  });

  it('has no bias in a product whose own relevance is asked, or that is read twice', async () => {
    const constants = {
      w: randomTensor([3, 4], 1),
      bias: randomTensor([4], 2),
      zero: float32([4], new Float32Array(4)),
    };
    const product = { op: 'MatMul', inputs: ['x', 'w'], outputs: ['p'] };
    const [x, cotangent] = [randomTensor([1, 3], 3), randomTensor([1, 4], 4)];
    const rules = ruleTable('lrp-gamma');
    const alone = await relevance({ inputs: { x: [3] }, constants, nodes: [product] }, x, cotangent, rules);
    const followed = { op: 'Add', inputs: ['p', 'bias'], outputs: ['y'] };
    const graph = { inputs: { x: [3] }, constants, nodes: [product, followed], outputs: ['p'] };
    expectClose(await relevance(graph, x, cotangent, rules), alone, 1e-6, 'asked for itself');
    const twice = { op: 'Mul', inputs: ['p', 'zero'], outputs: ['nothing'] };
    const nodes = [product, followed, twice, { op: 'Add', inputs: ['y', 'nothing'], outputs: ['z'] }];
    const result = await relevance({ inputs: { x: [3] }, constants, nodes, outputs: ['z'] }, x, cotangent, rules);
    const once = await relevance({ inputs: { x: [3] }, constants, nodes: [product, followed] }, x, cotangent, rules);
    expect(Math.max(...result.map((value, i) => Math.abs(value - (once[i] as number))))).toBeGreaterThan(1e-3);
  });

  it('shares a residual addition in proportion, and sums what comes back by both ways', async () => {
    const small: SmallGraph = {
      inputs: { x: [2] },
      constants: { three: number(3) },
      nodes: [
        { op: 'Mul', inputs: ['x', 'three'] },
        { op: 'Neg', inputs: ['v0'] },
        { op: 'Add', inputs: ['x', 'v1'] },
      ],
    };
    // y = x − 3x: the identity gets −½ of R, the branch 3/2.
    expectClose(await relevance(small, vector(2, -1), vector(4, 8)), [4, 8], 1e-6, 'residual');
  });

  it('lets a gate be half of its product (squeeze and excitation)', async () => {
    const small: SmallGraph = {
      inputs: { x: [2, 2, 2] },
      nodes: [
        { op: 'GlobalAveragePool', inputs: ['x'] },
        { op: 'Sigmoid', inputs: ['v0'] },
        { op: 'Mul', inputs: ['x', 'v1'] },
      ],
    };
    const x = randomTensor([1, 2, 2, 2], 3, 0.1, 1);
    const result = await relevance(small, x, float32([1, 2, 2, 2], new Float32Array(8).fill(1)));
    const values = list(x);
    const expected = values.map((value, i) => {
      const channel = values.slice(Math.floor(i / 4) * 4, Math.floor(i / 4) * 4 + 4);
      return 0.5 + (0.5 * 4 * value) / channel.reduce((sum, other) => sum + other, 0);
    });
    expectClose(result, expected, 1e-5, 'gate');
  });

  it('leaves the deviation out of a product with its reciprocal', async () => {
    // As TensorFlow writes a normalisation: x · (1/√(mean(x²) + ε)).
    const small: SmallGraph = {
      inputs: { x: [4] },
      constants: { axis: int64([1], [1]), tiny: number(1e-3) },
      nodes: [
        { op: 'Mul', inputs: ['x', 'x'] },
        { op: 'ReduceMean', inputs: ['v0', 'axis'] },
        { op: 'Add', inputs: ['v1', 'tiny'] },
        { op: 'Sqrt', inputs: ['v2'] },
        { op: 'Reciprocal', inputs: ['v3'] },
        { op: 'Mul', inputs: ['x', 'v4'] },
      ],
    };
    expect(await relevance(small, vector(1, -2, 3, 0.5), vector(1, 2, 3, 4))).toEqual([1, 2, 3, 4]);
  });

  it('sends an Einsum with one constant through the layer rule, and one of two values in halves', async () => {
    const w = randomTensor([3, 2], 1);
    const x = randomTensor([1, 4, 3], 2);
    const cotangent = randomTensor([1, 4, 2], 3);
    const nodes = (op: SmallGraph['nodes'][number]) => ({ inputs: { x: [4, 3] }, constants: { w }, nodes: [op] });
    const einsum = nodes({ op: 'Einsum', inputs: ['x', 'w'], attributes: { equation: 'bij,jk->bik' } });
    const matMul = nodes({ op: 'MatMul', inputs: ['x', 'w'] });
    const gamma = ruleTable('lrp-gamma');
    expectClose(
      await relevance(einsum, x, cotangent, gamma),
      await relevance(matMul, x, cotangent, gamma),
      1e-6,
      'layer',
    );
    const squares = nodes({ op: 'Einsum', inputs: ['x', 'x'], attributes: { equation: 'bij,bij->bi' } });
    const ones = float32([1, 4], Float32Array.of(1, 1, 1, 1));
    const total = (await relevance(squares, x, ones)).reduce((sum, value) => sum + value, 0);
    expect(total).toBeCloseTo(4, 5);
  });
});

describe('pixel bounds', () => {
  const w = randomTensor([2, 3, 2, 2], 5);
  const plain: SmallGraph = { inputs: { x: [3, 4, 4] }, constants: { w }, nodes: [{ op: 'Conv', inputs: ['x', 'w'] }] };
  const box = (low: number | readonly number[], high: number | readonly number[]) =>
    ruleTable({ name: 'lrp-z-box', options: { low, high } });
  const cotangent = randomTensor([1, 2, 3, 3], 7);

  it('are taken through preprocessing inside the graph, and exchanged where it turns the axis round', async () => {
    // Channels last, bytes: (x/255 − mean)·scale, one scale negative.
    const mean = Float32Array.of(0.4, 0.5, 0.6);
    const scale = Float32Array.of(2, -3, 4);
    const inside: SmallGraph = {
      inputs: { x: [4, 4, 3] },
      constants: { w, bytes: number(255), mean: float32([3], mean), scale: float32([3], scale) },
      nodes: [
        { op: 'Div', inputs: ['x', 'bytes'] },
        { op: 'Sub', inputs: ['v0', 'mean'] },
        { op: 'Mul', inputs: ['v1', 'scale'] },
        { op: 'Transpose', inputs: ['v2'], attributes: { perm: [0, 3, 1, 2] } },
        { op: 'Conv', inputs: ['v3', 'w'] },
      ],
    };
    const x = randomTensor([1, 4, 4, 3], 6, 0, 255);
    const fed = new Float32Array(48);
    list(x).forEach((value, i) => {
      const [c, place] = [i % 3, Math.floor(i / 3)];
      fed[c * 16 + place] = (value / 255 - (mean[c] as number)) * (scale[c] as number);
    });
    const ends = [0, 1].map((end) => [...mean].map((m, c) => (end - m) * (scale[c] as number)));
    const low = [0, 1, 2].map((c) => Math.min(ends[0]?.[c] as number, ends[1]?.[c] as number));
    const high = [0, 1, 2].map((c) => Math.max(ends[0]?.[c] as number, ends[1]?.[c] as number));
    const reference = await relevance(plain, float32([1, 3, 4, 4], fed), cotangent, box(low, high));
    const { graph, gradients } = differentiate(bind(graphOf(inside)), {
      of: 'v4',
      cotangent: 's',
      wrt: ['v3'],
      rules: box(0, [255, 255, 255]),
    });
    const program = await usualRuntime.compile(graph, [...gradients.values()], { threads: 1 });
    const results = await program.run({ x, s: cotangent });
    await program.dispose();
    expectClose(list(results[gradients.get('v3') as string]), reference, 1e-4, 'bounds');
  });

  it('must fit the input', async () => {
    await expect(relevance(plain, randomTensor([1, 3, 4, 4], 1), cotangent, box([0, 0], 1))).rejects.toThrow(
      '2 pixel bounds do not fit an input of shape [1, 3, 4, 4]: give one for each channel.',
    );
  });
});
