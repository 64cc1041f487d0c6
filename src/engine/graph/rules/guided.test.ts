import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor, type SmallNode } from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { differentiate } from '../autodiff/differentiate';
import { bind } from '../binding/bind';
import { float32, type Tensor } from '../ir/tensor';
import { ruleTable } from '.';

const step = 0.2;
const zero = (value: number): Tensor => ({ dtype: 'uint8', dims: [], data: Uint8Array.of(value) });
const rounded = (from: string): SmallNode[] => [
  { op: 'QuantizeLinear', inputs: [from, 'step', 'zero'], outputs: ['q'] },
  { op: 'DequantizeLinear', inputs: ['q', 'step', 'zero'], outputs: ['y'] },
];

/** What a table hands back through a layer that ends with `nodes`, for numbers on both sides of 0 and within the range. */
async function through(table: 'standard' | 'guided' | 'deconvnet', zeroPoint: number, nodes: readonly SmallNode[]) {
  const graph = bind(
    graphOf({
      inputs: { x: [6] },
      constants: { w: randomTensor([6, 8], 1), step: float32([], Float32Array.of(step)), zero: zero(zeroPoint) },
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['sum'] }, ...nodes],
      outputs: ['y'],
    }),
  );
  const backward = differentiate(graph, { of: 'y', cotangent: 'g', wrt: ['sum'], rules: ruleTable(table) });
  const feeds = { x: randomTensor([2, 6], 2), g: randomTensor([2, 8], 3) };
  const name = backward.gradients.get('sum') as string;
  const program = await usualRuntime.compile(backward.graph, [name], { dynamicBatch: true, threads: 1 });
  const gradient = (await program.run(feeds))[name];
  await program.dispose();
  return Array.from(gradient?.data as Float32Array);
}

describe.each(['guided', 'deconvnet'] as const)('%s', (table) => {
  it('takes a quantisation from 0 upwards for the ReLU that was worked into it', async () => {
    const [got, wanted, plain] = [
      await through(table, 0, rounded('sum')),
      await through(table, 0, [{ op: 'Relu', inputs: ['sum'], outputs: ['y'] }]),
      await through('standard', 0, rounded('sum')),
    ];
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i] as number, 5);
    expect(got.some((value, i) => Math.abs(value - (plain[i] as number)) > 0.1)).toBe(true);
  });

  it('leaves other quantisations alone', async () => {
    const got = await through(table, 128, rounded('sum'));
    const plain = await through('standard', 128, rounded('sum'));
    expect(got).toEqual(plain);
    expect(got.some((value) => value < 0)).toBe(true);
  });
});
