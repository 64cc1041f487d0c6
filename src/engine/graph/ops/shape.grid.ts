import type { GradientCase, GradientGrid } from '../../../../test/support/graph/grid';
import { ints, type SmallNode } from '../../../../test/support/graph/smallGraph';
import type { Tensor } from '../ir/tensor';

type Sizes = readonly number[];

/** A linear operator on x whose other operand is a list of integers. */
function cases(
  op: string,
  rows: readonly (readonly [x: Sizes, operand: Sizes | null, attributes?: NonNullable<SmallNode['attributes']>])[],
): readonly GradientCase[] {
  return rows.map(([x, operand, attributes = {}]) => {
    const constants: Record<string, Tensor> = operand ? { operand: ints(...operand) } : {};
    return {
      title: `of [N, ${x}]${operand ? ` by [${operand}]` : ''} ${JSON.stringify(attributes)}`,
      inputs: { x },
      constants,
      nodes: [{ op, inputs: operand ? ['x', 'operand'] : ['x'], attributes }],
      kind: 'linear',
    };
  });
}

export const shapeGrid: GradientGrid = {
  Reshape: [
    ...cases('Reshape', [
      [
        [2, 3, 4],
        [0, -1],
      ],
      [
        [2, 3, 4],
        [-1, 24],
      ],
      [
        [2, 3, 4],
        [0, 0, -1],
      ],
      [[6], [-1, 1, 2, 3]],
      // A batch of 1 that an exporter wrote into the graph.
      [
        [2, 3, 4],
        [1, 6, 4],
      ],
      [
        [2, 3, 4],
        [1, -1],
      ],
      [[2, 3], [0, 3, 2], { allowzero: 0 }],
      [[2, 3], [-1, 3, 2], { allowzero: 1 }],
      [[], [-1, 1]],
    ]),
    {
      title: 'followed by something that is not linear',
      inputs: { x: [2, 3] },
      constants: { s: ints(1, 6) },
      nodes: [
        { op: 'Reshape', inputs: ['x', 's'] },
        { op: 'Mul', inputs: ['v0', 'v0'] },
      ],
      kind: 'smooth',
    },
  ],
  Flatten: cases('Flatten', [
    [[2, 3, 4], null],
    [[2, 3], null, { axis: 1 }],
    [[2, 3, 2], null, { axis: -3 }],
    [[5], null],
  ]),
  Squeeze: cases('Squeeze', [
    [
      [3, 1, 4, 1],
      [2, -1],
    ],
    [[1, 1], [1]],
    [[1], [-1]],
    [[2, 1, 3], [2]],
  ]),
  Unsqueeze: cases('Unsqueeze', [
    [
      [3, 4],
      [1, -1],
    ],
    [[], [1]],
    [[2], [1, 3, 4]],
    [[2, 3], [-2]],
  ]),
  Transpose: cases('Transpose', [
    [[2, 3, 4], null, { perm: [0, 2, 3, 1] }],
    [[2, 3, 4], null, { perm: [0, 3, 1, 2] }],
    [[2, 3], null, { perm: [0, 1, 2] }],
    [[2, 1, 3, 2], null, { perm: [0, 4, 2, 1, 3] }],
    [[5], null, { perm: [0, 1] }],
  ]),
  Expand: cases('Expand', [
    [
      [3, 1, 4],
      [1, 3, 5, 4],
    ],
    [
      [3, 1],
      [1, 1, 4],
    ],
    [[3, 4], [1]],
    [
      [1, 2, 1],
      [3, 1, 2],
    ],
    [[1], [4]],
  ]),
  Tile: cases('Tile', [
    [
      [3, 2, 4],
      [1, 1, 3, 2],
    ],
    [[3], [1, 4]],
    [
      [2, 3],
      [1, 1, 1],
    ],
    [
      [1, 2],
      [1, 5, 2],
    ],
  ]),
};
