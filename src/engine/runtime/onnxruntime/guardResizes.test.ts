/** Programs of operators that name their axes, between Transposes that onnxruntime would like to cancel. */
import { describe, expect, it } from 'vitest';
import {
  checkGradient,
  expectClose,
  graphOf,
  ints,
  randomTensor,
  type SmallGraph,
  type SmallNode,
} from '../../../../test/support/graph/gradientCheck';
import { bind } from '../../graph/binding/bind';
import { pick, walk } from '../../graph/ir/numbers';
import { float32, type Tensor } from '../../graph/ir/tensor';
import { createOnnxRuntime } from '.';
import { guardResizes } from './guardResizes';

const runtime = await createOnnxRuntime();
const constants = {
  scales: float32([2], Float32Array.of(2, 1.5)),
  sizes: ints(8, 9),
  pads: ints(1, 0, 2, -1),
  lengths: ints(6, 3),
  axes: ints(2, -1),
};

/** On images [N, 3, 4, 6]. */
const nodes: readonly (readonly [string, SmallNode])[] = [
  ...['nearest', 'linear', 'cubic'].flatMap((mode): [string, SmallNode][] => [
    [`${mode} Resize by scales`, { op: 'Resize', inputs: ['p', '', 'scales'], attributes: { mode, axes: [2, 3] } }],
    [`${mode} Resize to sizes`, { op: 'Resize', inputs: ['p', '', '', 'sizes'], attributes: { mode, axes: [2, 3] } }],
    [
      `${mode} Resize to sizes that keeps the aspect ratio`,
      {
        op: 'Resize',
        inputs: ['p', '', '', 'sizes'],
        attributes: { mode, axes: [3, 2], keep_aspect_ratio_policy: 'not_larger' },
      },
    ],
  ]),
  ['Pad', { op: 'Pad', inputs: ['p', 'pads', '', 'axes'], attributes: { mode: 'constant' } }],
  ['CenterCropPad', { op: 'CenterCropPad', inputs: ['p', 'lengths'], attributes: { axes: [2, 3] } }],
];

/** The operator on channels-first images, and between Transposes on channels-last ones. */
const plain = (node: SmallNode): SmallGraph => ({
  inputs: { p: [3, 4, 6] },
  constants,
  nodes: [{ ...node, outputs: ['y'] }],
});
const turned = (node: SmallNode): SmallGraph => ({
  inputs: { x: [4, 6, 3] },
  constants,
  nodes: [
    { op: 'Transpose', inputs: ['x'], outputs: ['p'], attributes: { perm: [0, 3, 1, 2] } },
    { ...node, outputs: ['y'] },
    { op: 'Transpose', inputs: ['y'], outputs: ['z'], attributes: { perm: [0, 2, 3, 1] } },
  ],
});

async function run(small: SmallGraph, feed: Tensor, dynamicBatch: boolean): Promise<Tensor> {
  const graph = bind(graphOf(small));
  const program = await runtime.compile(graph, graph.outputs, { dynamicBatch, threads: 1 });
  const results = await program.run({ [graph.inputs[0]?.name as string]: feed });
  await program.dispose();
  return results[graph.outputs[0] as string] as Tensor;
}

describe('between Transposes', () => {
  it.each(nodes)('%s gives what it gives without them', async (_, node) => {
    for (const batch of [1, 2]) {
      const x = randomTensor([batch, 4, 6, 3], 1);
      const first = pick(x, [batch, 3, 4, 6], walk([batch, 3, 4, 6], [72, 1, 18, 3]));
      const y = await run(plain(node), first, batch > 1);
      const [, channels = 0, height = 0, width = 0] = y.dims;
      const z = await run(turned(node), x, batch > 1);
      expect(z.dims).toEqual([batch, height, width, channels]);
      const size = channels * height * width;
      const back = pick(z, y.dims, walk(y.dims, [size, 1, width * channels, channels]));
      expectClose([...(back.data as Float32Array)], [...(y.data as Float32Array)], 1e-6, node.op);
    }
  });

  it.each(nodes)('%s has a gradient', async (_, node) => {
    await checkGradient(turned(node), { kind: 'linear' });
  });
});

it('changes no graph without both', () => {
  const resize = nodes.find(([title]) => title === 'cubic Resize by scales')?.[1] as SmallNode;
  const without = bind(graphOf(plain(resize)));
  expect(guardResizes(without)).toBe(without);
  const all = { ...resize, inputs: ['p', '', 'all'], attributes: { mode: 'cubic' } };
  const scales = { ...constants, all: float32([4], Float32Array.of(1, 1, 2, 1.5)) };
  const graph = bind(graphOf({ ...turned(all), constants: scales }));
  expect(guardResizes(graph).nodes).toEqual(graph.nodes);
});
