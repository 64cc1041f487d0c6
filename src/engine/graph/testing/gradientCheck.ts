/** Checks backward rules against differences of the forward pass, both run by onnxruntime. */
import { expect } from 'vitest';
import { createOnnxRuntime } from '../../runtime/onnxruntime';
import { bind, isBatchPolymorphic } from '../bind';
import { differentiate } from '../differentiate';
import type { Graph, Node } from '../graph';
import { standard } from '../rules/standard';
import type { RuleTable } from '../rules/table';
import { elementCount, float32, type Tensor } from '../tensor';

/** One node of a hand-written graph; outputs default to one named after its place: `v0`, `v1`, … */
export interface SmallNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Node['attributes'];
}

export interface SmallGraph {
  /** Shapes without the batch. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly SmallNode[];
  /** The last node's first output when left out. */
  readonly outputs?: readonly string[];
}

export function graphOf(small: SmallGraph): Graph {
  const nodes = small.nodes.map((node, index) => {
    const outputs = node.outputs ?? [`v${index}`];
    return { op: node.op, name: `node_${index}`, inputs: node.inputs, outputs, attributes: node.attributes ?? {} };
  });
  return {
    inputs: Object.entries(small.inputs).map(([name, dims]) => ({
      name,
      type: { dtype: 'float32', dims: [null, ...dims] },
    })),
    outputs: small.outputs ?? [nodes.at(-1)?.outputs[0] as string],
    nodes,
    constants: new Map(Object.entries(small.constants ?? {})),
    types: new Map(),
  };
}

/** Reproducible numbers in [0, 1): mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomTensor(dims: readonly number[], seed: number, low = -2, high = 2): Tensor {
  const random = randomNumbers(seed);
  return float32(
    dims,
    Float32Array.from({ length: elementCount(dims) }, () => low + (high - low) * random()),
  );
}

/** All different, at least `gap` apart and from 0, in random order: no ties and no kink at 0 within reach of the differences. */
export function distinctValues(count: number, random: () => number, gap: number): Float32Array {
  const values = Float32Array.from({ length: count }, (_, index) => (index - Math.floor(count / 2) + 0.5) * gap);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j] as number, values[i] as number];
  }
  return values;
}

export interface CheckOptions {
  /** 'linear' functions are checked with steps of 1, others with steps of `step` and differences of fourth order. */
  readonly kind?: 'linear' | 'smooth';
  readonly step?: number;
  /** Largest difference allowed, relative to the gradient's largest element. */
  readonly tolerance?: number;
  /** Values of the inputs; random ones in [−2, 2] when left out. */
  readonly values?: (count: number, random: () => number) => Float32Array;
  readonly rules?: RuleTable;
  readonly seed?: number;
}

const runtime = createOnnxRuntime();

const fourthOrder = [
  [1, 8 / 12],
  [-1, -8 / 12],
  [2, -1 / 12],
  [-2, 1 / 12],
] as const;
const secondOrder = [
  [1, 1 / 2],
  [-1, -1 / 2],
] as const;

/**
 * Differentiates the sum of `seed ⊙ output` with respect to every input of the graph and compares each element with differences of the
 * forward pass, for two items in one batch and for the first alone, through the same program of free batch length.
 */
