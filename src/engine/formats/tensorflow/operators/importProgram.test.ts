import { describe, expect, it } from 'vitest';
import { sample } from '../../../../../test/support/importCheck';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { bind } from '../../../graph/binding/bind';
import type { Graph } from '../../../graph/ir/graph';
import { int64, type Tensor } from '../../../graph/ir/tensor';
import { unsupportedOperators } from '../../../model/analysis/unsupported';
import type { TfAttribute, TfNode, TfProgram } from '../graph/graphDef';
import { importProgram } from '.';

type Attributes = Readonly<Record<string, TfAttribute>>;

const node = (name: string, op: string, inputs: readonly string[], attributes: Attributes = {}): TfNode => ({
  name,
  op,
  inputs,
  attributes: new Map(Object.entries(attributes)),
});
const text = (value: string): TfAttribute => ({ kind: 's', value });
const numbers = (...values: number[]): TfAttribute => ({
  kind: 'list',
  value: values.map((value) => ({ kind: 'i', value })),
});
const integers = (...values: number[]): Tensor => ({
  dtype: 'int32',
  dims: [values.length],
  data: Int32Array.from(values),
});

function program(
  nodes: readonly TfNode[],
  shape: TfProgram['inputs'][number]['shape'],
  constants: Readonly<Record<string, Tensor>> = {},
  outputs = [nodes.at(-1)?.name ?? ''],
): TfProgram {
  return { nodes, constants: new Map(Object.entries(constants)), inputs: [{ name: 'x', type: 1, shape }], outputs };
}

async function run(graph: Graph, x: Tensor): Promise<Tensor> {
  const bound = bind(graph, new Map([['x', x.dims]]));
  const [output = ''] = bound.outputs;
  const compiled = await usualRuntime.compile(bound, [output], { threads: 1, dynamicBatch: false });
  const results = await compiled.run({ x });
  await compiled.dispose();
  return results[output] as Tensor;
}

/** [n, a, b, c] with its axes in another order. */
function turned(tensor: Tensor, perm: readonly number[]): number[] {
  const strides = tensor.dims.map((_, axis) => tensor.dims.slice(axis + 1).reduce((a, b) => a * b, 1));
  const walk = (axis: number, from: number): number[] =>
    axis === perm.length
      ? [(tensor.data as Float32Array)[from] as number]
      : Array.from({ length: tensor.dims[perm[axis] as number] as number }, (_, i) =>
          walk(axis + 1, from + i * (strides[perm[axis] as number] as number)),
        ).flat();
  return walk(0, 0);
}

describe('names', () => {
  const window = { strides: numbers(1, 1, 1, 1), padding: text('SAME') };
  const { graph, layout } = importProgram(
    program(
      [
        node('conv', 'Conv2D', ['x', 'w'], window),
        node('bn', 'FusedBatchNormV3', ['conv:0', 'c', 'c', 'c', 'c', '^conv'], {
          is_training: { kind: 'b', value: false },
        }),
        node('act', 'Relu6', ['bn']),
        node('parts', 'Split', ['axis', 'act'], { num_split: { kind: 'i', value: 2 } }),
        node('sum', 'AddV2', ['parts', 'parts:1']),
      ],
      [null, 4, 4, 3],
      { w: sample([3, 3, 3, 2]), c: sample([2], 1, 0.1), axis: { dtype: 'int32', dims: [], data: Int32Array.of(3) } },
      ['sum:0'],
    ),
  );

  it('are those of the nodes, which are shown as TensorFlow calls them', () => {
    const shown = graph.nodes.filter((each) => each.shownAs !== null);
    expect(shown.map(({ outputs, op, shownAs }) => [outputs[0], shownAs ?? op])).toEqual([
      ['conv', 'Conv2D'],
      ['bn', 'FusedBatchNormV3'],
      ['act', 'Relu6'],
      ['parts', 'Split'],
      ['parts:1', 'Split'],
      ['sum', 'AddV2'],
    ]);
    expect(graph.outputs).toEqual(['sum']);
  });

  it('stay when the sizes are bound', () => {
    const { types } = bind(graph, new Map([['x', [1, 4, 4, 3]]]));
    expect(types.get('act')?.dims).toEqual([1, 2, 4, 4]);
    expect(layout).toBe('NHWC');
  });
});

it('images with channels first give what those with channels last give', async () => {
  const x = sample([1, 5, 6, 4]);
  const constants = { w: sample([3, 3, 2, 6], 1), b: sample([6], 2), m: sample([6], 3, 0.2), v: sample([6], 1, 0.1) };
  constants.v = { ...constants.v, data: (constants.v.data as Float32Array).map((value) => value + 1) };
  const graphs = ['NHWC', 'NCHW'].map((format) => {
    const [strides, ksize] =
      format === 'NHWC' ? [numbers(1, 2, 1, 1), numbers(1, 2, 2, 1)] : [numbers(1, 1, 2, 1), numbers(1, 1, 2, 2)];
    const data_format = text(format);
    const nodes = [
      node('c', 'Conv2D', ['x', 'w'], { strides, padding: text('SAME'), data_format }),
      node('d', 'BiasAdd', ['c', 'b'], { data_format }),
      node('e', 'FusedBatchNorm', ['d', 'b', 'm', 'm', 'v'], { data_format, is_training: { kind: 'b', value: false } }),
      node('y', 'MaxPool', ['e'], { ksize, strides: numbers(1, 1, 1, 1), padding: text('VALID'), data_format }),
    ];
    return importProgram(program(nodes, format === 'NHWC' ? [1, 5, 6, 4] : [1, 4, 5, 6], constants));
  });
  expect(graphs.map(({ layout }) => layout)).toEqual(['NHWC', 'NCHW']);
  const first: Tensor = { dtype: 'float32', dims: [1, 4, 5, 6], data: Float32Array.from(turned(x, [0, 3, 1, 2])) };
  const [last, other] = await Promise.all([run(graphs[0]!.graph, x), run(graphs[1]!.graph, first)]);
  expect(last.dims).toEqual([1, 2, 5, 6]);
  expect(Array.from(other.data as Float32Array)).toEqual(
    turned(last, [0, 3, 1, 2]).map((value) => expect.closeTo(value, 5)),
  );
});

