import { describe, expect, it } from 'vitest';
import {
  expectClose,
  graphOf,
  randomTensor,
  type SmallGraph,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { bind } from '../binding/bind';
import { float32, int64, type Tensor } from '../ir/tensor';
import { simplify } from './simplify';

const scalars = { two: 2, half: 0.5, one: 1, root: Math.SQRT2, inverse: Math.SQRT1_2, tiny: 1e-6, other: 0.7 };
const constants = {
  ...Object.fromEntries(
    Object.entries(scalars).map(([name, value]) => [name, float32([], Float32Array.of(value))] as const),
  ),
  last: int64([1], [-1]),
  middle: int64([1], [1]),
  gamma: randomTensor([6], 1),
  beta: randomTensor([6], 2),
};

const node = (op: string, inputs: string[], output: string, attributes = {}): SmallNode => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});

const network = (nodes: SmallNode[]): SmallGraph => {
  const read = new Set(nodes.flatMap((each) => each.inputs));
  const used = Object.fromEntries(Object.entries(constants).filter(([name]) => read.has(name)));
  return { inputs: { x: [5, 6] }, constants: used, nodes };
};

/** Operators after simplifying; the values must be the same. */
async function simplified(small: SmallGraph, keep: string[] = []): Promise<string[]> {
  const graph = bind(graphOf(small));
  const result = simplify(graph, new Set(keep));
  const x = randomTensor([2, 5, 6], 9);
  const [before, after] = await Promise.all(
    [graph, result].map(async (each) => {
      const program = await usualRuntime.compile(each, graph.outputs, { dynamicBatch: true, threads: 1 });
      const values = await program.run({ x });
      await program.dispose();
      return Array.from((values[graph.outputs[0] as string] as Tensor).data as Float32Array);
    }),
  );
  expectClose(after as number[], before as number[], 1e-5, 'simplified');
  return result.nodes.map(({ op }) => op);
}

const cumulative = (argument: SmallNode) => [argument, node('Erf', ['u'], 'erf'), node('Add', ['erf', 'one'], 'sum')];
const divided = node('Div', ['x', 'root'], 'u');

describe('GELU in pieces', () => {
  it.each([
    ['x·(1 + erf)·½', [...cumulative(divided), node('Mul', ['x', 'sum'], 'p'), node('Mul', ['p', 'half'], 'y')]],
    ['½·((1 + erf)·x)', [...cumulative(divided), node('Mul', ['sum', 'x'], 'p'), node('Mul', ['half', 'p'], 'y')]],
    [
      '(x·½)·(1 + erf(x·√½))',
      [
        ...cumulative(node('Mul', ['x', 'inverse'], 'u')),
        node('Mul', ['x', 'half'], 'p'),
        node('Mul', ['p', 'sum'], 'y'),
      ],
    ],
  ])('is one operator: %s', async (_, nodes) => {
    expect(await simplified(network(nodes))).toEqual(['Gelu']);
  });

  it('stays in pieces when one is wanted, read elsewhere, or has another number', async () => {
    const nodes = [...cumulative(divided), node('Mul', ['x', 'sum'], 'p'), node('Mul', ['p', 'half'], 'y')];
    expect(await simplified(network(nodes), ['erf'])).not.toContain('Gelu');
    expect(await simplified(network([...nodes, node('Sub', ['y', 'sum'], 'z')]))).not.toContain('Gelu');
    expect(await simplified(network([...nodes.slice(0, -1), node('Mul', ['p', 'other'], 'y')]))).not.toContain('Gelu');
    const upsideDown = network([...cumulative(node('Div', ['root', 'x'], 'u')), ...nodes.slice(3)]);
    expect(await simplified(upsideDown)).not.toContain('Gelu');
  });
});

const normalisation = (axes: string, square: SmallNode) => [
  node('ReduceMean', ['x', axes], 'mean', { keepdims: 1 }),
  node('Sub', ['x', 'mean'], 'centred'),
  square,
  node('ReduceMean', ['square', axes], 'variance', { keepdims: 1 }),
  node('Add', ['variance', 'tiny'], 'stable'),
  node('Sqrt', ['stable'], 'deviation'),
  node('Div', ['centred', 'deviation'], 'standard'),
  node('Mul', ['standard', 'gamma'], 'scaled'),
  node('Add', ['scaled', 'beta'], 'y'),
];
const power = node('Pow', ['centred', 'two'], 'square');

describe('LayerNormalization in pieces', () => {
  it.each([
    ['Pow', power],
    ['Mul', node('Mul', ['centred', 'centred'], 'square')],
  ])('is one operator, squared by %s', async (_, square) => {
    const small = network(normalisation('last', square));
    expect(await simplified(small)).toEqual(['LayerNormalization']);
    expect(simplify(bind(graphOf(small)), new Set()).nodes[0]?.attributes['epsilon']).toBeCloseTo(1e-6, 10);
  });

  it('stays in pieces when one is wanted or it runs over another axis', async () => {
    expect(await simplified(network(normalisation('last', power)), ['standard'])).not.toContain('LayerNormalization');
    expect(await simplified(network(normalisation('middle', power)))).not.toContain('LayerNormalization');
  });
});
