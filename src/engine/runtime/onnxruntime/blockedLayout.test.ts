import { describe, expect, it } from 'vitest';
import { expectClose, graphOf, randomTensor, type SmallGraph } from '../../../../test/support/graph/gradientCheck';
import { bind } from '../../graph/binding/bind';
import type { Tensor } from '../../graph/ir/tensor';
import { createOnnxRuntime } from '.';
import { stayBlocked } from './blockedLayout';

const attributes = { strides: [2, 2], output_padding: [1, 1] };

/** A strided block's gradient in small: a convolution at full size and a transposed one. */
const block: SmallGraph = {
  inputs: { x: [16, 8, 8], half: [16, 4, 4] },
  constants: { w: randomTensor([16, 16, 1, 1], 1), down: randomTensor([16, 16, 1, 1], 2) },
  nodes: [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['conv'] },
    { op: 'ConvTranspose', inputs: ['half', 'down'], outputs: ['up'], attributes },
    { op: 'Add', inputs: ['up', 'conv'], outputs: ['sum'] },
    { op: 'Relu', inputs: ['sum'], outputs: ['y'] },
  ],
};

const operators = (small: SmallGraph) => stayBlocked(bind(graphOf(small))).nodes.map((node) => node.op);

describe('stayBlocked', () => {
  it('brings a plain operand into the layout of the convolution that it is added to', async () => {
    const graph = bind(graphOf(block));
    const changed = stayBlocked(graph);
    expect(changed.nodes.map((node) => node.op)).toEqual(['Conv', 'ConvTranspose', 'MaxPool', 'Add', 'Relu']);
    const runtime = await createOnnxRuntime();
    const feeds = { x: randomTensor([3, 16, 8, 8], 3), half: randomTensor([3, 16, 4, 4], 4) };
    const [expected, got] = await Promise.all(
      [graph, changed].map(async (each) => {
        const program = await runtime.compile(each, ['y'], { dynamicBatch: true, threads: 1 });
        const { y } = await program.run(feeds);
        await program.dispose();
        return Array.from((y as Tensor).data as Float32Array);
      }),
    );
    expectClose(got as number[], expected as number[], 1e-6, 'changed');
  });

  it('leaves a sum alone whose convolution is read elsewhere, or whose operands have two shapes', () => {
    const shared = [...block.nodes, { op: 'Mul', inputs: ['y', 'conv'], outputs: ['product'] }];
    expect(operators({ ...block, nodes: shared })).not.toContain('MaxPool');
    const broadcast: SmallGraph = {
      inputs: { x: [16, 8, 8], row: [16, 1, 8] },
      constants: { w: randomTensor([16, 16, 1, 1], 1) },
      nodes: [
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['conv'] },
        { op: 'Abs', inputs: ['row'], outputs: ['plain'] },
        { op: 'Add', inputs: ['plain', 'conv'], outputs: ['y'] },
      ],
    };
    expect(operators(broadcast)).not.toContain('MaxPool');
  });

  it('leaves a sum of two convolutions alone', () => {
    const nodes = [
      { op: 'Conv', inputs: ['x', 'w'], outputs: ['a'] },
      { op: 'Conv', inputs: ['x', 'down'], outputs: ['b'] },
      { op: 'Add', inputs: ['a', 'b'], outputs: ['y'] },
    ];
    expect(operators({ ...block, inputs: { x: [16, 8, 8] }, nodes })).toEqual(['Conv', 'Conv', 'Add']);
  });
});
