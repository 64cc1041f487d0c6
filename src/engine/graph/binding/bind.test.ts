import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor, type SmallGraph } from '../../../../test/support/graph/gradientCheck';
import { unsupportedOperators } from '../../model/analysis/unsupported';
import type { Graph } from '../ir/graph';
import { float32, int64 } from '../ir/tensor';
import { bind, isBatchPolymorphic } from './bind';

function withInput(small: SmallGraph, dims: readonly (number | null)[]): Graph {
  const graph = graphOf(small);
  return { ...graph, inputs: graph.inputs.map(({ name, type }) => ({ name, type: { ...type, dims } })) };
}

const operators = (graph: Graph) => graph.nodes.map((node) => node.op);
const scalar = (value: number) => int64([], [value]);
const ints = (...values: number[]) => int64([values.length], values);

describe('bind', () => {
  it('makes automatic padding explicit for the size at hand', () => {
    const small: SmallGraph = {
      inputs: { x: [1, 5, 6] },
      constants: { w: randomTensor([1, 1, 3, 3], 1) },
      nodes: [{ op: 'Conv', inputs: ['x', 'w'], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] } }],
    };
    const graph = bind(graphOf(small));
    expect(graph.nodes[0]?.attributes).toEqual({ strides: [2, 2], pads: [1, 0, 1, 1] });
    expect(graph.types.get('v0')?.dims).toEqual([1, 1, 3, 3]);
  });

  it('folds arithmetic on sizes: padding to TensorFlow SAME, computed from Shape', () => {
    // pad = max((ceil(h / 2) − 1)·2 + 3 − h, 0), half of it in front.
    const small: SmallGraph = {
      inputs: { x: [1, 6, 6] },
      constants: {
        two: scalar(2),
        one: scalar(1),
        three: scalar(3),
        zero: scalar(0),
        axis: ints(0),
        none: ints(0, 0, 0),
        w: randomTensor([1, 1, 3, 3], 1),
      },
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Gather', inputs: ['shape', 'two'], outputs: ['h'] },
        { op: 'Add', inputs: ['h', 'one'], outputs: ['h1'] },
        { op: 'Div', inputs: ['h1', 'two'], outputs: ['out'] },
        { op: 'Sub', inputs: ['out', 'one'], outputs: ['steps'] },
        { op: 'Mul', inputs: ['steps', 'two'], outputs: ['moved'] },
        { op: 'Add', inputs: ['moved', 'three'], outputs: ['span'] },
        { op: 'Sub', inputs: ['span', 'h'], outputs: ['rest'] },
        { op: 'Max', inputs: ['rest', 'zero'], outputs: ['total'] },
        { op: 'Div', inputs: ['total', 'two'], outputs: ['front'] },
        { op: 'Sub', inputs: ['total', 'front'], outputs: ['back'] },
        { op: 'Unsqueeze', inputs: ['front', 'axis'], outputs: ['f'] },
        { op: 'Unsqueeze', inputs: ['back', 'axis'], outputs: ['b'] },
        { op: 'Concat', inputs: ['none', 'f', 'none', 'b'], outputs: ['pads'], attributes: { axis: 0 } },
        { op: 'Pad', inputs: ['x', 'pads'], outputs: ['padded'] },
        { op: 'Conv', inputs: ['padded', 'w'], outputs: ['y'], attributes: { strides: [1, 2] } },
      ],
    };
    for (const [width, wanted] of [
      [6, 7],
      [7, 9],
    ] as const) {
      const graph = bind(withInput(small, [null, 1, null, null]), new Map([['x', [1, 1, width, width]]]));
      expect(operators(graph)).toEqual(['Pad', 'Conv']);
      expect(graph.types.get('padded')?.dims).toEqual([1, 1, width, wanted]);
    }
  });

  it('ends a transposed convolution in cells of the bias where output_shape is longer than the kernel reaches', () => {
    const small: SmallGraph = {
      inputs: { x: [1, 3, 3] },
      constants: { w: randomTensor([1, 2, 3, 3], 1) },
      nodes: [
        {
          op: 'ConvTranspose',
          inputs: ['x', 'w'],
          attributes: { strides: [3, 2], output_shape: [10, 6] },
          outputs: ['y'],
        },
      ],
    };
    const graph = bind(graphOf(small));
    expect(graph.types.get('y')?.dims).toEqual([1, 2, 10, 6]);
    expect(graph.nodes[0]?.attributes).toEqual({ strides: [3, 2], pads: [0, 1, 0, 0], output_padding: [1, 0] });
  });

  it('does not write numbers out as text', () => {
    const nodes = [{ op: 'Cast', inputs: ['x'], attributes: { to: 8 } }];
    expect(() => bind(graphOf({ inputs: { x: [3] }, nodes }))).toThrow('The Cast node “node_0” casts numbers to text');
  });

  it('removes what nothing needs', () => {
    const nodes = [
      { op: 'Relu', inputs: ['x'], outputs: ['y'] },
      { op: 'Neg', inputs: ['x'], outputs: ['unused'] },
    ];
    expect(operators(bind(graphOf({ inputs: { x: [3] }, nodes, outputs: ['y'] })))).toEqual(['Relu']);
  });

  it('says which size is missing, and when a size does not fit', () => {
    const small: SmallGraph = { inputs: { x: [3, 8, 8] }, nodes: [{ op: 'Relu', inputs: ['x'] }] };
    const open = withInput(small, [null, 3, null, null]);
    expect(() => bind(open)).toThrow('The size of the input “x” must be given: the model leaves it open.');
    expect(() => bind(open, new Map([['x', [1, 3]]]))).toThrow('The input “x” has 4 dimensions, not 2.');
    expect(() => bind(open, new Map([['y', [1]]]))).toThrow('The model has no input named “y”.');
  });

  it('names the node that contradicts its operator', () => {
    const small: SmallGraph = {
      inputs: { x: [3, 8, 8] },
      constants: { w: randomTensor([4, 2, 3, 3], 1) },
      nodes: [{ op: 'Conv', inputs: ['x', 'w'] }],
    };
    expect(() => bind(graphOf(small))).toThrow(
      'The Conv node “node_0” has weights [4, 2, 3, 3] that do not fit its input [1, 3, 8, 8].',
    );
  });

  it('names operators without a definition, each once', () => {
    const nodes = [
      { op: 'Relu', inputs: ['x'] },
      { op: 'mine::Warp', inputs: ['v0'] },
      { op: 'mine::Warp', inputs: ['v1'] },
      { op: 'mine::Bend', inputs: ['v2'] },
    ];
    const graph = graphOf({ inputs: { x: [3] }, nodes });
    expect(unsupportedOperators(graph)).toEqual([
      {
        operator: 'mine::Warp',
        node: 'node_1',
        nodes: 2,
        reason: 'The operator mine::Warp of node “node_1” (and 1 more) is not supported.',
      },
      {
        operator: 'mine::Bend',
        node: 'node_3',
        nodes: 1,
        reason: 'The operator mine::Bend of node “node_3” is not supported.',
      },
    ]);
    expect(() => bind(graph)).toThrow('The operator mine::Warp of node “node_1” is not supported.');
  });
});

