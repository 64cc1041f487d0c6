import { describe, expect, it } from 'vitest';
import {
  expectClose,
  graphOf,
  randomTensor,
  type SmallGraph,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { usualRuntime } from '../../../../test/support/runtimes';
import { bind } from '../binding/bind';
import type { Tensor } from '../ir/tensor';
import { foldBatchNormalization } from './foldBatchNormalization';
import { removeIdentities } from './removeIdentities';
import { simplify } from './simplify';

const normalised: SmallGraph = {
  inputs: { x: [4, 5, 5] },
  constants: {
    w: randomTensor([6, 2, 3, 3], 1),
    bias: randomTensor([6], 2),
    gamma: randomTensor([6], 3),
    beta: randomTensor([6], 4),
    mean: randomTensor([6], 5),
    variance: randomTensor([6], 6, 0.5, 2),
  },
  nodes: [
    { op: 'Conv', inputs: ['x', 'w', 'bias'], outputs: ['conv'], attributes: { group: 2 } },
    {
      op: 'BatchNormalization',
      inputs: ['conv', 'gamma', 'beta', 'mean', 'variance'],
      outputs: ['bn'],
      attributes: { epsilon: 1e-3 },
    },
    { op: 'Relu', inputs: ['bn'], outputs: ['relu'] },
  ],
};

describe('foldBatchNormalization', () => {
  it('works the normalisation into the convolution, which computes the same', async () => {
    const graph = bind(graphOf(normalised));
    const folded = foldBatchNormalization(graph, new Set(['bn']));
    expect(folded.nodes.map((node) => node.op)).toEqual(['Conv', 'Relu']);
    expect(folded.nodes[0]?.outputs).toEqual(['bn']);
    const x = randomTensor([2, 4, 5, 5], 9);
    const [before, after] = await Promise.all(
      [graph, folded].map(async (each) => {
        const program = await usualRuntime.compile(each, ['relu'], { dynamicBatch: true, threads: 1 });
        const result = await program.run({ x });
        await program.dispose();
        return Array.from((result['relu'] as Tensor).data as Float32Array);
      }),
    );
    expectClose(after as number[], before as number[], 1e-6, 'folded');
  });

  it('leaves a convolution alone whose own output is kept, an output, or used elsewhere', () => {
    const graph = bind(graphOf(normalised));
    const same = graph.nodes.map((node) => node.op);
    expect(foldBatchNormalization(graph, new Set(['conv'])).nodes.map((node) => node.op)).toEqual(same);
    expect(
      foldBatchNormalization({ ...graph, outputs: ['relu', 'conv'] }, new Set()).nodes.map((node) => node.op),
    ).toEqual(same);
    const nodes = [...normalised.nodes, { op: 'Add', inputs: ['relu', 'conv'], outputs: ['sum'] }];
    const used = bind(graphOf({ ...normalised, nodes }));
    expect(foldBatchNormalization(used, new Set()).nodes.map((node) => node.op)).toEqual([...same, 'Add']);
  });
});

describe('removeIdentities', () => {
  it('lets consumers read past it, and keeps the names that are wanted', () => {
    const nodes = [
      { op: 'Identity', inputs: ['x'], outputs: ['a'] },
      { op: 'Dropout', inputs: ['a'], outputs: ['b'] },
      { op: 'Identity', inputs: ['b'], outputs: ['c'] },
      { op: 'Relu', inputs: ['c'], outputs: ['y'] },
      { op: 'Identity', inputs: ['y'], outputs: ['z'] },
    ];
    const graph = graphOf({ inputs: { x: [3] }, nodes });
    const result = removeIdentities(graph, new Set(['b']));
    expect(result.nodes.map((node) => [node.op, ...node.inputs, ...node.outputs])).toEqual([
      ['Dropout', 'x', 'b'],
      ['Relu', 'b', 'y'],
      ['Identity', 'y', 'z'],
    ]);
  });
});

describe('simplify', () => {
  it('folds across identities, and keeps what is wanted though no output needs it', () => {
    const [conv, batchNormalization, relu] = normalised.nodes as [SmallNode, SmallNode, SmallNode];
    const nodes = [
      conv,
      { op: 'Identity', inputs: ['conv'], outputs: ['same'] },
      { ...batchNormalization, inputs: ['same', ...batchNormalization.inputs.slice(1)] },
      relu,
      { op: 'Neg', inputs: ['relu'], outputs: ['layer'] },
      { op: 'Abs', inputs: ['relu'], outputs: ['unused'] },
    ];
    const graph = { ...graphOf({ ...normalised, nodes, outputs: ['relu', 'layer', 'unused'] }) };
    const bound = { ...bind(graph), outputs: ['relu'] };
    const result = simplify(bound, new Set(['layer']));
    expect(result.nodes.map((node) => [node.op, node.outputs[0]])).toEqual([
      ['Conv', 'bn'],
      ['Relu', 'relu'],
      ['Neg', 'layer'],
    ]);
    expect(result.outputs).toEqual(['relu']);
  });
});
