import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { ints, randomTensor } from '../../../../test/support/graph/smallGraph';

const after = (inputs: readonly string[], axis: number) => [{ op: 'Concat', inputs, attributes: { axis } }];

/** Several inputs along an axis. */
const joined = (shapes: readonly (readonly number[])[], axis: number): GradientCase => {
  const names = shapes.map((_, index) => `x${index}`);
  return {
    title: `of ${shapes.map((dims) => `[N, ${dims}]`).join(', ')} along ${axis}`,
    inputs: Object.fromEntries(names.map((name, index) => [name, shapes[index] as readonly number[]])),
    nodes: after(names, axis),
    kind: 'linear',
  };
};

export const joiningGrid: GradientGrid = {
  Concat: [
    joined([[2]], 1),
    joined([[2], [3], [1]], 1),
    joined(
      [
        [2, 3],
        [2, 3],
      ],
      -1,
    ),
    joined(
      [
        [1, 3, 2],
        [4, 3, 2],
        [2, 3, 2],
      ],
      1,
    ),
    joined(
      [
        [2, 2, 3, 1],
        [2, 2, 3, 4],
      ],
      -1,
    ),
    {
      title: 'of x with itself',
      inputs: { x: [2, 3] },
      nodes: after(['x', 'x'], -1),
      kind: 'linear',
    },
    {
      title: 'with a constant for one image in front',
      inputs: { x: [2, 3] },
      constants: { token: randomTensor([1, 1, 3], 4) },
      nodes: after(['token', 'x'], 1),
      kind: 'linear',
    },
    {
      title: 'with constants on both sides, of x twice',
      inputs: { x: [2, 3] },
      constants: { token: randomTensor([1, 1, 3], 4) },
      nodes: after(['token', 'x', 'token', 'x'], 1),
      kind: 'linear',
    },
    {
      title: 'of x and its square',
      inputs: { x: [2, 3] },
      nodes: [
        { op: 'Mul', inputs: ['x', 'x'], outputs: ['square'] },
        { op: 'Concat', inputs: ['x', 'square'], attributes: { axis: 2 } },
      ],
      kind: 'smooth',
    },
  ],
  Split: [
    {
      title: 'into given sizes, along the channels',
      inputs: { x: [6, 2] },
      constants: { s: ints(2, 4) },
      nodes: [
        { op: 'Split', inputs: ['x', 's'], outputs: ['a', 'b'], attributes: { axis: 1 } },
        { op: 'Add', inputs: ['a', 'a'] },
        { op: 'Concat', inputs: ['b', 'v1'], attributes: { axis: 1 } },
      ],
      kind: 'linear',
    },
    {
      title: 'into parts of which the last is shorter',
      inputs: { x: [2, 5] },
      nodes: [
        { op: 'Split', inputs: ['x'], outputs: ['a', 'b'], attributes: { axis: -1, num_outputs: 2 } },
        { op: 'Concat', inputs: ['b', 'a'], attributes: { axis: 2 } },
      ],
      kind: 'linear',
    },
    {
      title: 'with an output that nothing reads',
      inputs: { x: [6, 2] },
      nodes: [
        { op: 'Split', inputs: ['x'], outputs: ['a', 'b', 'c'], attributes: { axis: 1, num_outputs: 3 } },
        { op: 'Add', inputs: ['a', 'c'] },
      ],
      kind: 'linear',
    },
    {
      title: 'with an output that has no name',
      inputs: { x: [4] },
      constants: { s: ints(1, 1, 2) },
      nodes: [
        { op: 'Split', inputs: ['x', 's'], outputs: ['a', '', 'c'], attributes: { axis: 1 } },
        { op: 'Mul', inputs: ['a', 'c'] },
      ],
      kind: 'smooth',
    },
    {
      title: 'into two halves that are multiplied',
      inputs: { x: [4, 3] },
      nodes: [
        { op: 'Split', inputs: ['x'], outputs: ['a', 'b'], attributes: { axis: 1, num_outputs: 2 } },
        { op: 'Sigmoid', inputs: ['b'], outputs: ['gate'] },
        { op: 'Mul', inputs: ['a', 'gate'] },
      ],
      kind: 'smooth',
    },
  ],
};
