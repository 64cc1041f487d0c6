import { describe, expect, it } from 'vitest';
import { checkGradient, graphOf, randomTensor, type SmallGraph } from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { bind } from '../binding/bind';
import { toNumbers } from '../ir/numbers';

const even = (x: readonly number[], size: number): SmallGraph => ({
  inputs: { x },
  nodes: [{ op: 'LRN', inputs: ['x'], attributes: { size, alpha: 0.3, beta: 0.6, bias: 1.5 } }],
});

describe('LRN over an even number of channels', () => {
  it.each([2, 4])('%i: the window reaches one channel further up than down', async (size) => {
    const x = randomTensor([2, 5, 2, 3], 4);
    const program = await usualRuntime.compile(bind(graphOf(even([5, 2, 3], size))), ['v0'], {
      dynamicBatch: true,
    });
    const y = toNumbers((await program.run({ x }))['v0']!);
    await program.dispose();
    const values = toNumbers(x);
    const at = (n: number, c: number, place: number) => (n * 5 + c) * 6 + place;
    const wanted = values.map((value, flat) => {
      const [n, c, place] = [Math.floor(flat / 30), Math.floor(flat / 6) % 5, flat % 6];
      let sum = 0;
      for (let d = Math.max(c - (size / 2 - 1), 0); d <= Math.min(c + size / 2, 4); d++) {
        sum += (values[at(n, d, place)] as number) ** 2;
      }
      return value / (1.5 + (0.3 / size) * sum) ** 0.6;
    });
    y.forEach((value, index) => {
      expect(value).toBeCloseTo(wanted[index] as number, 5);
    });
  });

  it('has a gradient', async () => {
    await checkGradient(even([4, 2, 3], 2));
    await checkGradient(even([5, 3], 4));
  });
});
