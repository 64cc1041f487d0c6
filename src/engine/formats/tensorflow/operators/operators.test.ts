/**
 * Every operator against the numbers that TensorFlow gave for it: outputs and gradients, for one program of free batch length
 * (scripts/makeTensorflowCases.py).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../../../test/support/graph/gradientCheck';
import { sample } from '../../../../../test/support/importCheck';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { readTensorflowCases, type TensorflowCase } from '../../../../../test/support/tensorflowCases';
import { differentiate } from '../../../graph/autodiff/differentiate';
import { bind, isBatchPolymorphic } from '../../../graph/binding/bind';
import type { Tensor } from '../../../graph/ir/tensor';
import { standard } from '../../../graph/rules/standard';
import { importProgram } from '.';
import { operatorNames } from './rules';

const file = new URL('../../../../../test/data/tensorflow/operators.json', import.meta.url);
const cases = readTensorflowCases(readFileSync(file, 'utf8'));

const numbers = (tensor: Tensor | undefined): number[] =>
  Array.from((tensor?.data ?? []) as ArrayLike<number | bigint>, Number);

/** Bound to one item where the batch may be any, so that two are run by a program that was made for one. */
async function computed(one: TensorflowCase): Promise<void> {
  const { graph: imported } = importProgram(one.program);
  expect(imported.nodes.flatMap(({ unsupported }) => unsupported ?? [])).toEqual([]);
  const batched = one.program.inputs.some(({ shape }) => shape?.[0] === null);
  const sizes = new Map(
    Object.entries(one.feeds)
      .filter(([name]) => imported.inputs.some((input) => input.name === name))
      .map(([name, { dims }]) => {
        const free = one.program.inputs.find((input) => input.name === name)?.shape?.[0] === null;
        return [name, batched && free && one.free ? [1, ...dims.slice(1)] : dims];
      }),
  );
  const graph = bind(imported, sizes);
  if (batched && one.free) expect(isBatchPolymorphic(imported, sizes), 'right for any batch').toBe(true);
  const [of = ''] = graph.outputs;
  const [x = ''] = one.program.inputs.map(({ name }) => name);
  const { gradient: wanted } = one;
  const backward = wanted && differentiate(graph, { of, cotangent: 'cotangent', wrt: [x], rules: standard });
  const gradient = backward?.gradients.get(x) ?? '';
  const outputs = [...graph.outputs, ...(backward ? [gradient] : [])];
  const program = await usualRuntime.compile(backward?.graph ?? graph, outputs, {
    threads: 1,
    dynamicBatch: batched && one.free,
  });
  const cotangent = sample(one.values[0]?.dims ?? [], 5);
  const feeds = { ...one.feeds, cotangent };
  const used = program.inputs.map((name): [string, Tensor] => [name, feeds[name as keyof typeof feeds] as Tensor]);
  const results = await program.run(Object.fromEntries(used));
  await program.dispose();
  one.program.outputs.forEach((name, index) => {
    const value = name.replace(/:0$/, '');
    expect(results[value]?.dims, `shape of ${name}`).toEqual(one.values[index]?.dims);
    expectClose(numbers(results[value]), numbers(one.values[index]), 1e-5, name);
  });
  if (wanted) expectClose(numbers(results[gradient]), numbers(wanted), 1e-5, 'gradient');
}

describe('operators give what TensorFlow gives', () => {
  it.each(cases)('$name', computed);
});

it('a batch normalisation in pieces is one', () => {
  const inPieces = cases.filter(({ name }) => name.startsWith('batch normalisation in pieces'));
  expect(inPieces).toHaveLength(3);
  for (const { program } of inPieces) {
    const { nodes } = bind(importProgram(program).graph);
    expect(nodes.filter(({ op }) => op !== 'Transpose').map(({ op }) => op)).toEqual(['BatchNormalization']);
  }
});

it('every operator that is read has a case', () => {
  const held = new Set(cases.flatMap((one) => one.program.nodes.map((node) => node.op)));
  expect(operatorNames().filter((name) => !held.has(name))).toEqual([]);
});
