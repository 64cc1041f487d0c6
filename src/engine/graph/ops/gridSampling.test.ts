import { describe, it } from 'vitest';
import { checkGradient, checkSecondOrder, type SmallNode } from '../../../../test/support/graph/gradientCheck';
import { checkWholeGradient } from '../../../../test/support/graph/wholeGradient';
import { int64 } from '../ir/tensor';

const modes = ['linear', 'nearest', 'cubic'];
const paddings = ['zeros', 'border', 'reflection'];
const all = modes.flatMap((mode) =>
  paddings.flatMap((padding_mode) => [0, 1].map((align_corners) => ({ mode, padding_mode, align_corners }))),
);

/** Numbers in (−1.7, 1.7) that lie clear of whole and half places of images with 3, 4 and 5 cells, where samples have kinks and jumps. */
function coordinates(count: number, random: () => number): Float32Array {
  const clear = (c: number) => [2, 3, 4, 5].every((n) => Math.abs(n * (c + 1) - Math.round(n * (c + 1))) > 0.05);
  const draw = (): number => {
    const c = 3.4 * random() - 1.7;
    return clear(c) ? c : draw();
  };
  return Float32Array.from({ length: count }, draw);
}

describe('GridSample', () => {
  it.each(all)('$mode, padded by $padding_mode, align_corners $align_corners', async (attributes) => {
    const nodes: SmallNode[] = [{ op: 'GridSample', inputs: ['x', 'grid'], attributes }];
    await checkGradient({ inputs: { x: [2, 4, 5], grid: [3, 4, 2] }, nodes }, { values: coordinates });
  });

  it.each(['linear', 'nearest'].flatMap((mode) => paddings.map((padding_mode) => ({ mode, padding_mode }))))(
    '$mode of volumes, padded by $padding_mode',
    async (attributes) => {
      const nodes: SmallNode[] = [{ op: 'GridSample', inputs: ['x', 'grid'], attributes }];
      const small = { inputs: { x: [2, 3, 4, 3], grid: [2, 1, 3, 3] }, nodes };
      await checkGradient(small, { values: coordinates });
    },
  );

  it('is linear in the image', async () => {
    const nodes: SmallNode[] = [
      { op: 'AffineGrid', inputs: ['theta', 'size'], attributes: {} },
      { op: 'GridSample', inputs: ['x', 'v0'], attributes: {} },
    ];
    const small = {
      inputs: { x: [1, 2, 4, 4], theta: [1, 2, 3] },
      constants: { size: int64([4], [1, 2, 3, 3]) },
      nodes,
    };
    await checkWholeGradient(small, { wrt: ['x'] });
  });

  it('twice', async () => {
    const nodes: SmallNode[] = [{ op: 'GridSample', inputs: ['x', 'grid'], attributes: {} }];
    const small = { inputs: { x: [1, 3, 3], grid: [2, 2, 2] }, nodes };
    await checkSecondOrder(small, { values: coordinates, piecewise: false });
  });
});

describe('AffineGrid', () => {
  it.each([
    { theta: [2, 2, 3], size: [2, 3, 4, 5] },
    { theta: [1, 3, 4], size: [1, 2, 2, 3, 4] },
  ])('of size $size', async ({ theta, size }) => {
    for (const align_corners of [0, 1]) {
      const nodes = [{ op: 'AffineGrid', inputs: ['theta', 'size'], attributes: { align_corners } }];
      const small = { inputs: { theta }, constants: { size: int64([size.length], size) }, nodes };
      await checkWholeGradient(small);
      await checkSecondOrder(small, { whole: true, kind: 'linear', piecewise: true });
    }
  });
});