describe('batch length', () => {
  const target = (graph: Graph, value: string) => {
    const node = graph.nodes.find((each) => each.outputs[0] === value);
    return Array.from(graph.constants.get(node?.inputs[1] ?? '')?.data ?? [], Number);
  };

  it('frees a Reshape that was traced with one image', () => {
    const small: SmallGraph = {
      inputs: { x: [2, 3, 4] },
      constants: { s: ints(1, 24) },
      nodes: [{ op: 'Reshape', inputs: ['x', 's'], outputs: ['y'] }],
    };
    expect(isBatchPolymorphic(graphOf(small))).toBe(true);
    expect(target(bind(graphOf(small)), 'y')).toEqual([-1, 24]);
  });

  it('leaves an Expand that repeats the one image', () => {
    const small: SmallGraph = {
      inputs: { x: [3, 1] },
      constants: { s: ints(3, 1, 3) },
      nodes: [{ op: 'Expand', inputs: ['x', 's'], outputs: ['y'] }],
    };
    expect(bind(graphOf(small)).types.get('y')?.dims).toEqual([3, 3, 3]);
    expect(isBatchPolymorphic(graphOf(small))).toBe(false);
  });

  it('frees a graph that was traced with several images, and binds it to one', () => {
    const small: SmallGraph = {
      inputs: { x: [2, 3] },
      constants: { s: ints(4, 6) },
      nodes: [{ op: 'Reshape', inputs: ['x', 's'], outputs: ['y'] }],
    };
    const graph = bind(withInput(small, [4, 2, 3]), new Map([['x', [1, 2, 3]]]));
    expect(graph.types.get('y')?.dims).toEqual([1, 6]);
    expect(target(graph, 'y')).toEqual([-1, 6]);
  });

  it('turns a target that is computed from the batch into a constant', () => {
    const small: SmallGraph = {
      inputs: { x: [2, 3, 4] },
      constants: { zero: ints(0), rest: ints(-1) },
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Gather', inputs: ['shape', 'zero'], outputs: ['n'] },
        { op: 'Concat', inputs: ['n', 'rest'], outputs: ['s'], attributes: { axis: 0 } },
        { op: 'Reshape', inputs: ['x', 's'], outputs: ['y'] },
      ],
    };
    const graph = bind(graphOf(small));
    expect(operators(graph)).toEqual(['Reshape']);
    expect(target(graph, 'y')).toEqual([-1, 24]);
  });

  it('finds the batch behind the positions', () => {
    // [N, 5, 6] → [5, N, 6] → 5·N rows → [5, N, 6] → [N, 5, 6], as attention does it.
    const small: SmallGraph = {
      inputs: { x: [5, 6] },
      constants: { rows: ints(5, 6), back: ints(5, 1, 6), w: randomTensor([6, 6], 1) },
      nodes: [
        { op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: { perm: [1, 0, 2] } },
        { op: 'Reshape', inputs: ['t', 'rows'], outputs: ['flat'] },
        { op: 'Gemm', inputs: ['flat', 'w'], outputs: ['mapped'] },
        { op: 'Reshape', inputs: ['mapped', 'back'], outputs: ['b'] },
        { op: 'Transpose', inputs: ['b'], outputs: ['u'], attributes: { perm: [1, 0, 2] } },
        { op: 'Add', inputs: ['x', 'u'], outputs: ['y'] },
      ],
    };
    expect(isBatchPolymorphic(graphOf(small))).toBe(true);
    const graph = bind(graphOf(small));
    expect(target(graph, 'flat')).toEqual([-1, 6]);
    expect(target(graph, 'b')).toEqual([5, -1, 6]);
  });

  it('says so when the graph is right for one length only', () => {
    const small: SmallGraph = {
      inputs: { x: [4] },
      constants: { all: ints(-1), four: ints(0, 1, 2, 3), back: ints(1, 4) },
      nodes: [
        { op: 'Reshape', inputs: ['x', 'all'] },
        { op: 'Gather', inputs: ['v0', 'four'] },
        { op: 'Reshape', inputs: ['v1', 'back'] },
      ],
    };
    expect(isBatchPolymorphic(graphOf(small))).toBe(false);
    expect(bind(graphOf(small)).types.get('v2')?.dims).toEqual([1, 4]);
  });

  it('does not fold what depends on the batch length', () => {
    const small: SmallGraph = {
      inputs: { x: [3] },
      constants: { one: float32([], Float32Array.of(1)) },
      nodes: [
        { op: 'Shape', inputs: ['x'], attributes: { start: 0, end: 1 } },
        { op: 'Cast', inputs: ['v0'], attributes: { to: 1 } },
        { op: 'Div', inputs: ['x', 'v1'] },
      ],
    };
    expect(operators(bind(graphOf(small)))).toEqual(['Shape', 'Cast', 'Div']);
  });
});
