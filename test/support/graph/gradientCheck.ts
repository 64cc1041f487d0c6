/** Checks backward rules against differences of the forward pass. */

import { expect } from 'vitest';
import { differentiate } from '../../../src/engine/graph/autodiff/differentiate';
import { bind, isBatchPolymorphic } from '../../../src/engine/graph/binding/bind';
import type { Graph } from '../../../src/engine/graph/ir/graph';
import type { Tensor } from '../../../src/engine/graph/ir/tensor';
import { standard } from '../../../src/engine/graph/rules/standard';
import type { RuleTable } from '../../../src/engine/graph/rules/table';
import { usualRuntime } from '../runtimes';
import { type Comparison, compareWithDifferences } from './differences';
import { graphOf, type SmallGraph, wholeGraphOf } from './smallGraph';

export { expectClose } from './differences';
export * from './smallGraph';

export interface CheckOptions
  extends Partial<Pick<Comparison, 'kind' | 'step' | 'tolerance' | 'rules' | 'seed' | 'whole' | 'runtime'>> {
  /** Values of the inputs; random ones in [−2, 2] when left out. */
  readonly values?: (count: number, random: () => number, name: string) => ArrayLike<number>;
}

/** Draws from `options.values` for the graph's own inputs, numbers in [−1, 1] for the cotangent of a first differentiation. */
function valuesOf(small: SmallGraph, options: CheckOptions): Comparison['values'] {
  const uniform = (size: number) => (count: number, random: () => number) =>
    Float32Array.from({ length: count }, () => size * (2 * random() - 1));
  const draw = options.values ?? uniform(2);
  return (name, count, random) => (Object.hasOwn(small.inputs, name) ? draw : uniform(1))(count, random, name);
}

function boundOf(small: SmallGraph, options: CheckOptions): Graph {
  if (options.whole) return bind(wholeGraphOf(small));
  expect(isBatchPolymorphic(graphOf(small)), 'the graph is right for any batch').toBe(true);
  return bind(graphOf(small));
}

/** Differentiates the first output with respect to every input of the graph: see {@link compareWithDifferences}. */
export async function checkGradient(small: SmallGraph, options: CheckOptions = {}): Promise<void> {
  const graph = boundOf(small, options);
  await compareWithDifferences({
    kind: 'smooth',
    ...options,
    graph,
    of: graph.outputs[0] as string,
    wrt: Object.keys(small.inputs),
    values: valuesOf(small, options),
  });
}

/**
 * Differentiates each gradient of the first output once more, with respect to every input (a Hessian–vector product) and to the first
 * cotangent (the Jacobian times a vector, which is the adjoint of the adjoint).
 *
 * @param piecewise the function is linear in the inputs but for kinks: the Hessian must be exactly 0.
 */
export async function checkSecondOrder(
  small: SmallGraph,
  options: CheckOptions & { readonly piecewise: boolean },
): Promise<void> {
  const graph = boundOf(small, options);
  const names = Object.keys(small.inputs);
  const of = graph.outputs[0] as string;
  const first = differentiate(graph, { of, cotangent: 'vector u', wrt: names, rules: options.rules ?? standard });
  for (const name of names) {
    await compareWithDifferences({
      kind: 'smooth',
      ...options,
      graph: first.graph,
      of: first.gradients.get(name) as string,
      wrt: [...names, 'vector u'],
      values: valuesOf(small, options),
      zeros: options.piecewise ? names : [],
    });
  }
}

/** Runs a hand-written graph's gradient once, for exact expectations. */
export async function gradientOf(
  small: SmallGraph,
  feeds: Readonly<Record<string, Tensor>>,
  cotangent: Tensor,
  rules: RuleTable = standard,
): Promise<Readonly<Record<string, Tensor>>> {
  const graph = bind(graphOf(small));
  const wrt = Object.keys(small.inputs);
  const backward = differentiate(graph, { of: graph.outputs[0] as string, cotangent: 'cotangent', wrt, rules });
  const names = wrt.map((name) => backward.gradients.get(name) as string);
  const program = await usualRuntime.compile(backward.graph, names, { dynamicBatch: true, threads: 1 });
  const all: Record<string, Tensor> = { ...feeds, cotangent };
  const results = await program.run(Object.fromEntries(program.inputs.map((name) => [name, all[name] as Tensor])));
  await program.dispose();
  return Object.fromEntries(wrt.map((name, index) => [name, results[names[index] as string] as Tensor]));
}
