import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { ints } from '../../../../test/support/graph/smallGraph';
import { int64 } from '../ir/tensor';

type Sizes = readonly number[];

interface Part {
  readonly x: Sizes;
  readonly begin: Sizes;
  readonly end: Sizes;
  readonly axes?: Sizes;
  readonly steps?: Sizes;
}

const parts: readonly Part[] = [
  { x: [4, 6], begin: [1, -3], end: [3, 1000], axes: [1, 2] },
  { x: [5], begin: [-4], end: [-1], axes: [-1] },
  { x: [5], begin: [0], end: [2 ** 31], axes: [1] },
  { x: [3, 4], begin: [0, 1], end: [1000, 2] },
  { x: [5, 7], begin: [0, 1], end: [5, 7], axes: [1, 2], steps: [2, 3] },
  { x: [8], begin: [1], end: [8], axes: [1], steps: [3] },
  { x: [3, 4, 4], begin: [-1], end: [-1000], axes: [1], steps: [-1] },
  { x: [2, 7], begin: [5], end: [0], axes: [-1], steps: [-2] },
  { x: [2, 2, 4, 3], begin: [1, 0], end: [4, 3], axes: [3, 4], steps: [2, 1] },
  { x: [1, 3], begin: [0], end: [3], axes: [2] },
];

function slice({ x, begin, end, axes, steps }: Part): GradientCase {
  const operands = [begin, end, axes, steps].filter((each) => each !== undefined);
  const names = operands.map((_, index) => `c${index}`);
  return {
    title: `of [N, ${x}] from [${begin}] to [${end}]${axes ? ` of axes [${axes}]` : ''}${steps ? ` by [${steps}]` : ''}`,
    inputs: { x },
    constants: Object.fromEntries(names.map((name, index) => [name, ints(...(operands[index] as Sizes))])),
    nodes: [{ op: 'Slice', inputs: ['x', ...names] }],
    kind: 'linear',
  };
}

/** Positions next to each other, scattered, repeated, counted from the end; a scalar, a row and a matrix of them; every axis. */
const picks: readonly (readonly [x: Sizes, axis: number, dims: Sizes, positions: Sizes])[] = [
  [[5], 1, [], [2]],
  [[5], 1, [2], [-1, 0]],
  [[5, 3], 1, [], [-2]],
  [[5, 3], 1, [3], [1, 2, 3]],
  [[5, 3], 1, [5], [0, 1, 2, 3, 4]],
  [[5, 3], 1, [4], [4, 0, 4, -2]],
  [[5, 3], -1, [2], [2, 0]],
  [[2, 5, 3], 2, [2, 3], [4, 0, 4, 1, 1, 2]],
  [[3, 5], -1, [2, 2], [4, 0, 3, 1]],
  [[2, 3, 4], 1, [1, 2], [1, 0]],
  [[2, 2, 3, 2], 3, [2], [0, 2]],
];

export const indexingGrid: GradientGrid = {
  Slice: parts.map(slice),
  Gather: picks.map(([x, axis, dims, positions]) => ({
    title: `of [N, ${x}] at [${positions}], shape [${dims}], along ${axis}`,
    inputs: { x },
    constants: { positions: int64(dims, positions) },
    nodes: [{ op: 'Gather', inputs: ['x', 'positions'], attributes: { axis } }],
    kind: 'linear',
  })),
};