it('products of matrices whose axes are not counted turn them by their names', async () => {
  const adjoint = { adj_y: { kind: 'b', value: true } } as const;
  const { graph } = importProgram(program([node('y', 'BatchMatMulV2', ['x', 'x'], adjoint)], null));
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Einsum']);
  const x = sample([2, 3, 4]);
  const got = await run(graph, x);
  const data = x.data as Float32Array;
  const dot = (a: number, b: number) => [0, 1, 2, 3].reduce((sum, i) => sum + data[a * 4 + i]! * data[b * 4 + i]!, 0);
  expect(got.dims).toEqual([2, 3, 3]);
  expect((got.data as Float32Array)[5]).toBeCloseTo(dot(1, 2), 5);
});

describe('what cannot be brought in', () => {
  it('stands there with the reason', () => {
    const nodes = [
      node('a', 'NonMaxSuppressionV3', ['x', 'x']),
      node('b', 'MaxPool', ['a'], { ksize: numbers(2, 1, 1, 1), strides: numbers(1, 1, 1, 1), padding: text('VALID') }),
      node('c', 'Unique', ['b']),
      node('y', 'AddV2', ['c', 'c:1']),
    ];
    const { graph } = importProgram(program(nodes, [null, 4]));
    expect(unsupportedOperators(graph).map(({ reason }) => reason)).toEqual([
      'The operator NonMaxSuppressionV3 of node “a” is not supported.',
      'The operator MaxPool of node “b” has windows along batch or channels.',
      'The operator Unique of node “c” is not supported.',
    ]);
  });

  it.each<[string, TfNode[], Record<string, Tensor>, string]>([
    ['a missing input', [node('y', 'Relu', [])], {}, 'The node “y” (Relu) of the checkpoint lacks its input 0.'],
    ['a circle', [node('a', 'Relu', ['y']), node('y', 'Relu', ['a'])], {}, 'is computed from itself'],
    ['nothing that computes an input', [node('y', 'Relu', ['z'])], {}, 'nothing computes the value “z”'],
    ['an output far away', [node('a', 'Relu', ['x']), node('y', 'Relu', ['a:99999999'])], {}, 'has an output 99999999'],
    ['an output too many', [node('a', 'Relu', ['x']), node('y', 'Relu', ['a:2'])], {}, 'Relu gives no value “a:2”'],
    [
      'strides of two axes',
      [node('y', 'Conv2D', ['x', 'w'], { strides: numbers(1, 1), padding: text('SAME') })],
      { w: sample([1, 1, 3, 2]) },
      'has strides for 2 axes',
    ],
    [
      'a number that counts too many',
      [node('y', 'Unpack', ['x'], { num: { kind: 'i', value: 1e9 } })],
      {},
      'has 1000000000 as “num”',
    ],
    [
      'filters for other channels',
      [node('y', 'Conv2D', ['x', 'w'], { strides: numbers(1, 1, 1, 1), padding: text('SAME') })],
      { w: sample([1, 1, 2, 2]) },
      'has filters for 2 channels, and images of 3',
    ],
    ['two values of one name', [node('x', 'Relu', ['x']), node('y', 'Relu', ['x'])], {}, 'is computed twice'],
  ])('%s ends in a sentence', (_, nodes, constants, sentence) => {
    expect(() => importProgram(program(nodes, [null, 4, 4, 3], constants))).toThrow(sentence);
  });

  it('names of prototypes are names', () => {
    const { graph } = importProgram(
      program([node('__proto__', 'constructor', ['x']), node('y', 'Relu', ['__proto__'])], [1]),
    );
    expect(unsupportedOperators(graph)).toMatchObject([{ operator: 'constructor', node: '__proto__' }]);
  });
});

it('long chains are followed in time that grows with their number', () => {
  const count = 20_000;
  const nodes = Array.from({ length: count }, (_, i) => node(`n${i}`, 'Relu', [i === 0 ? 'x' : `n${i - 1}`]));
  const started = performance.now();
  expect(importProgram(program(nodes, [1, 2])).graph.nodes).toHaveLength(count);
  expect(performance.now() - started).toBeLessThan(5000);
});

it('integers are those of 64 bits, in constants too', () => {
  const { graph } = importProgram(
    program([node('y', 'GatherV2', ['x', 'i', 'axis'])], [5, 2], { i: integers(1, 2), axis: integers(0) }),
  );
  expect(graph.constants.get('i')).toEqual(int64([2], [1, 2]));
});
