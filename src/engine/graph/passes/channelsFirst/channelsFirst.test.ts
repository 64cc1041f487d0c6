import { describe, expect, it } from 'vitest';
import { ints, randomNumbers, randomTensor, scalar } from '../../../../../test/support/graph/smallGraph';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { GraphWriter } from '../../../formats/kit/graph/graphWriter';
import type { OperatorWriter } from '../../../formats/kit/graph/operatorWriter';
import { bind, isBatchPolymorphic } from '../../binding/bind';
import type { Graph } from '../../ir/graph';
import { type FloatTensor, float32, int64, type Tensor } from '../../ir/tensor';
import { lastOf } from './axes';

/* Networks as readers write those that compute N×H×W×C: bound as they are, and moved, they must give the same. */

const [height, width, channels] = [6, 5, 4];

/** A network that is written layer by layer; every layer is an operator of the checkpoint with one output. */
class Network {
  readonly writer = new GraphWriter(['image']);
  private constants = 0;

  constructor() {
    this.writer.input('image', { dtype: 'float32', dims: [null, height, width, channels] }, 'NHWC');
  }

  constant(tensor: Tensor): string {
    const name = `constant ${this.constants++}`;
    this.writer.constant(name, tensor);
    return name;
  }

  layer(name: string, write: (w: OperatorWriter, output: string) => void): string {
    this.writer.operator({ name, type: 'Layer', outputs: [name] }, (w) => write(w, name));
    return name;
  }

  op(name: string, op: string, inputs: readonly string[], attributes = {}): string {
    return this.layer(name, (w, output) => w.emit(op, inputs, attributes, output));
  }

  conv(name: string, x: string, from: number, to: number, attributes = {}): string {
    const kernel = this.constant(randomTensor([to, from, 3, 3], name.length));
    return this.layer(name, (w, output) =>
      w.channelsFirst(x, (first) => w.emit('Conv', [first, kernel], { auto_pad: 'SAME_UPPER', ...attributes }), output),
    );
  }

  finish(...outputs: string[]): Graph {
    return this.writer.finish(outputs, new Map(), { channelsLast: true });
  }
}

const sizes = (batch: number) => new Map([['image', [batch, height, width, channels]]]);
const unmarked = ({ channelsLast: _, ...graph }: Graph): Graph => graph;
const transposes = (graph: Graph) => graph.nodes.filter(({ op }) => op === 'Transpose').length;

async function run(graph: Graph, wanted: readonly string[], batch: number): Promise<Record<string, Tensor>> {
  const program = await usualRuntime.compile(graph, [...wanted], { dynamicBatch: isBatchPolymorphic(graph) });
  const image = randomTensor([batch, height, width, channels], 5);
  const results = await program.run({ image });
  await program.dispose();
  return results;
}

function inOldOrder(tensor: Tensor, old: readonly number[]): Float32Array {
  const { dims, data } = tensor as FloatTensor;
  if (dims.length !== 4 || dims.join() === old.join()) return data;
  expect(lastOf(dims)).toEqual(old);
  const [n, c, h, w] = dims as [number, number, number, number];
  const result = new Float32Array(data.length);
  for (let i = 0; i < result.length; i++) {
    const [channel, column] = [i % c, Math.floor(i / c) % w];
    const [row, item] = [Math.floor(i / (c * w)) % h, Math.floor(i / (c * w * h))];
    result[i] = data[((item * c + channel) * h + row) * w + column] as number;
  }
  return n * c * h * w === result.length ? result : data;
}

function expectSame(a: ArrayLike<number>, b: ArrayLike<number>, what: string): void {
  expect(a.length, what).toBe(b.length);
  const scale = Math.max(1e-6, ...Array.from(a, Math.abs));
  const worst = Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))));
  expect(worst / scale, what).toBeLessThan(1e-5);
}

