import { expect, it } from 'vitest';
import { graphOf } from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { UsageError } from '../../../shared/errors';
import { bind } from '../binding/bind';
import { float32 } from '../ir/tensor';
import { withGiven } from './withGiven';

/** y = 10·a + b with [a, b] = −x. */
const graph = bind(
  graphOf({
    inputs: { x: [2] },
    constants: { ten: float32([], Float32Array.of(10)) },
    nodes: [
      { op: 'Neg', inputs: ['x'], outputs: ['n'] },
      { op: 'Split', inputs: ['n'], outputs: ['a', 'b'], attributes: { axis: 1, num_outputs: 2 } },
      { op: 'Mul', inputs: ['a', 'ten'], outputs: ['m'] },
      { op: 'Add', inputs: ['m', 'b'], outputs: ['y'] },
    ],
  }),
);

async function run(names: readonly string[], values: Readonly<Record<string, readonly number[]>>) {
  const program = await usualRuntime.compile(withGiven(graph, names), ['y'], { dynamicBatch: true, threads: 1 });
  const feeds = program.inputs.map((name) => {
    const data = Float32Array.from(values[name] as readonly number[]);
    return [name, float32([2, data.length / 2], data)] as const;
  });
  const { y } = await program.run(Object.fromEntries(feeds));
  await program.dispose();
  return { inputs: [...program.inputs].sort(), y: Array.from(y?.data as Float32Array) };
}

it('takes given values in place of what is computed, for each image', async () => {
  const x = [1, 2, 3, 4];
  expect(await run([], { x })).toEqual({ inputs: ['x'], y: [-12, -34] });
  expect(await run(['m'], { x, m: [5, 6] })).toEqual({ inputs: ['m', 'x'], y: [3, 2] });
  // One of two outputs of a node: the other is still computed.
  expect(await run(['a'], { x, a: [1, 2] })).toEqual({ inputs: ['a', 'x'], y: [8, 16] });
});

it('leaves out what only the given values needed', async () => {
  expect(await run(['a', 'b'], { a: [1, 2], b: [3, 4] })).toEqual({ inputs: ['a', 'b'], y: [13, 24] });
});

it('names a value that is not computed', () => {
  expect(() => withGiven(graph, ['x'])).toThrow(UsageError);
  expect(() => withGiven(graph, ['__proto__'])).toThrow('The model computes no value named “__proto__”.');
});