export async function checkGradient(small: SmallGraph, options: CheckOptions = {}): Promise<void> {
  const { kind = 'smooth', step = kind === 'linear' ? 1 : 0.03, rules = standard, seed = 1 } = options;
  const tolerance = options.tolerance ?? (kind === 'linear' ? 1e-5 : 2e-4);
  const stencil = kind === 'linear' ? secondOrder : fourthOrder;
  const graph = bind(graphOf(small));
  expect(isBatchPolymorphic(graphOf(small)), 'the graph is right for any batch').toBe(true);
  const of = graph.outputs[0] as string;
  const names = Object.keys(small.inputs);
  const backward = differentiate(graph, { of, seed: 'seed', wrt: names, rules });
  const gradientNames = names.map((name) => backward.gradients.get(name) as string);
  const compiled = await (await runtime).compile(backward.graph, gradientNames, { dynamicBatch: true, threads: 1 });
  const forward = await (await runtime).compile(graph, [of], { dynamicBatch: true, threads: 1 });

  const random = randomNumbers(seed);
  const draw = options.values ?? ((count: number) => Float32Array.from({ length: count }, () => 4 * random() - 2));
  const items = names.map((name) => {
    const size = elementCount(small.inputs[name] as number[]);
    return [draw(size, random), draw(size, random)] as const;
  });
  const outputDims = ((graph.types.get(of)?.dims ?? []) as number[]).slice(1);
  const outputSize = elementCount(outputDims);
  const seeds = [0, 1].map(() => Float32Array.from({ length: outputSize }, () => 2 * random() - 1)) as [
    Float32Array,
    Float32Array,
  ];

  const run = (batch: readonly number[]) => {
    const feeds: Record<string, Tensor> = {
      seed: stack(
        outputDims,
        batch.map((item) => seeds[item] as Float32Array),
      ),
    };
    names.forEach((name, index) => {
      feeds[name] = stack(
        small.inputs[name] as number[],
        batch.map((item) => items[index]?.[item] as Float32Array),
      );
    });
    const used = Object.fromEntries(compiled.inputs.map((name) => [name, feeds[name] as Tensor]));
    return compiled.run(used);
  };
  const both = await run([0, 1]);
  const first = await run([0]);

  for (const [index, name] of names.entries()) {
    const dims = small.inputs[name] as number[];
    const size = elementCount(dims);
    const analytic = both[gradientNames[index] as string] as Tensor;
    const alone = first[gradientNames[index] as string] as Tensor;
    expect(analytic.dims).toEqual([2, ...dims]);
    expect(alone.dims).toEqual([1, ...dims]);
    for (const item of [0, 1]) {
      const feeds = Object.fromEntries(
        names.map((other, at): [string, Tensor] => {
          const own = items[at]?.[item] as Float32Array;
          const copies = Array.from({ length: size * stencil.length }, (_, copy) => {
            const values = Float32Array.from(own);
            const element = Math.floor(copy / stencil.length);
            const [offset] = stencil[copy % stencil.length] as readonly [number, number];
            if (other === name) values[element] = (values[element] as number) + offset * step;
            return values;
          });
          return [other, stack(small.inputs[other] as number[], copies)];
        }),
      );
      const y = (await forward.run(Object.fromEntries(forward.inputs.map((n) => [n, feeds[n] as Tensor]))))[
        of
      ] as Tensor;
      const data = y.data as Float32Array;
      const numeric = Array.from({ length: size }, (_, element) => {
        let sum = 0;
        stencil.forEach(([, weight], at) => {
          const start = (element * stencil.length + at) * outputSize;
          for (let i = 0; i < outputSize; i++) {
            sum += weight * (seeds[item]?.[i] as number) * (data[start + i] as number);
          }
        });
        return sum / step;
      });
      const got = Array.from((analytic.data as Float32Array).subarray(item * size, (item + 1) * size));
      expectClose(
        got,
        numeric,
        tolerance,
        `gradient of ${small.nodes.map((node) => node.op).join(', ')} by ${name}, item ${item}`,
      );
      if (item === 0)
        expectClose(Array.from(alone.data as Float32Array), got, 1e-6, 'the same item alone in its batch');
    }
  }
  await compiled.dispose();
  await forward.dispose();
}

function stack(dims: readonly number[], items: readonly Float32Array[]): Tensor {
  const size = elementCount(dims);
  const data = new Float32Array(items.length * size);
  items.forEach((item, index) => {
    data.set(item, index * size);
  });
  return float32([items.length, ...dims], data);
}

/** Largest difference, relative to the largest element of the reference (or to 1 when that is smaller than 1e-3). */
export function expectClose(got: readonly number[], wanted: readonly number[], tolerance: number, what: string): void {
  const scale = Math.max(...wanted.map(Math.abs), ...got.map(Math.abs), 1e-3);
  const worst = wanted.reduce((most, value, index) => {
    const difference = Math.abs(value - (got[index] as number));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
  expect(
    worst / scale,
    `${what}: relative difference; got ${got.slice(0, 8)}, wanted ${wanted.slice(0, 8)}`,
  ).toBeLessThanOrEqual(tolerance);
}

/** Runs a hand-written graph's gradient once, for exact expectations. */
export async function gradientOf(
  small: SmallGraph,
  feeds: Readonly<Record<string, Tensor>>,
  seed: Tensor,
  rules: RuleTable = standard,
): Promise<Readonly<Record<string, Tensor>>> {
  const graph = bind(graphOf(small));
  const wrt = Object.keys(small.inputs);
  const backward = differentiate(graph, { of: graph.outputs[0] as string, seed: 'seed', wrt, rules });
  const names = wrt.map((name) => backward.gradients.get(name) as string);
  const program = await (await runtime).compile(backward.graph, names, { dynamicBatch: true, threads: 1 });
  const all: Record<string, Tensor> = { ...feeds, seed };
  const results = await program.run(Object.fromEntries(program.inputs.map((name) => [name, all[name] as Tensor])));
  await program.dispose();
  return Object.fromEntries(wrt.map((name, index) => [name, results[names[index] as string] as Tensor]));
}