/** Runs a network both ways; `layers` are compared as well, wherever their axes are now. Answers the moved graph. */
async function same(network: Graph, layers: readonly string[] = []): Promise<Graph> {
  for (const batch of [1, 2]) {
    const [was, moved] = [bind(unmarked(network), sizes(batch)), bind(network, sizes(batch))];
    expect(moved.outputs).toEqual(was.outputs);
    const wanted = [...was.outputs, ...layers];
    const [a, b] = [await run(was, wanted, batch), await run(moved, wanted, batch)];
    for (const name of wanted) {
      const [left, right] = [a[name] as FloatTensor, b[name] as FloatTensor];
      expect(moved.types.get(name)?.dims, name).toEqual(right.dims);
      if (was.outputs.includes(name)) expect(right.dims).toEqual(left.dims);
      expectSame(left.data, inOldOrder(right, left.dims), name);
    }
    for (const node of moved.nodes)
      for (const name of node.inputs)
        expect(name === '' || moved.types.has(name) || moved.constants.has(name), name).toBe(true);
  }
  expect(isBatchPolymorphic(network, sizes(1))).toBe(true);
  return bind(network, sizes(1));
}

/** A convolution, what is tested, and another convolution. */
async function between(write: (n: Network, x: string) => string, to = channels): Promise<Graph> {
  const n = new Network();
  const y = write(n, n.conv('before', 'image', channels, channels));
  n.conv('after', y, to, 2);
  n.op('scores', 'ReduceMean', ['after', n.constant(ints(1, 2))], { keepdims: 0 });
  return same(n.finish('scores'), ['before', y]);
}

const perChannel = float32([channels], Float32Array.of(0.5, -1, 2, 1));

describe('between two convolutions', () => {
  const cases: Record<string, [write: (n: Network, x: string) => string, to?: number]> = {
    'an activation': [(n, x) => n.op('y', 'Sigmoid', [x])],
    'a clip': [(n, x) => n.op('y', 'Clip', [x, n.constant(scalar(-1)), n.constant(scalar(2))])],
    'numbers per channel': [(n, x) => n.op('y', 'Mul', [x, n.constant(perChannel)])],
    'a number': [(n, x) => n.op('y', 'Add', [n.constant(scalar(2)), x])],
    'numbers per pixel': [(n, x) => n.op('y', 'Sub', [x, n.constant(randomTensor([height, width, 1], 3))])],
    'a whole map': [(n, x) => n.op('y', 'Add', [x, n.constant(randomTensor([1, height, width, channels], 3))])],
    'another branch': [(n, x) => n.op('y', 'Add', [x, n.conv('side', x, channels, channels)])],
    'the image itself': [(n, x) => n.op('y', 'Mul', ['image', x])],
    concatenation: [(n, x) => n.op('y', 'Concat', [x, 'image', x], { axis: -1 }), 3 * channels],
    'a slope per channel': [(n, x) => n.op('y', 'PRelu', [x, n.constant(perChannel)])],
    'a choice': [
      (n, x) => n.op('y', 'Where', [n.op('c', 'Greater', [x, n.constant(scalar(0))]), x, n.constant(perChannel)]),
    ],
    padding: [(n, x) => n.op('y', 'Pad', [x, n.constant(ints(0, 1, 2, 0, 0, 3, 0, 1)), n.constant(scalar(0))]), 5],
    cropping: [
      (n, x) => n.op('y', 'Slice', [x, n.constant(ints(1, 0)), n.constant(ints(4, -1)), n.constant(ints(1, -2))]),
    ],
    'a softmax over channels': [(n, x) => n.op('y', 'Softmax', [x], { axis: -1 })],
    'a mean that is kept': [
      (n, x) => n.op('y', 'Sub', [x, n.op('m', 'ReduceMean', [x, n.constant(ints(-1))], { keepdims: 1 })]),
    ],
    repetition: [(n, x) => n.op('y', 'Tile', [x, n.constant(ints(1, 2, 1, 3))]), 3 * channels],
    'some channels': [(n, x) => n.op('y', 'Gather', [x, n.constant(ints(2, 0))], { axis: 3 }), 2],
    'a running sum': [(n, x) => n.op('y', 'CumSum', [x, n.constant({ ...int64([1], [2]), dims: [] })])],
    pooling: [
      (n, x) =>
        n.layer('y', (w, y) => w.channelsFirst(x, (first) => w.emit('MaxPool', [first], { kernel_shape: [2, 2] }), y)),
    ],
  };

  it.each(Object.entries(cases))('%s stays with its channels first', async (title, [write, to]) => {
    const graph = await between(write, to);
    expect(transposes(graph), title).toBe(1);
  });

  it('one of two parts', async () => {
    const graph = await between((n, x) => {
      n.writer.operator({ name: 'split', type: 'Split', outputs: ['left', 'right'] }, (w) => {
        const parts = w.emitMany('Split', [x, w.ints(1, 3)], 2, { axis: 3 });
        w.emit('Identity', [parts[0]!], {}, 'left');
        w.emit('Identity', [parts[1]!], {}, 'right');
      });
      return 'right';
    }, 3);
    expect(transposes(graph)).toBe(1);
  });

  it('a gate from the mean of all pixels, which takes no Transpose', async () => {
    const graph = await between((n, x) => {
      const mean = n.op('mean', 'ReduceMean', [x, n.constant(ints(1, 2))], { keepdims: 0 });
      const row = n.op('row', 'Reshape', [mean, n.constant(ints(-1, 1, 1, channels))]);
      return n.op('y', 'Mul', [x, n.conv('gate', row, channels, channels)]);
    });
    expect(transposes(graph)).toBe(1);
  });

  it('what is over the channels of each pixel is turned there and back', async () => {
    const weights = randomTensor([channels, channels], 8);
    const graph = await between((n, x) => n.op('y', 'Add', [x, n.op('dense', 'MatMul', [x, n.constant(weights)])]));
    expect(transposes(graph)).toBe(3);
  });

  it('a row of patches is turned once, whoever reads it', async () => {
    const graph = await between((n, x) => {
      const one = n.op('one', 'Reshape', [x, n.constant(ints(-1, height * width, channels))]);
      const other = n.op('other', 'Reshape', [x, n.constant(ints(0, -1, 2 * channels))]);
      const gate = n.op('gate', 'Mul', [
        n.op('a', 'ReduceMax', [one, n.constant(ints(1, 2))], { keepdims: 0 }),
        n.op('b', 'ReduceMin', [other, n.constant(ints(1, 2))], { keepdims: 0 }),
      ]);
      return n.op('y', 'Mul', [x, n.op('g', 'Reshape', [gate, n.constant(ints(-1, 1, 1, 1))])]);
    });
    expect(transposes(graph)).toBe(2);
  });
});

