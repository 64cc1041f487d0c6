import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor } from '../../../../test/support/graph/gradientCheck';
import { differentiate } from '../autodiff/differentiate';
import { bind } from '../binding/bind';
import { int64 } from '../ir/tensor';
import { standard } from '../rules/standard';
import { batchSymbols } from './batchSymbols';

const batch = { timesBatch: 1 };

describe('batchSymbols', () => {
  it('follows the batch through a graph and its gradient', () => {
    const graph = bind(
      graphOf({
        inputs: { x: [4, 6, 6] },
        constants: { w: randomTensor([8, 4, 3, 3], 1), rows: int64([2], [0, -1]) },
        nodes: [
          { op: 'Conv', inputs: ['x', 'w'], outputs: ['conv'] },
          { op: 'Reshape', inputs: ['conv', 'rows'], outputs: ['flat'] },
        ],
      }),
    );
    const { graph: joint, gradients } = differentiate(graph, {
      of: 'flat',
      cotangent: 'cotangent',
      wrt: ['x'],
      rules: standard,
    });
    const symbols = batchSymbols(joint);
    expect(symbols.get('conv')).toEqual([batch, 8, 4, 4]);
    expect(symbols.get('flat')).toEqual([batch, 128]);
    expect(symbols.get(gradients.get('x') as string)).toEqual([batch, 4, 6, 6]);
  });

  it('knows lengths in proportion to the batch, wherever they stand', () => {
    const nodes = [
      { op: 'Transpose', inputs: ['x'], outputs: ['turned'], attributes: { perm: [1, 0, 2] } },
      { op: 'Reshape', inputs: ['turned', 'rows'], outputs: ['merged'] },
    ];
    const graph = bind(graphOf({ inputs: { x: [5, 3] }, constants: { rows: int64([2], [-1, 3]) }, nodes }));
    const symbols = batchSymbols(graph);
    expect(symbols.get('turned')).toEqual([5, batch, 3]);
    expect(symbols.get('merged')).toEqual([{ timesBatch: 5 }, 3]);
  });

  it('says nothing of what is behind a node that fits one batch length only', () => {
    const nodes = [
      { op: 'Relu', inputs: ['x'], outputs: ['relu'] },
      { op: 'Reshape', inputs: ['relu', 'one'], outputs: ['y'] },
    ];
    const type = { dtype: 'float32', dims: [1, 6] } as const;
    const graph = {
      ...graphOf({ inputs: { x: [6] }, constants: { one: int64([2], [1, 6]) }, nodes }),
      inputs: [{ name: 'x', type }],
      types: new Map([
        ['relu', type],
        ['y', type],
      ]),
    };
    expect([...batchSymbols(graph)]).toEqual([['relu', [batch, 6]]]);
  });
});
