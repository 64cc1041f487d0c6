import { describe, expect, it } from 'vitest';
import {
  callOf,
  type OperatorCase,
  programOf,
  readAtenCases,
  type StoredTensor,
  tensorOf,
} from '../../../../../test/support/atenCases';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { differentiate } from '../../../graph/autodiff/differentiate';
import { bind } from '../../../graph/binding/bind';
import type { Graph } from '../../../graph/ir/graph';
import { isFloat } from '../../../graph/ir/numbers';
import { elementCount, float32, type Tensor } from '../../../graph/ir/tensor';
import { standard } from '../../../graph/rules/standard';
import { importAten } from '.';
import { operators } from './rules';
import { withoutCases } from './rules/nothing';
import { sizeOperators } from './rules/sizes';
import { findOperator } from './values/table';

const cases = readAtenCases();

/** As scripts/makeAtenCases.py has it. */
function cotangentOf(dims: readonly number[]): Tensor {
  return float32(
    dims,
    Float32Array.from({ length: elementCount(dims) }, (_, i) => (((i * 7) % 11) - 5) / 4),
  );
}

/** The sum of all outputs that are floats, each times its cotangent. */
function withLoss(graph: Graph, outputs: readonly string[]): { readonly graph: Graph; readonly loss: string } {
  const constants = new Map(graph.constants);
  const nodes = [...graph.nodes];
  const types = new Map(graph.types);
  const scalar = { dtype: 'float32', dims: [] } as const;
  const parts = outputs.map((output, index) => {
    const dims = graph.types.get(output)?.dims as readonly number[];
    constants.set(`c${index}`, cotangentOf(dims));
    const [product, sum] = [`product${index}`, `sum${index}`];
    nodes.push({ op: 'Mul', name: product, inputs: [output, `c${index}`], outputs: [product], attributes: {} });
    nodes.push({ op: 'ReduceSum', name: sum, inputs: [product], outputs: [sum], attributes: { keepdims: 0 } });
    types.set(product, { dtype: 'float32', dims });
    types.set(sum, scalar);
    return sum;
  });
  nodes.push({ op: 'Sum', name: 'loss', inputs: parts, outputs: ['loss'], attributes: {} });
  types.set('loss', scalar);
  return { graph: { ...graph, constants, nodes, types, outputs: [...graph.outputs, 'loss'] }, loss: 'loss' };
}

function expectClose(got: Tensor | undefined, wanted: Tensor, what: string): void {
  expect(got?.dims, `shape of ${what}`).toEqual(wanted.dims);
  expect(got?.dtype, `type of ${what}`).toBe(wanted.dtype);
  const [values, right] = [got as Tensor, wanted].map(({ data }) =>
    Array.from(data as ArrayLike<number | bigint>, Number),
  ) as [number[], number[]];
  const scale = Math.max(...right.filter(Number.isFinite).map(Math.abs), 1e-6);
  const off = right.findIndex(
    (value, i) => !(Object.is(value, values[i]) || Math.abs(value - (values[i] as number)) <= 1e-5 * scale),
  );
  expect(off < 0 ? null : [off, values[off], right[off]], `${what}, element`).toBeNull();
}

async function check(each: OperatorCase, imported: Graph): Promise<void> {
  const feeds = Object.fromEntries(each.inputs.map((name) => [name, tensorOf(each.tensors[name] as StoredTensor)]));
  const used = new Set(imported.inputs.map(({ name }) => name));
  const sizes = new Map(
    Object.entries(feeds)
      .filter(([name]) => used.has(name))
      .map(([name, { dims }]) => [name, dims]),
  );
  let graph = bind(imported, sizes);
  const outputs = each.outputs.flatMap((output, index) =>
    output ? [{ name: `y${index}`, wanted: tensorOf(output) }] : [],
  );
  const wrt = Object.keys(each.gradients ?? {});
  let gradients: ReadonlyMap<string, string> = new Map();
  if (wrt.length > 0) {
    const real = outputs.filter(({ wanted }) => isFloat(wanted.dtype)).map(({ name }) => name);
    const { graph: joint, loss } = withLoss(graph, real);
    const backward = differentiate(joint, { of: loss, cotangent: 'cotangent', wrt, rules: standard });
    [graph, gradients] = [backward.graph, backward.gradients];
    feeds['cotangent'] = float32([], Float32Array.of(1));
  }
  const wanted = [...new Set([...outputs.map(({ name }) => name), ...gradients.values()])];
  const computed = wanted.filter((name) => !graph.constants.has(name));
  const program = await usualRuntime.compile(graph, computed, { dynamicBatch: false });
  const results = computed.length === 0 ? {} : await program.run(feeds);
  await program.dispose();
  const result = (name: string) => results[name] ?? graph.constants.get(name);
  for (const { name, wanted: right } of outputs) expectClose(result(name), right, name);
  for (const name of wrt) {
    expectClose(
      result(gradients.get(name) as string),
      tensorOf(each.gradients?.[name] as StoredTensor),
      `gradient of ${name}`,
    );
  }
}

const titled = cases.map((each, index) => ({ ...each, title: `${index} ${each.op}.${each.overload}` }));

describe('operators give PyTorch’s numbers and gradients', () => {
  it.each(titled)('$title', async (each) => {
    const { graph } = importAten(programOf(each, false));
    expect(graph.nodes.map(({ unsupported }) => unsupported).filter((why) => why !== undefined)).toEqual([]);
    await check(each, graph);
  });

  it.each(titled)('$title, of an image of any size', async (each) => {
    const { graph } = importAten(programOf(each, true));
    const reasons = graph.nodes.flatMap(({ unsupported }) => unsupported ?? []);
    if (reasons.length > 0) expect(reasons.join()).toMatch(/follows? the input|input’s size|another number of axes/);
    else await check(each, graph);
  });
});

it('every operator that is read has a case', () => {
  const covered = new Set<string>([...withoutCases, ...sizeOperators]);
  for (const each of cases) {
    const match = findOperator(operators, callOf(each));
    if (match && match !== 'misfit') covered.add(match.operator.key);
  }
  const keys = [...operators.values()].flatMap((list) => list.map(({ key }) => key));
  expect(keys.filter((key) => !covered.has(key))).toEqual([]);
});