describe('at the end', () => {
  it.each([
    ['ReduceMean', [1, 2], 0, 1],
    ['ReduceMax', [3], 0, 1],
    ['ReduceSum', [1], 0, 2],
    ['ReduceMean', [1, 2, 3], 1, 1],
  ] as const)('%s over %j, kept: %i', async (op, axes, keepdims, count) => {
    const n = new Network();
    n.op('y', op, [n.op('relu', 'Relu', [n.conv('c', 'image', channels, 3)]), n.constant(ints(...axes))], { keepdims });
    expect(transposes(await same(n.finish('y'), ['relu']))).toBe(count);
  });

  it('maps keep the order of their axes, and every layer its name', async () => {
    const n = new Network();
    n.op('map', 'Relu', [n.conv('c', 'image', channels, 3)]);
    const graph = await same(n.finish('map', 'c'), ['c']);
    expect(graph.types.get('map')?.dims).toEqual([1, height, width, 3]);
    expect(transposes(graph)).toBe(3);
  });

  it('the flattened map has its old order', async () => {
    const n = new Network();
    const flat = n.op('flat', 'Flatten', [n.conv('c', 'image', channels, 3)]);
    n.op('scores', 'MatMul', [flat, n.constant(randomTensor([3 * height * width, 7], 2))]);
    expect(transposes(await same(n.finish('scores'), ['c']))).toBe(2);
  });

  it('a map of one pixel needs no order', async () => {
    const n = new Network();
    const pooled = n.layer('pooled', (w, y) =>
      w.channelsFirst(n.conv('c', 'image', channels, 3), (first) => w.emit('GlobalAveragePool', [first]), y),
    );
    n.op('flat', 'Reshape', [pooled, n.constant(ints(-1, 3))]);
    n.op('squeezed', 'Squeeze', [pooled, n.constant(ints(1, 2))]);
    n.op('row', 'Flatten', [pooled]);
    expect(transposes(await same(n.finish('flat', 'squeezed', 'row')))).toBe(1);
  });

  it('lengths are those of the checkpoint', async () => {
    const n = new Network();
    const c = n.conv('c', 'image', channels, 3);
    n.layer('flat', (w, y) => {
      const rest = w.emit('ReduceProd', [w.lengths(c, 1), w.ints(0)], { keepdims: 1 });
      w.emit('Reshape', [c, w.emit('Concat', [w.lengths(c, 0, 1), rest], { axis: 0 })], {}, y);
    });
    n.layer('lengths', (w, y) => {
      const all = w.emit('Cast', [w.emit('Shape', [c])], { to: 1 });
      w.emit('Mul', [w.emit('ReduceMean', ['flat', w.ints(1)], { keepdims: 1 }), all], {}, y);
    });
    expect(transposes(await same(n.finish('flat', 'lengths')))).toBe(2);
  });
});

