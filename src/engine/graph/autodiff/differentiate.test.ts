import { describe, expect, it } from 'vitest';
import { checkGradient, graphOf, randomTensor, type SmallGraph } from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { UnsupportedOperatorError } from '../../../shared/errors';
import { bind } from '../binding/bind';
import { type DType, float32, int64, type Tensor } from '../ir/tensor';
import { typeCode } from '../ops/elementTypes';
import { guided, guidedRelu } from '../rules/guided';
import { standard } from '../rules/standard';
import { differentiate } from './differentiate';

/** Two convolutions with a residual: conv → relu → conv → add(with the relu) → relu → mean → gemm. */
const residual: SmallGraph = {
  inputs: { x: [2, 6, 6] },
  constants: {
    w1: randomTensor([3, 2, 3, 3], 1),
    w2: randomTensor([3, 3, 3, 3], 2),
    fc: randomTensor([3, 4], 3),
  },
  nodes: [
    { op: 'Conv', inputs: ['x', 'w1'], outputs: ['conv1'], attributes: { pads: [1, 1, 1, 1] } },
    { op: 'Relu', inputs: ['conv1'], outputs: ['relu1'] },
    { op: 'Conv', inputs: ['relu1', 'w2'], outputs: ['conv2'], attributes: { pads: [1, 1, 1, 1] } },
    { op: 'Add', inputs: ['conv2', 'relu1'], outputs: ['sum'] },
    { op: 'Relu', inputs: ['sum'], outputs: ['relu2'] },
    { op: 'GlobalAveragePool', inputs: ['relu2'], outputs: ['pooled'] },
    { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
    { op: 'Gemm', inputs: ['flat', 'fc'], outputs: ['logits'] },
  ],
};

async function run(
  graph: Parameters<typeof differentiate>[0],
  outputs: readonly string[],
  feeds: Record<string, Tensor>,
) {
  const program = await usualRuntime.compile(graph, outputs, { dynamicBatch: true, threads: 1 });
  const results = await program.run(Object.fromEntries(program.inputs.map((name) => [name, feeds[name] as Tensor])));
  await program.dispose();
  return results;
}

/** The elements, −0 as 0. */
const floats = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array, (value) => value + 0);
const input = randomTensor([1, 2, 6, 6], 7);
const cotangent = float32([1, 4], Float32Array.of(0, 1, 0, 0));

