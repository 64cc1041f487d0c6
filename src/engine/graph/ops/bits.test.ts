import { describe, expect, it } from 'vitest';
import { graphOf } from '../../../../test/support/graph/gradientCheck';
import { bind } from '../binding/bind';
import { fromNumbers, toNumbers } from '../ir/numbers';
import type { DType } from '../ir/tensor';

/** The value that binding gives to an operator of two constants. */
function folded(op: string, dtype: DType, operands: readonly (readonly number[])[], attributes = {}): number[] {
  const names = operands.map((_, index) => `c${index}`);
  const constants = Object.fromEntries(
    operands.map((values, index) => [`c${index}`, fromNumbers(dtype, [values.length], values)]),
  );
  const nodes = [
    { op, inputs: names, attributes },
    { op: 'Cast', inputs: ['v0'], attributes: { to: 1 } },
    { op: 'Add', inputs: ['x', 'v1'] },
  ];
  const graph = bind(graphOf({ inputs: { x: [1] }, constants, nodes }));
  return toNumbers(graph.constants.get('v1')!);
}

describe('operators on bits are evaluated when a graph is bound', () => {
  it.each([
    {
      op: 'BitwiseAnd',
      dtype: 'int32',
      operands: [
        [6, -1],
        [3, 5],
      ],
      wanted: [2, 5],
    },
    {
      op: 'BitwiseOr',
      dtype: 'int64',
      operands: [
        [6, -8],
        [3, 5],
      ],
      wanted: [7, -3],
    },
    {
      op: 'BitwiseXor',
      dtype: 'uint8',
      operands: [
        [6, 255],
        [3, 15],
      ],
      wanted: [5, 240],
    },
    { op: 'BitwiseNot', dtype: 'uint8', operands: [[6, 255]], wanted: [249, 0] },
    { op: 'BitwiseNot', dtype: 'int32', operands: [[6, -1]], wanted: [-7, 0] },
    {
      op: 'BitShift',
      dtype: 'uint8',
      operands: [
        [16, 200],
        [1, 1],
      ],
      attributes: { direction: 'LEFT' },
      wanted: [32, 144],
    },
    {
      op: 'BitShift',
      dtype: 'uint32',
      operands: [
        [16, 201],
        [1, 2],
      ],
      attributes: { direction: 'RIGHT' },
      wanted: [8, 50],
    },
  ] as const)('$op of $dtype', ({ op, dtype, operands, wanted, ...rest }) => {
    expect(folded(op, dtype, operands, 'attributes' in rest ? rest.attributes : {})).toEqual([...wanted]);
  });
});