describe('names', () => {
  it('go over to what computes a layer, and it is shown in its place', async () => {
    const n = new Network();
    n.conv('c', 'image', channels, 3);
    n.op('scores', 'ReduceMean', ['c', n.constant(ints(1, 2))], { keepdims: 0 });
    const graph = await same(n.finish('scores'), ['c']);
    const conv = graph.nodes.find(({ op }) => op === 'Conv');
    expect(conv).toMatchObject({ name: 'c', outputs: ['c'], shownAs: 'Layer' });
    expect(graph.types.get('c')?.dims).toEqual([1, 3, height, width]);
  });
});

describe('graphs of any operators', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('random graph %i', async (seed) => {
    const random = randomNumbers(seed);
    const below = (count: number) => Math.floor(random() * count);
    const n = new Network();
    const maps: string[] = ['image'];
    const pick = () => maps[below(maps.length)] as string;
    const last = below(10) + 5;
    for (let i = 0; i < last; i++) {
      const name = `layer${i}`;
      const makers = [
        () => n.conv(name, pick(), channels, channels),
        () => n.op(name, 'Tanh', [pick()]),
        () => n.op(name, 'Add', [pick(), pick()]),
        () => n.op(name, 'Mul', [pick(), n.constant(perChannel)]),
        () => n.op(name, 'Softmax', [pick()], { axis: -1 }),
        () => n.op(name, 'MatMul', [pick(), n.constant(randomTensor([channels, channels], i))]),
        () => n.op(name, 'Max', [pick(), pick(), n.constant(scalar(0.1))]),
        () => n.op(name, 'Sub', [pick(), n.op(`${name}m`, 'ReduceMean', [pick(), n.constant(ints(1, 3))])]),
        () =>
          n.op(name, 'Transpose', [n.op(`${name}t`, 'Transpose', [pick()], { perm: [0, 3, 1, 2] })], {
            perm: [0, 2, 3, 1],
          }),
        () =>
          n.op(name, 'Reshape', [
            n.op(`${name}r`, 'Reshape', [pick(), n.constant(ints(-1, 10, 12))]),
            n.constant(ints(-1, height, width, channels)),
          ]),
        () =>
          n.layer(name, (w, y) =>
            w.channelsFirst(
              pick(),
              (first) => w.emit('AveragePool', [first], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
              y,
            ),
          ),
      ];
      maps.push((makers[below(makers.length)] as () => string)());
    }
    n.op('scores', 'ReduceMean', [maps.at(-1) as string, n.constant(ints(1, 2))], { keepdims: 0 });
    const outputs = ['scores', ...(seed % 3 === 0 ? [maps[1] as string] : [])];
    const graph = n.finish(...outputs);
    const live = new Set(graph.nodes.flatMap((node) => node.outputs));
    const moved = await same(
      graph,
      maps.filter((name) => live.has(name) && bind(graph, sizes(1)).types.has(name)),
    );
    // A map that is an output may be turned back for it alone.
    const most = transposes(bind(unmarked(graph), sizes(1))) + outputs.length - 1;
    expect(transposes(moved)).toBeLessThanOrEqual(most);
  });
});