describe('differentiate', () => {
  it('adds up several uses of a value', async () => {
    // Smaller than the distance of any pre-activation from its kink at this cotangent.
    await checkGradient(residual, { step: 1e-3, tolerance: 5e-3, seed: 5 });
  });

  it('adds up very many uses of a value in one node', async () => {
    const uses = Array.from({ length: 300 }, (_, k) => `use${k}`);
    const fan: SmallGraph = {
      inputs: { x: [2, 2, 2] },
      constants: {},
      nodes: [
        ...uses.map((use, k) => ({ op: k % 2 ? 'Relu' : 'Neg', inputs: ['x'], outputs: [use] })),
        { op: 'Sum', inputs: uses, outputs: ['all'] },
        { op: 'GlobalAveragePool', inputs: ['all'], outputs: ['pooled'] },
        { op: 'Flatten', inputs: ['pooled'], outputs: ['logits'] },
      ],
    };
    const graph = bind(graphOf(fan));
    const { graph: both, gradients } = differentiate(graph, {
      of: 'logits',
      cotangent: 'cotangent',
      wrt: ['x'],
      rules: standard,
    });
    expect(both.nodes.filter(({ op }) => op === 'Add')).toHaveLength(0);
    const name = gradients.get('x') as string;
    const x = float32([1, 2, 2, 2], Float32Array.of(1, -1, 2, -2, 3, -3, 4, -4));
    const results = await run(both, [name], { x, cotangent: float32([1, 2], Float32Array.of(4, 8)) });
    // 150 negatives give −1 each, and 150 ReLUs 1 where x is positive; the mean divides by four.
    expect(floats(results[name])).toEqual([0, -150, 0, -150, 0, -300, 0, -300]);
  });

  it('gives the input and layers at once, and the same as one by one', async () => {
    const graph = bind(graphOf(residual));
    const wrt = ['x', 'relu1', 'relu2', 'conv2', 'logits'];
    const all = differentiate(graph, { of: 'logits', cotangent: 'cotangent', wrt, rules: standard });
    const together = await run(all.graph, [...all.gradients.values()], { x: input, cotangent });
    for (const name of wrt) {
      const one = differentiate(graph, { of: 'logits', cotangent: 'cotangent', wrt: [name], rules: standard });
      const gradient = one.gradients.get(name) as string;
      const alone = await run(one.graph, [gradient], { x: input, cotangent });
      expect(floats(together[all.gradients.get(name) as string]), name).toEqual(floats(alone[gradient]));
      expect(alone[gradient]?.dims).toEqual(graph.types.get(name)?.dims);
    }
  });

  it('computes nothing in front of the earliest wanted value', () => {
    const graph = bind(graphOf(residual));
    const { graph: joint } = differentiate(graph, {
      of: 'logits',
      cotangent: 'cotangent',
      wrt: ['relu2'],
      rules: standard,
    });
    const added = joint.nodes.slice(graph.nodes.length).map((node) => node.op);
    expect(added).not.toContain('Conv');
    expect(added).not.toContain('ConvTranspose');
    expect(added).not.toContain('Greater');
  });

  it('leaves no output that is not wanted', () => {
    const graph = bind(graphOf(residual));
    const { graph: joint, gradients } = differentiate(graph, {
      of: 'logits',
      cotangent: 'cotangent',
      wrt: ['x'],
      rules: standard,
    });
    expect(joint.outputs).toEqual(['logits', gradients.get('x')]);
    const read = new Set([...joint.nodes.flatMap((node) => node.inputs), ...joint.outputs]);
    const dead = joint.nodes.filter((node) => !node.outputs.some((output) => read.has(output)));
    expect(dead).toEqual([]);
  });

  it('runs again on its result with another table, and one program holds both', async () => {
    const graph = bind(graphOf(residual));
    const first = differentiate(graph, {
      of: 'logits',
      cotangent: 'cotangent',
      wrt: ['x'],
      rules: standard,
      prefix: 'standard',
    });
    const second = differentiate(first.graph, {
      of: 'logits',
      cotangent: 'guidedCotangent',
      wrt: ['x', 'relu2'],
      rules: guided,
      prefix: 'guided',
    });
    const [plain, guidedX] = [first.gradients.get('x') as string, second.gradients.get('x') as string];
    const both = await run(second.graph, [plain, guidedX], { x: input, cotangent, guidedCotangent: cotangent });
    const alone = await run(first.graph, [plain], { x: input, cotangent });
    expect(floats(both[plain])).toEqual(floats(alone[plain]));
    expect(floats(both[guidedX])).not.toEqual(floats(alone[plain]));
  });

  it('gives zeros for a value that the target does not depend on', async () => {
    const graph = bind(
      graphOf({
        inputs: { x: [3] },
        nodes: [
          { op: 'Neg', inputs: ['x'], outputs: ['a'] },
          { op: 'Abs', inputs: ['x'], outputs: ['b'] },
        ],
        outputs: ['a', 'b'],
      }),
    );
    const { graph: joint, gradients } = differentiate(graph, {
      of: 'a',
      cotangent: 'cotangent',
      wrt: ['b'],
      rules: standard,
    });
    const x = float32([2, 3], new Float32Array(6).fill(1));
    const result = await run(joint, [gradients.get('b') as string], { x, cotangent: x });
    expect(result[gradients.get('b') as string]?.dims).toEqual([2, 3]);
    expect(floats(result[gradients.get('b') as string])).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('names the operator and the node when there is no gradient', () => {
    const small = {
      inputs: { x: [3] },
      constants: { a: int64([1], [1]) },
      nodes: [{ op: 'ReduceProd', inputs: ['x', 'a'] }],
    };
    const graph = bind(graphOf(small));
    const { ReduceProd: _, ...rules } = standard;
    expect(() => differentiate(graph, { of: 'v0', cotangent: 'cotangent', wrt: ['x'], rules })).toThrow(
      'The operator ReduceProd of node “node_0” has no gradient.',
    );
    expect(() => differentiate(graph, { of: 'v0', cotangent: 'cotangent', wrt: ['nothing'], rules: standard })).toThrow(
      'The model has no value named “nothing”.',
    );
  });
});

describe('floating-point types other than float32', () => {
  const to = (dtype: DType, x: string) => ({ op: 'Cast', inputs: [x], attributes: { to: typeCode(dtype) } });
  const gradient = (nodes: SmallGraph['nodes']) => {
    const graph = bind(graphOf({ inputs: { x: [3] }, nodes }));
    return differentiate(graph, {
      of: graph.outputs[0] as string,
      cotangent: 'cotangent',
      wrt: ['x'],
      rules: standard,
    });
  };

  it('are unsupported where an operator computes in them', () => {
    const squared = [to('float64', 'x'), { op: 'Mul', inputs: ['v0', 'v0'] }, to('float32', 'v1')];
    expect(() => gradient(squared)).toThrow(
      new UnsupportedOperatorError(
        'Mul',
        'node_1',
        'The operator Mul of node “node_1” computes in float64, and gradients go through float32 only.',
      ),
    );
  });

  it('may be passed by, and computed in where no gradient goes', () => {
    const nodes = [
      to('float64', 'x'),
      to('float32', 'v0'),
      { op: 'Shape', inputs: ['x'], attributes: { start: 1 } },
      to('float16', 'v2'),
      { op: 'Neg', inputs: ['v3'] },
      to('float32', 'v4'),
      { op: 'Add', inputs: ['v1', 'v5'] },
    ];
    expect(gradient(nodes).graph.nodes.map((node) => node.op)).toContain('Cast');
  });
});

describe('guided rules', () => {
  const gradient = async (
    op: string,
    inputs: readonly string[],
    x: readonly number[],
    g: readonly number[],
    attributes = {},
    rules = guided,
  ) => {
    const constants = {
      zero: float32([], Float32Array.of(0)),
      six: float32([], Float32Array.of(6)),
      low: float32([], Float32Array.of(-1)),
    };
    const graph = bind(graphOf({ inputs: { x: [x.length] }, constants, nodes: [{ op, inputs, attributes }] }));
    const { graph: joint, gradients } = differentiate(graph, { of: 'v0', cotangent: 'cotangent', wrt: ['x'], rules });
    const feeds = {
      x: float32([1, x.length], Float32Array.from(x)),
      cotangent: float32([1, g.length], Float32Array.from(g)),
    };
    return floats((await run(joint, [gradients.get('x') as string], feeds))[gradients.get('x') as string]);
  };
  const x = [-1, 2, 2, -1, 8];
  const g = [3, 3, -3, -3, 3];

  it('Relu passes positive gradients of positive activations', async () => {
    expect(await gradient('Relu', ['x'], x, g)).toEqual([0, 3, 0, 0, 3]);
  });

  it('Relu6 does so too, below its upper bound', async () => {
    expect(await gradient('Clip', ['x', 'zero', 'six'], x, g)).toEqual([0, 3, 0, 0, 0]);
    expect(await gradient('Clip', ['x', 'zero'], x, g)).toEqual([0, 3, 0, 0, 3]);
  });

  it('Relu6 keeps its true gradient under the rules of the published libraries', async () => {
    expect(await gradient('Clip', ['x', 'zero', 'six'], x, g, {}, guidedRelu)).toEqual([0, 3, -3, 0, 0]);
    expect(await gradient('Relu', ['x'], x, g, {}, guidedRelu)).toEqual([0, 3, 0, 0, 3]);
  });

  it('another Clip and LeakyRelu keep their true gradient', async () => {
    expect(await gradient('Clip', ['x', 'low', 'six'], [0, 2, 2, -2, 8], g)).toEqual([3, 3, -3, 0, 0]);
    expect(await gradient('LeakyRelu', ['x'], x, g, { alpha: 0.5 })).toEqual([1.5, 3, -3, -1.5, 3]);
  });
});
