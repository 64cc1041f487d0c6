import { describe, expect, it } from 'vitest';
import { testGradients } from '../../../../test/support/graph/grid';
import { graphOf } from '../../../../test/support/graph/smallGraph';
import { usualRuntime } from '../../../../test/support/runtimes';
import { bind } from '../binding/bind';
import { float32 } from '../ir/tensor';
import { convolutionGrid } from './convolution.grid';

testGradients(convolutionGrid);

const row = (...values: number[]) => float32([1, 1, values.length], Float32Array.from(values));

describe('ConvTranspose with more output padding than its stride', () => {
  // The kernel's two cells lie three apart; what is behind their reach holds the bias.
  it.each([
    ['partly cut off again', [0, 1], 2, [1.5, 2.5, 0.5, 2.5, 4.5, 0.5]],
    ['all of it cut off again', [1, 2], 2, [2.5, 0.5, 2.5, 4.5]],
    ['behind the reach of the kernel', [0, 0], 3, [1.5, 2.5, 0.5, 2.5, 4.5, 0.5, 0.5, 0.5]],
  ])('%s', async (_, pads, output_padding, wanted) => {
    const attributes = { dilations: [3], pads, output_padding: [output_padding] };
    const small = {
      inputs: { x: [1, 2] },
      constants: { w: row(1, 2), b: float32([1], Float32Array.of(0.5)) },
      nodes: [{ op: 'ConvTranspose', inputs: ['x', 'w', 'b'], attributes, outputs: ['y'] }],
    };
    const program = await usualRuntime.compile(bind(graphOf(small)), ['y'], { threads: 1 });
    const { y } = await program.run({ x: row(1, 2) });
    await program.dispose();
    expect(y?.dims).toEqual([1, 1, wanted.length]);
    expect(Array.from(y?.data as Float32Array)).toEqual(wanted);
  });
});
