import { describe, expect, it } from 'vitest';
import { expectClose, graphOf, randomTensor, type SmallGraph } from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { type Differentiated, differentiate } from '../autodiff/differentiate';
import { bind } from '../binding/bind';
import { float32, int64, type Tensor } from '../ir/tensor';
import { standard } from '../rules/standard';
import { tidyGradient } from './tidyGradient';

function gradientOf(small: SmallGraph): { backward: Differentiated; name: string } {
  const graph = bind(graphOf(small));
  const backward = differentiate(graph, {
    of: graph.outputs[0] as string,
    cotangent: 'cotangent',
    wrt: ['x'],
    rules: standard,
  });
  return { backward, name: backward.gradients.get('x') as string };
}

/** Operators that the gradient adds to the forward graph, before and after tidying; both must compute the same for two batch lengths. */
async function compare(small: SmallGraph): Promise<{ before: string[]; after: string[] }> {
  const { backward, name } = gradientOf(small);
  const tidy = tidyGradient(backward.graph, [name]);
  expect(tidy.outputs).toEqual(backward.graph.outputs);
  const [plain, tidied] = await Promise.all(
    [backward.graph, tidy].map((graph) => usualRuntime.compile(graph, [name], { dynamicBatch: true, threads: 1 })),
  );
  for (const batch of [1, 3]) {
    const feeds = Object.fromEntries(
      (plain?.inputs ?? []).map((input): [string, Tensor] => {
        const dims = backward.graph.inputs.find((each) => each.name === input)?.type.dims?.slice(1) as number[];
        return [input, randomTensor([batch, ...dims], batch)];
      }),
    );
    const [expected, got] = await Promise.all([plain?.run(feeds), tidied?.run(feeds)]);
    expect(got?.[name]?.dims).toEqual(expected?.[name]?.dims);
    const values = (tensor?: Tensor) => Array.from((tensor as Tensor).data as Float32Array);
    expectClose(values(got?.[name]), values(expected?.[name]), 1e-6, 'tidied');
  }
  await Promise.all([plain?.dispose(), tidied?.dispose()]);
  const added = (graph: { nodes: readonly { op: string; name: string }[] }) =>
    graph.nodes.filter((node) => node.name.startsWith('gradient/')).map((node) => node.op);
  return { before: added(backward.graph), after: added(tidy) };
}

describe('tidyGradient', () => {
  it.each([
    ['x', 's'],
    ['s', 'x'],
  ])('gathers the gradient of a swish written as %s·%s', async (...inputs) => {
    const { before, after } = await compare({
      inputs: { x: [3, 4, 4] },
      nodes: [
        { op: 'Sigmoid', inputs: ['x'], outputs: ['s'] },
        { op: 'Mul', inputs, outputs: ['y'] },
      ],
    });
    expect(before.sort()).toEqual(['Add', 'HardSigmoid', 'Mul', 'Mul', 'Mul', 'Mul']);
    expect(after.sort()).toEqual(['Add', 'HardSigmoid', 'Mul', 'Mul']);
  });

  it('leaves a gate alone that another value goes through', async () => {
    const { before, after } = await compare({
      inputs: { x: [3, 4, 4] },
      nodes: [
        { op: 'Sigmoid', inputs: ['x'], outputs: ['s'] },
        { op: 'Tanh', inputs: ['x'], outputs: ['t'] },
        { op: 'Mul', inputs: ['s', 't'], outputs: ['y'] },
      ],
    });
    expect(after).toEqual(before);
  });

  it('reads past an Expand where the other operand has the whole shape', async () => {
    const { before, after } = await compare({
      inputs: { x: [3, 4, 4] },
      nodes: [
        { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['squeezed'] },
        { op: 'Sigmoid', inputs: ['squeezed'], outputs: ['gate'] },
        { op: 'Mul', inputs: ['x', 'gate'], outputs: ['y'] },
      ],
    });
    expect(before).toContain('Expand');
    expect(after).not.toContain('Expand');
  });

  it('keeps an Expand that an operator reads twice: nothing else has the whole shape', () => {
    const graph = bind(
      graphOf({
        inputs: { x: [1, 3] },
        constants: { size: int64([3], [1, 2, 3]) },
        nodes: [
          { op: 'Expand', inputs: ['x', 'size'], outputs: ['rows'] },
          { op: 'Mul', inputs: ['rows', 'rows'], outputs: ['squares'] },
        ],
      }),
    );
    expect(tidyGradient(graph, ['squares']).nodes.map(({ op }) => op)).toEqual(['Expand', 'Mul']);
  });

  const cut = (spans: readonly (readonly [number, number])[]): SmallGraph => ({
    inputs: { x: [6, 4] },
    constants: { axis: int64([1], [1]), ...bounds },
    nodes: [
      ...spans.map(([from, to], i) => ({
        op: 'Slice',
        inputs: ['x', `at${from}`, `at${to}`, 'axis'],
        outputs: [`piece${i}`],
      })),
      ...spans.map((_, i) => ({ op: i % 2 ? 'Tanh' : 'Sin', inputs: [`piece${i}`], outputs: [`turned${i}`] })),
      { op: 'Concat', inputs: spans.map((_, i) => `turned${i}`), outputs: ['y'], attributes: { axis: 1 } },
    ],
  });
  const bounds = Object.fromEntries([0, 1, 2, 3, 5, 6].map((place) => [`at${place}`, int64([1], [place])]));

  it('joins the gradients of pieces that cover a value', async () => {
    const { after } = await compare(
      cut([
        [2, 3],
        [0, 2],
        [3, 6],
      ]),
    );
    expect(after).not.toContain('Pad');
    expect(after).toContain('Concat');
  });

  it.each([
    { what: 'overlap', first: [0, 3], second: [2, 6] },
    { what: 'leave a gap', first: [0, 2], second: [3, 6] },
    { what: 'end early', first: [0, 2], second: [2, 5] },
  ] as const)('adds up the gradients of pieces that $what', async ({ first, second }) => {
    const { after } = await compare(cut([first, second]));
    expect(after.filter((op) => op === 'Pad')).toHaveLength(2);
  });

  it('keeps an Expand that gives the batch to an operand without one', async () => {
    const graph = bind(
      graphOf({
        inputs: { x: [3] },
        constants: { row: float32([1, 3], Float32Array.of(1, 2, 3)) },
        nodes: [
          { op: 'Shape', inputs: ['x'], outputs: ['size'] },
          { op: 'Expand', inputs: ['row', 'size'], outputs: ['rows'] },
          { op: 'Softplus', inputs: ['row'], outputs: ['other'] },
          { op: 'Add', inputs: ['rows', 'other'], outputs: ['y'] },
        ],
      }),
    );
    expect(tidyGradient(graph, ['y']).nodes).toEqual(graph.nodes);
  });
});
