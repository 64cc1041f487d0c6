import { describe, expect, it } from 'vitest';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { bind } from '../../../graph/binding/bind';
import type { Graph, Node } from '../../../graph/ir/graph';
import { fromNumbers, toNumbers } from '../../../graph/ir/numbers';
import type { DType, Tensor } from '../../../graph/ir/tensor';

interface Row {
  readonly op: string;
  readonly inputs: readonly (readonly [DType, readonly number[]])[];
  readonly attributes?: Node['attributes'];
  readonly wanted: readonly number[];
  readonly dtype: DType;
}

/** Runs one node on inputs that are not known before. */
async function run({ op, inputs, attributes = {} }: Row): Promise<Tensor> {
  const names = inputs.map((_, index) => `x${index}`);
  const graph: Graph = {
    inputs: inputs.map(([dtype, values], index) => ({ name: `x${index}`, type: { dtype, dims: [values.length] } })),
    outputs: ['y'],
    nodes: [{ op, name: 'node', inputs: names, outputs: ['y'], attributes }],
    constants: new Map(),
    types: new Map(),
  };
  const program = await usualRuntime.compile(bind(graph), ['y'], { threads: 1 });
  const feeds = inputs.map(([dtype, values], i) => [`x${i}`, fromNumbers(dtype, [values.length], values)]);
  const { y } = await program.run(Object.fromEntries(feeds));
  await program.dispose();
  return y as Tensor;
}

const rows: readonly Row[] = [
  {
    op: 'Max',
    inputs: [
      ['int16', [-5, 300]],
      ['int16', [-4, -300]],
    ],
    wanted: [-4, 300],
    dtype: 'int16',
  },
  {
    op: 'Min',
    inputs: [
      ['uint16', [65535, 3]],
      ['uint16', [7, 4]],
    ],
    wanted: [7, 3],
    dtype: 'uint16',
  },
  {
    op: 'Pow',
    inputs: [
      ['float32', [2, 3]],
      ['uint32', [3, 2]],
    ],
    wanted: [8, 9],
    dtype: 'float32',
  },
  {
    op: 'Where',
    inputs: [
      ['bool', [1, 0]],
      ['int8', [-128, 1]],
      ['int8', [2, 127]],
    ],
    wanted: [-128, 127],
    dtype: 'int8',
  },
  {
    op: 'BitShift',
    inputs: [
      ['uint16', [40000, 3]],
      ['uint16', [1, 2]],
    ],
    attributes: { direction: 'LEFT' },
    wanted: [80000 - 65536, 12],
    dtype: 'uint16',
  },
  {
    op: 'Mod',
    inputs: [
      ['float32', [-5, 5, 5, -5, 4, -7, 2]],
      ['float32', [3, -3, 3, -3, Infinity, Infinity, -Infinity]],
    ],
    wanted: [1, -1, 2, -2, 4, Infinity, -Infinity],
    dtype: 'float32',
  },
];

describe('uses of an operator that the runtime has no kernel for', () => {
  it.each(rows)('$op', async (row) => {
    const y = await run(row);
    expect(y.dtype).toBe(row.dtype);
    expect(toNumbers(y)).toEqual(row.wanted);
  });

  it('refuses to shift signed integers', async () => {
    const inputs = [
      ['int32', [1]],
      ['int32', [1]],
    ] as const;
    await expect(run({ op: 'BitShift', inputs, wanted: [], dtype: 'int32' })).rejects.toThrow(
      'The BitShift node “node” shifts signed integers, which is not supported.',
    );
  });
});
