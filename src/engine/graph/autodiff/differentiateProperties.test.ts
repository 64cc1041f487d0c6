/** What holds of every differentiation, whatever the operators. */

import { describe, expect, it } from 'vitest';
import {
  graphOf,
  ints,
  randomTensor,
  type SmallGraph,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { randomGraph } from '../../../../test/support/graph/randomGraph';
import { usualRuntime } from '../../../../test/support/runtimes';
import { bind } from '../binding/bind';
import type { Graph } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import { elementCount, type Tensor } from '../ir/tensor';
import { guided } from '../rules/guided';
import { standard } from '../rules/standard';
import { differentiate } from './differentiate';

async function run(graph: Graph, outputs: readonly string[], feeds: Readonly<Record<string, Tensor>>) {
  const program = await usualRuntime.compile(graph, outputs, { dynamicBatch: true, threads: 1 });
  const results = await program.run(Object.fromEntries(program.inputs.map((name) => [name, feeds[name] as Tensor])));
  await program.dispose();
  return outputs.map((name) => results[name] as Tensor);
}

/** Every value computed once, before it is read, and of a known type; what is asked for is there. */
function expectWellFormed(graph: Graph): void {
  const known = new Set([...graph.constants.keys(), ...graph.inputs.map((input) => input.name)]);
  expect(known.size, 'names of inputs and constants').toBe(graph.constants.size + graph.inputs.length);
  for (const node of graph.nodes) {
    for (const input of node.inputs)
      if (input !== '') expect(known.has(input), `${node.name} reads ${input}`).toBe(true);
    for (const output of node.outputs.filter((name) => name !== '')) {
      expect(known.has(output), `${output} is computed twice`).toBe(false);
      expect(graph.types.has(output), `${output} has a type`).toBe(true);
      known.add(output);
    }
  }
  for (const output of graph.outputs) expect(known.has(output), output).toBe(true);
}

const seeds = Array.from({ length: 20 }, (_, index) => 100 + index);

describe('of random graphs', () => {
  it.each(seeds)('differentiated by two tables and again, seed %i: no name is taken twice', (seed) => {
    const graph = bind(graphOf(randomGraph(seed, 20)));
    const before = JSON.stringify(graph.nodes);
    const of = graph.outputs[0] as string;
    const wrt = ['x', 'y', graph.nodes[3]?.outputs[0] as string];
    const first = differentiate(graph, { of, cotangent: 'u', wrt, rules: standard });
    expectWellFormed(first.graph);
    const other = differentiate(first.graph, { of, cotangent: 'w', wrt, rules: guided });
    expectWellFormed(other.graph);
    const second = differentiate(other.graph, {
      of: first.gradients.get('x') as string,
      cotangent: 'v',
      wrt: [...wrt, 'u'],
      rules: standard,
    });
    expectWellFormed(second.graph);
    expect(JSON.stringify(graph.nodes), 'the argument is left as it was').toBe(before);
  });

  it.each(seeds.slice(0, 8))('the Hessian is symmetric and linear in its vector, seed %i', async (seed) => {
    const graph = bind(graphOf(randomGraph(seed, 16)));
    const of = graph.outputs[0] as string;
    const first = differentiate(graph, { of, cotangent: 'u', wrt: ['x'], rules: standard });
    const second = differentiate(first.graph, {
      of: first.gradients.get('x') as string,
      cotangent: 'v',
      wrt: ['x'],
      rules: standard,
    });
    const size = elementCount((graph.types.get(of)?.dims ?? []) as readonly number[]);
    const feeds = { x: randomTensor([1, 2, 4, 3], 1), y: randomTensor([1, 2, 4, 3], 2), u: randomTensor([1, size], 3) };
    const vectors = [randomTensor([1, 2, 4, 3], 4), randomTensor([1, 2, 4, 3], 5)] as const;
    const product = async (v: Tensor) =>
      toNumbers((await run(second.graph, [second.gradients.get('x') as string], { ...feeds, v }))[0] as Tensor);
    const [ha, hb] = [await product(vectors[0]), await product(vectors[1])];
    const dot = (h: readonly number[], v: Tensor) => h.reduce((sum, value, i) => sum + value * Number(v.data[i]), 0);
    const terms = ha.reduce((sum, value, i) => sum + Math.abs(value * Number(vectors[1].data[i])), 0);
    expect(Math.abs(dot(ha, vectors[1]) - dot(hb, vectors[0]))).toBeLessThanOrEqual(1e-5 * Math.max(terms, 1e-3));
  });

  it.each(seeds.slice(0, 8))('a batch gives what its items give alone, seed %i', async (seed) => {
    const graph = bind(graphOf(randomGraph(seed, 20)));
    const of = graph.outputs[0] as string;
    const { graph: joint, gradients } = differentiate(graph, { of, cotangent: 'u', wrt: ['x'], rules: standard });
    const size = elementCount((graph.types.get(of)?.dims ?? []) as readonly number[]);
    const batch = 5;
    const feeds = {
      x: randomTensor([batch, 2, 4, 3], 1),
      y: randomTensor([batch, 2, 4, 3], 2),
      u: randomTensor([batch, size], 3),
    };
    const name = gradients.get('x') as string;
    const together = (await run(joint, [name], feeds))[0] as Tensor;
    expect(together.dims).toEqual([batch, 2, 4, 3]);
    for (let item = 0; item < batch; item++) {
      const one = Object.fromEntries(Object.entries(feeds).map(([key, tensor]) => [key, itemOf(tensor, item)]));
      const alone = toNumbers((await run(joint, [name], one))[0] as Tensor);
      const own = toNumbers(itemOf(together, item));
      const scale = Math.max(...own.map(Math.abs));
      alone.forEach((value, i) => {
        expect(Math.abs(value - (own[i] as number))).toBeLessThanOrEqual(2e-6 * scale);
      });
    }
  });
});

function itemOf(tensor: Tensor, item: number): Tensor {
  const size = tensor.data.length / (tensor.dims[0] as number);
  const data = (tensor.data as Float32Array).slice(item * size, (item + 1) * size);
  return { ...tensor, dims: [1, ...tensor.dims.slice(1)], data };
}

/** x used `count` times, each use added to the sum of the others. */
function fan(count: number): SmallGraph {
  const nodes: SmallNode[] = [{ op: 'Sigmoid', inputs: ['x'], outputs: ['sum0'] }];
  for (let i = 1; i <= count; i++) {
    nodes.push({ op: 'Mul', inputs: ['x', 'x'], outputs: [`use${i}`] });
    nodes.push({ op: 'Add', inputs: [`sum${i - 1}`, `use${i}`], outputs: [`sum${i}`] });
  }
  return { inputs: { x: [3] }, nodes };
}

/** Each value used twice: the number of paths doubles with every step. */
function ladder(steps: number): SmallGraph {
  const nodes = Array.from({ length: steps }, (_, i) => ({
    op: 'Add',
    inputs: [i === 0 ? 'x' : `v${i - 1}`, i === 0 ? 'x' : `v${i - 1}`],
  }));
  return { inputs: { x: [2] }, nodes };
}

describe('cost', () => {
  it.each([
    { title: 'uses of one value', build: fan, counts: [5, 10, 20] },
    { title: 'many uses of one value, which one node adds up', build: fan, counts: [100, 200, 400] },
    { title: 'paths through a ladder', build: ladder, counts: [10, 20, 40] },
  ])('grows linearly with $title', ({ build, counts }) => {
    const added = counts.map((count) => {
      const graph = bind(graphOf(build(count)));
      const of = graph.outputs[0] as string;
      return (
        differentiate(graph, { of, cotangent: 'u', wrt: ['x'], rules: standard }).graph.nodes.length -
        graph.nodes.length
      );
    }) as [number, number, number];
    expect(added[2] - added[1]).toBe(2 * (added[1] - added[0]));
  });

  it('is right through 2²⁰ paths', async () => {
    const graph = bind(graphOf(ladder(20)));
    const { graph: joint, gradients } = differentiate(graph, {
      of: 'v19',
      cotangent: 'u',
      wrt: ['x'],
      rules: standard,
    });
    const ones = randomTensor([1, 2], 1, 1, 1);
    const [gradient] = await run(joint, [gradients.get('x') as string], { x: ones, u: ones });
    expect(toNumbers(gradient as Tensor)).toEqual([2 ** 20, 2 ** 20]);
  });
});

describe('what is asked for', () => {
  const small: SmallGraph = {
    inputs: { x: [4] },
    constants: { sizes: ints(1, 3), bias: randomTensor([3], 1), places: ints(0) },
    nodes: [
      { op: 'Split', inputs: ['x', 'sizes'], outputs: ['head', 'tail'], attributes: { axis: 1 } },
      { op: 'Add', inputs: ['tail', 'bias'], outputs: ['shifted'] },
      { op: 'Mul', inputs: ['shifted', 'head'], outputs: ['y'] },
    ],
  };
  const graph = bind(graphOf(small));
  const x = randomTensor([2, 4], 3);
  const u = randomTensor([2, 3], 4);
  const gradientsOf = async (of: string, wrt: readonly string[], cotangent: Tensor) => {
    const { graph: joint, gradients } = differentiate(graph, { of, cotangent: 'u', wrt, rules: standard });
    return run(
      joint,
      wrt.map((name) => gradients.get(name) as string),
      { x, u: cotangent },
    );
  };

  it('a value by itself: the cotangent', async () => {
    expect(toNumbers((await gradientsOf('y', ['y'], u))[0] as Tensor)).toEqual(toNumbers(u));
  });

  it('both outputs of one node, and the input behind them, one of them twice', async () => {
    const [head, tail, input, again] = (await gradientsOf('y', ['head', 'tail', 'x', 'x'], u)).map(toNumbers);
    const parts = [0, 1].flatMap((item) => [head?.[item], ...(tail ?? []).slice(3 * item, 3 * item + 3)]);
    expect(input).toEqual(parts);
    expect(again).toEqual(input);
  });

  it('one output alone: zeros where the other one came from', async () => {
    const ones = randomTensor([2, 1], 1, 1, 1);
    const [input, tail] = (await gradientsOf('head', ['x', 'tail'], ones)) as [Tensor, Tensor];
    expect(toNumbers(input)).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
    expect(toNumbers(tail)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(tail.dims).toEqual([2, 3]);
  });

  it('a constant of floats, added up over the batch', async () => {
    const [bias] = (await gradientsOf('y', ['bias'], u)) as [Tensor];
    const [a, b] = [Number(x.data[0]), Number(x.data[4])];
    const wanted = [0, 1, 2].map((i) => a * Number(u.data[i]) + b * Number(u.data[i + 3]));
    expect(bias.dims).toEqual([3]);
    toNumbers(bias).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i] as number, 5);
    });
  });

  it('refuses names that are not there, and a cotangent that is taken', () => {
    const ask =
      (of: string, wrt: string, cotangent = 'u') =>
      () =>
        differentiate(graph, { of, cotangent, wrt: [wrt], rules: standard });
    expect(ask('y', 'z')).toThrow('The model has no value named “z”.');
    expect(ask('z', 'x')).toThrow('The model has no value named “z”.');
    expect(ask('y', 'x', 'tail')).toThrow('The graph has a value named “tail” already');
    const once = differentiate(graph, { of: 'y', cotangent: 'u', wrt: ['x'], rules: standard });
    expect(() => differentiate(once.graph, { of: 'y', cotangent: 'u', wrt: ['x'], rules: guided })).toThrow(
      'The graph has a value named “u” already: each differentiation needs a cotangent of its own.',
    );
  });
});
