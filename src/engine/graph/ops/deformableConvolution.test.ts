import { describe, expect, it } from 'vitest';
import { checkSecondOrder, graphOf, randomTensor, type SmallGraph } from '../../../../test/support/graph/gradientCheck';
import { checkWholeGradient } from '../../../../test/support/graph/wholeGradient';
import { usualRuntime } from '../../../../test/support/runtimes';
import { bind } from '../binding/bind';
import type { Graph } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import { elementCount, type Tensor } from '../ir/tensor';

interface Case {
  readonly title: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly out: readonly number[];
  readonly offsetGroups: number;
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
}

const cases: readonly Case[] = [
  { title: '2×2', x: [1, 2, 4, 4], w: [3, 2, 2, 2], out: [3, 3], offsetGroups: 1, attributes: {} },
  {
    title: 'strides and padding',
    x: [2, 2, 5, 4],
    w: [2, 2, 3, 3],
    out: [3, 2],
    offsetGroups: 1,
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    title: 'dilation',
    x: [1, 1, 5, 5],
    w: [1, 1, 2, 2],
    out: [3, 4],
    offsetGroups: 1,
    attributes: { dilations: [2, 1] },
  },
  {
    title: 'groups',
    x: [2, 4, 3, 4],
    w: [4, 2, 2, 2],
    out: [2, 3],
    offsetGroups: 2,
    attributes: { group: 2, offset_group: 2 },
  },
];

function small({ x, w, out, offsetGroups, attributes }: Case, operands: readonly string[]): SmallGraph {
  const cells = offsetGroups * (w[2] as number) * (w[3] as number);
  const shapes: Readonly<Record<string, readonly number[]>> = {
    x,
    w,
    offset: [x[0] as number, cells * 2, ...out],
    bias: [w[0] as number],
    mask: [x[0] as number, cells, ...out],
  };
  const inputs = Object.fromEntries(
    operands.flatMap((name) => (name === '' ? [] : [[name, shapes[name] as number[]]])),
  );
  return { inputs, nodes: [{ op: 'DeformConv', inputs: operands, attributes }] };
}

/** The operands' whole shapes, no batch in front. */
function wholeGraph(graph: SmallGraph): Graph {
  const inputs = Object.entries(graph.inputs).map(([name, dims]) => ({
    name,
    type: { dtype: 'float32', dims } as const,
  }));
  return { ...graphOf(graph), inputs };
}

const operandLists = [
  ['x', 'w', 'offset'],
  ['x', 'w', 'offset', 'bias'],
  ['x', 'w', 'offset', '', 'mask'],
  ['x', 'w', 'offset', 'bias', 'mask'],
];

describe('DeformConv, written as GridSample and MatMul', () => {
  it.each(cases)('computes what the runtime does: $title', async (each) => {
    for (const operands of operandLists) {
      const graph = wholeGraph(small(each, operands));
      const feeds = Object.fromEntries(
        graph.inputs.map(({ name, type }, index): [string, Tensor] => [
          name,
          randomTensor(type.dims as number[], index),
        ]),
      );
      const [own, native] = await Promise.all(
        [bind(graph), graph].map(async (one) => {
          const program = await usualRuntime.compile(one, graph.outputs, { threads: 1 });
          const y = (await program.run(feeds))[graph.outputs[0] as string] as Tensor;
          await program.dispose();
          return y;
        }),
      );
      expect(own?.dims).toEqual(native?.dims);
      expect(elementCount(native?.dims ?? [])).toBeGreaterThan(8);
      const wanted = toNumbers(native as Tensor);
      toNumbers(own as Tensor).forEach((value, index) => {
        expect(value).toBeCloseTo(wanted[index] as number, 4);
      });
    }
  });

  it.each(cases)('has gradients by all operands: $title', async (each) => {
    // Offsets between 0.2 and 0.8 of a pixel: no kink of the interpolation within reach of the steps.
    const values = (count: number, random: () => number, name: string) =>
      Float32Array.from({ length: count }, () => (name === 'offset' ? 0.2 + 0.6 * random() : 2 * random() - 1));
    const graph = small(each, ['x', 'w', 'offset', 'bias', 'mask']);
    await checkWholeGradient(graph, { step: 0.05, tolerance: 1e-3, values });
    await checkSecondOrder(graph, { whole: true, step: 0.05, tolerance: 1e-3, values, piecewise: false });
  });
});
