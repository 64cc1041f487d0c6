/** Compares the gradient of a graph, run by a runtime, with differences of the graph itself, run by the usual one. */

import { expect } from 'vitest';
import { differentiate } from '../../../src/engine/graph/autodiff/differentiate';
import type { Graph } from '../../../src/engine/graph/ir/graph';
import { fromNumbers, toNumbers } from '../../../src/engine/graph/ir/numbers';
import { elementCount, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { standard } from '../../../src/engine/graph/rules/standard';
import type { RuleTable } from '../../../src/engine/graph/rules/table';
import type { Runtime } from '../../../src/engine/runtime/runtime';
import { usualRuntime } from '../runtimes';
import { inDouble, runsInDouble } from './inDouble';
import { randomNumbers } from './smallGraph';

/**
 * Where onnxruntime has the kernels the differences are taken in float64. They are good to about 1e-9 there, so that the gradient, run in
 * float64 too, is judged by the rounding of the float32 constants in it alone; the float32 program is then compared with the float64 one.
 */
export interface Comparison {
  /** Runs the gradient; the usual one when left out. */
  readonly runtime?: Runtime;
  /** Bound. */
  readonly graph: Graph;
  /** The inputs have no batch: the graph is run as it is, for one item after the other. Otherwise it must be right for any batch length. */
  readonly whole?: boolean;
  readonly of: string;
  /** Graph inputs; a layer becomes one by cutting the graph there. */
  readonly wrt: readonly string[];
  /** Values of one item of a graph input. */
  readonly values: (name: string, count: number, random: () => number) => ArrayLike<number>;
  /** 'linear' functions are checked with steps of 1, others with differences of fourth order. */
  readonly kind: 'linear' | 'smooth';
  readonly step?: number;
  /** Largest difference allowed, relative to the gradient's largest element. */
  readonly tolerance?: number;
  /** Inputs whose gradient must be exactly 0, because the function is linear in them. */
  readonly zeros?: readonly string[];
  readonly rules?: RuleTable;
  readonly seed?: number;
}

/** Values of one batch item by the name of the graph input. */
type Item = ReadonlyMap<string, readonly number[]>;

/** Name of the last cotangent. */
const vector = 'vector v';

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

/** Relative rounding of one value: the differences carry Σ |v ⊙ of| times this, divided by the step. */
const ulp = { float32: 2 ** -23, float64: 2 ** -52 } as const;

/** Size of the steps: at fourth order h⁴ (what the stencil leaves out) and rounding / h are about equal there. */
const defaultStep = { float32: 0.03, float64: 1e-3 } as const;

/**
 * 1e-5: float32 sums of a few hundred terms. 2e-4: rounding / 0.03. 1e-6: rules hold constants such as 1/n and √(2/π) in float32,
 * each with up to 6e-8, and a product of several.
 */
const defaultTolerance = { linear: 1e-5, float32: 2e-4, float64: 1e-6 } as const;

/** The float32 program against the float64 one: rounding, enlarged where a normalisation or a division nearly cancels. */
const singleTolerance = 1e-4;

/**
 * Differentiates the sum of `cotangent ⊙ of` with respect to inputs of the graph and compares every element with differences of the graph,
 * for two items in one batch and for the first alone, through the same program of free batch length.
 */
export async function compareWithDifferences(c: Comparison): Promise<void> {
  const { graph, of, wrt, kind, whole = false, zeros = [] } = c;
  const backward = differentiate(graph, { of, cotangent: vector, wrt, rules: c.rules ?? standard, prefix: `d(${of})` });
  const gradients = wrt.map((name) => backward.gradients.get(name) as string);
  const lowered = usualRuntime.lower(backward.graph, [...graph.outputs, of, ...gradients]);
  const precision = kind !== 'linear' && runsInDouble(lowered) ? 'float64' : 'float32';
  const step = c.step ?? (kind === 'linear' ? 1 : defaultStep[precision]);
  const tolerance = c.tolerance ?? defaultTolerance[kind === 'linear' ? kind : precision];

  const random = randomNumbers(c.seed ?? 1);
  const names = backward.graph.inputs.map(({ name }) => name);
  const items = [new Map<string, number[]>(), new Map<string, number[]>()] as const;
  for (const name of names) {
    const size = elementCount(itemDims(backward.graph, name, whole));
    const draw = name === vector ? uniform : (count: number, r: () => number) => c.values(name, count, r);
    for (const item of items) item.set(name, Array.from(draw(size, random), Math.fround));
  }

  const single = await runner(backward.graph, gradients, whole, c.runtime);
  const both = await single.run(items);
  const alone = await single.run([items[0]]);
  await single.dispose();
  const double = precision === 'float64' ? await runner(inDouble(lowered), gradients, whole) : null;
  const judged = double ? await double.run(items) : both;
  await double?.dispose();

  const forward = await runner(
    precision === 'float64' ? inDouble(usualRuntime.lower(graph, [of])) : graph,
    [of],
    whole,
  );
  if (precision === 'float64') await expectSameValue(await runner(graph, [of], whole), forward, of, items);
  for (const [index, name] of wrt.entries()) {
    const gradient = gradients[index] as string;
    const dims = itemDims(graph, name, whole);
    const size = elementCount(dims);
    expect(both[gradient]?.dims).toEqual(whole ? dims : [2, ...dims]);
    expect(alone[gradient]?.dims).toEqual(whole ? dims : [1, ...dims]);
    const part = (results: Results, item: number) =>
      (results[gradient]?.values ?? []).slice(item * size, (item + 1) * size);
    const what = `gradient of ${of} by ${name}`;
    expectClose(part(alone, 0), part(both, 0), 1e-6, `${what}: the first item alone in its batch`);
    for (const at of [0, 1]) {
      const item = items[at] as Item;
      if (zeros.includes(name)) {
        expect(new Set(part(both, at).map(Math.abs)), `${what}, item ${at}, is exactly 0`).toEqual(new Set([0]));
      }
      const stencil = kind === 'linear' ? secondOrder : fourthOrder;
      const numeric = await differencesOf(forward, of, name, item, stencil, step);
      const rounding = (numeric.terms * ulp[precision]) / step;
      expectClose(part(judged, at), numeric.gradient, tolerance, `${what}, item ${at}`, rounding);
      if (double) {
        const rounded = 16 * numeric.terms * ulp.float32;
        expectClose(part(both, at), part(judged, at), singleTolerance, `${what}, item ${at}, in float32`, rounded);
      }
    }
  }
  await forward.dispose();
}

/** d/dname of Σ v ⊙ of at one item, and Σ |v ⊙ of|; the shifted copies of the item are one batch. */
async function differencesOf(
  forward: Runner,
  of: string,
  name: string,
  item: Item,
  stencil: typeof fourthOrder | typeof secondOrder,
  step: number,
): Promise<{ readonly gradient: readonly number[]; readonly terms: number }> {
  const own = item.get(name) as readonly number[];
  const copies = own.flatMap((_, element) =>
    stencil.map(([offset]) => {
      const shifted = [...own];
      shifted[element] = (own[element] as number) + offset * step;
      return new Map(item).set(name, shifted);
    }),
  );
  const y = (await forward.run(copies))[of]?.values ?? [];
  const v = item.get(vector) as readonly number[];
  const terms = v.reduce((sum, value, i) => sum + Math.abs(value * (y[i] as number)), 0);
  const gradient = own.map((_, element) => {
    const parts = stencil.map(([, weight], copy) => {
      const start = (element * stencil.length + copy) * v.length;
      return weight * v.reduce((sum, value, i) => sum + value * (y[start + i] as number), 0);
    });
    return parts.reduce((sum, part) => sum + part, 0) / step;
  });
  return { gradient, terms };
}

/** What the differences are taken of is what the float32 program computes. */
async function expectSameValue(single: Runner, double: Runner, of: string, items: readonly Item[]): Promise<void> {
  const [got, wanted] = [await single.run(items), await double.run(items)];
  await single.dispose();
  const what = `${of} in float32 and in float64`;
  expectClose(got[of]?.values ?? [], wanted[of]?.values ?? [], singleTolerance, what);
}

/** All items' values, one item after the other; the shape is that of the whole batch, or of one item when each ran by itself. */
type Results = Readonly<Record<string, { readonly dims: readonly number[]; readonly values: readonly number[] }>>;

interface Runner {
  run(items: readonly Item[]): Promise<Results>;
  dispose(): Promise<void>;
}

async function runner(
  graph: Graph,
  outputs: readonly string[],
  whole: boolean,
  runtime = usualRuntime,
): Promise<Runner> {
  const program = await runtime.compile(graph, outputs, { dynamicBatch: !whole, threads: 1 });
  const runOnce = async (items: readonly Item[]): Promise<Results> => {
    const feeds = program.inputs.map((name): [string, Tensor] => {
      const dtype = graph.inputs.find((input) => input.name === name)?.type.dtype ?? 'float32';
      const dims = itemDims(graph, name, whole);
      const data = items.flatMap((item) => item.get(name) as readonly number[]);
      return [name, fromNumbers(dtype, whole ? dims : [items.length, ...dims], data)];
    });
    const results = await program.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, { dims: tensor.dims, values: toNumbers(tensor) }]),
    );
  };
  const oneByOne = async (items: readonly Item[]): Promise<Results> => {
    const each: Results[] = [];
    for (const item of items) each.push(await runOnce([item]));
    return Object.fromEntries(
      outputs.map((name) => {
        return [name, { dims: each[0]?.[name]?.dims ?? [], values: each.flatMap((one) => one[name]?.values ?? []) }];
      }),
    );
  };
  return { dispose: () => program.dispose(), run: whole ? oneByOne : runOnce };
}

/** An input's shape, without the batch where there is one. */
function itemDims(graph: Graph, name: string, whole: boolean): readonly number[] {
  const dims = (graph.types.get(name)?.dims ?? []) as readonly number[];
  return whole ? dims : dims.slice(1);
}

const uniform = (count: number, random: () => number) => Float32Array.from({ length: count }, () => 2 * random() - 1);

/**
 * Fails when an element differs by more than `tolerance` times the largest element of the two (or 1e-3 when that is smaller), plus
 * `rounding`.
 */
export function expectClose(
  got: readonly number[],
  wanted: readonly number[],
  tolerance: number,
  what: string,
  rounding = 0,
): void {
  const scale = Math.max(...wanted.map(Math.abs), ...got.map(Math.abs), 1e-3);
  const worst = wanted.reduce((most, value, index) => {
    const difference = Math.abs(value - (got[index] as number));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
  const text = `${what}: largest difference; got ${got.slice(0, 8)}, wanted ${wanted.slice(0, 8)}`;
  expect(worst, text).toBeLessThanOrEqual(tolerance * scale + rounding);
}
