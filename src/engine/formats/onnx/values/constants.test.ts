import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import {
  encodeTestModel,
  externalTensor,
  type Model,
  type ModelAttribute,
} from '../../../../../test/support/onnxModel';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { CheckpointError } from '../../../../shared/errors';
import { bind } from '../../../graph/binding/bind';
import { type DType, float32, int64, type Tensor } from '../../../graph/ir/tensor';
import { encodeTensor, onnxTypeNumber } from '../../../runtime/onnxruntime/encodeTensor';
import { ProtobufWriter } from '../../../runtime/onnxruntime/protobufWriter';
import { readCheckpoint } from '../..';

const folder = temporaryFolder();

async function read(model: Partial<Model>) {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, encodeTestModel({ opset: 18, nodes: [], ...model }));
  return readCheckpoint(path);
}

/** Reads one weight as it stands in a file. */
async function weight(tensor: Tensor | ProtobufWriter): Promise<Tensor> {
  const { graph } = await read({ initializers: { w: tensor }, outputs: { w: {} } });
  return graph.constants.get('w')!;
}

type Data = Exclude<Tensor['data'], readonly string[]>;

/** [dtype, the elements, number of the typed field, the elements as they are written there] */
const stored: [DType, Data, number, readonly (number | bigint)[]][] = [
  ['float32', Float32Array.of(1.5, -0.1, 3e38), 4, [1.5, -0.1, 3e38]],
  ['int32', Int32Array.of(-2147483648, 5, -1), 5, [-2147483648, 5, -1]],
  ['int16', Int16Array.of(-32768, 5, -1), 5, [-32768, 5, -1]],
  ['int8', Int8Array.of(-128, 127, -1), 5, [-128, 127, -1]],
  ['uint16', Uint16Array.of(65535, 1, 0), 5, [65535, 1, 0]],
  ['uint8', Uint8Array.of(255, 1, 0), 5, [255, 1, 0]],
  ['bool', Uint8Array.of(1, 0, 1), 5, [1, 0, 1]],
  ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n, -1n), 7, [-(2n ** 63n), 2n ** 53n + 1n, -1n]],
  ['uint32', Uint32Array.of(4294967295, 1, 0), 11, [4294967295, 1, 0]],
  ['uint64', BigUint64Array.of(2n ** 64n - 1n, 2n ** 53n + 1n, 0n), 11, [2n ** 64n - 1n, 2n ** 53n + 1n, 0n]],
  ['int4', Int8Array.of(-8, 7, -1), 5, [0x78, 0x0f]],
  ['uint4', Uint8Array.of(15, 0, 9), 5, [0x0f, 0x09]],
];

describe('weights of every element type', () => {
  it.each(stored)('reads %s from raw_data', async (dtype, data) => {
    expect(await weight({ dtype, dims: [3], data })).toEqual({ dtype, dims: [3], data });
  });

  it.each(stored)('reads %s from its typed field, packed and not', async (dtype, data, number, values) => {
    const start = () => new ProtobufWriter().integers(1, [3]).integer(2, onnxTypeNumber[dtype]).string(8, 'w');
    const packed = start();
    const single = start();
    if (number === 4) {
      packed.floats(4, values as number[]);
      for (const value of values) single.float(4, value as number);
    } else {
      packed.integers(number, values);
      for (const value of values) single.integer(number, value);
    }
    expect(await weight(packed)).toEqual({ dtype, dims: [3], data });
    expect(await weight(single)).toEqual({ dtype, dims: [3], data });
  });

  it('reads texts', async () => {
    const data = ['a', '', 'naïve ✓'];
    expect(await weight({ dtype: 'string', dims: [3], data })).toEqual({ dtype: 'string', dims: [3], data });
  });

  it('reads scalars and empty weights', async () => {
    expect(await weight(float32([], Float32Array.of(4)))).toEqual(float32([], Float32Array.of(4)));
    expect(await weight(int64([2, 0], []))).toEqual(int64([2, 0], []));
  });

  it('computes float16, bfloat16 and float64 as float32, and says so', async () => {
    const half = {
      dtype: 'float16',
      dims: [6],
      data: Uint16Array.of(0x3c00, 0xc100, 0x7bff, 0x0001, 0xfc00, 0x0400),
    } as const;
    const brain = { dtype: 'bfloat16', dims: [3], data: Uint16Array.of(0x3f80, 0xc020, 0x7f80) } as const;
    const double = {
      dtype: 'float64',
      dims: [4],
      data: Float64Array.of(0.1, -Number.MAX_VALUE, Number.NEGATIVE_INFINITY, 5e-324),
    } as const;
    const { graph, notes } = await read({
      initializers: { half, brain, double },
      outputs: { half: {}, brain: {}, double: {} },
    });
    const largest = 3.4028234663852886e38;
    const values = (name: string) => [...(graph.constants.get(name)!.data as Float32Array)];
    expect(values('half')).toEqual([1, -2.5, 65504, 2 ** -24, Number.NEGATIVE_INFINITY, 2 ** -14]);
    expect(values('brain')).toEqual([1, -2.5, Number.POSITIVE_INFINITY]);
    expect(values('double')).toEqual([Math.fround(0.1), -largest, Number.NEGATIVE_INFINITY, 0]);
    expect(notes).toEqual(['Numbers of type bfloat16 and float16 and float64 are computed as float32.']);
    const typed = new ProtobufWriter().integers(1, [2]).integer(2, 10).string(8, 'w').integers(5, [0x3c00, 0xc100]);
    expect(await weight(typed)).toEqual(float32([2], Float32Array.of(1, -2.5)));
    const doubles = new ProtobufWriter().integers(1, [1]).integer(2, 11).string(8, 'w');
    doubles.data(10, new Uint8Array(Float64Array.of(2.5).buffer));
    expect(await weight(doubles)).toEqual(float32([1], Float32Array.of(2.5)));
  });

  it('leaves no float64 value in the graph of a model that computes in float64', async () => {
    const double = (value: number): Tensor => ({ dtype: 'float64', dims: [1], data: Float64Array.of(value) });
    const to = { to: { i: onnxTypeNumber.float64 } };
    const { graph } = await read({
      inputs: { x: { dtype: 'float64', dims: ['n', 3] } },
      initializers: { slope: double(1.702), three: int64([1], [3]) },
      nodes: [
        { op: 'Mul', inputs: ['x', 'slope'], outputs: ['a'] },
        { op: 'Sigmoid', inputs: ['a'], outputs: ['s'] },
        { op: 'Mul', inputs: ['x', 's'], outputs: ['swish'] },
        { op: 'Constant', inputs: [], outputs: ['c'], attributes: { value: { t: double(2) } } },
        { op: 'ConstantOfShape', inputs: ['three'], outputs: ['filled'], attributes: { value: { t: double(3) } } },
        { op: 'Cast', inputs: ['three'], outputs: ['cast'], attributes: to },
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Cast', inputs: ['shape'], outputs: ['lengths'], attributes: to },
        { op: 'ReduceMax', inputs: ['lengths'], outputs: ['longest'], attributes: { keepdims: { i: 0 } } },
        { op: 'Sum', inputs: ['swish', 'c', 'filled', 'cast', 'longest'], outputs: ['y'] },
      ],
      outputs: { y: { dtype: 'float64' } },
    });
    const bound = bind(graph);
    const types = [...bound.types.values(), ...bound.constants.values()].map(({ dtype }) => dtype);
    expect(new Set(types)).toEqual(new Set(['float32', 'int64']));
    const program = await usualRuntime.compile(bound, ['y'], { dynamicBatch: true });
    const { y } = await program.run({ x: float32([1, 3], Float32Array.of(-1, 0, 2)) });
    await program.dispose();
    const swish = (x: number) => x / (1 + Math.exp(-1.702 * x));
    expect([...(y!.data as Float32Array)]).toEqual([-1, 0, 2].map((x) => expect.closeTo(swish(x) + 2 + 3 + 3 + 3, 5)));
  });

  it('turns casts, inputs and outputs of a float16 model into float32', async () => {
    const { graph } = await read({
      nodes: [
        { op: 'Cast', inputs: ['x'], outputs: ['a'], attributes: { to: { i: 10 }, saturate: { i: 1 } } },
        {
          op: 'ConstantOfShape',
          inputs: ['s'],
          outputs: ['b'],
          attributes: { value: { t: { dtype: 'float16', dims: [1], data: Uint16Array.of(0x3c00) } } },
        },
        { op: 'Mul', inputs: ['a', 'b'], outputs: ['y'] },
      ],
      inputs: { x: { dtype: 'float16', dims: ['N', 3] } },
      outputs: { y: { dtype: 'float16' } },
      initializers: { s: int64([1], [3]) },
    });
    expect(graph.nodes[0]!.attributes).toEqual({ to: 1 });
    expect(graph.nodes[1]!.attributes['value']).toEqual(float32([1], Float32Array.of(1)));
    expect(graph.inputs).toEqual([{ name: 'x', type: { dtype: 'float32', dims: [null, 3] } }]);
    expect(graph.types.get('y')).toEqual({ dtype: 'float32', dims: null });
  });
});

describe('constants', () => {
  const forms: [string, ModelAttribute, Tensor][] = [
    ['value', { t: float32([2], Float32Array.of(1, 2)) }, float32([2], Float32Array.of(1, 2))],
    ['value_float', { f: 2.5 }, float32([], Float32Array.of(2.5))],
    ['value_floats', { floats: [1, -2.5] }, float32([2], Float32Array.of(1, -2.5))],
    ['value_int', { i: 2n ** 63n - 1n }, { dtype: 'int64', dims: [], data: BigInt64Array.of(2n ** 63n - 1n) }],
    ['value_ints', { ints: [1, -2] }, int64([2], [1, -2])],
    ['value_string', { s: 'abc' }, { dtype: 'string', dims: [], data: ['abc'] }],
    ['value_strings', { strings: ['a', 'b'] }, { dtype: 'string', dims: [2], data: ['a', 'b'] }],
  ];

  it.each(forms)('reads a Constant with %s', async (name, attribute, tensor) => {
    const { graph } = await read({
      nodes: [{ op: 'Constant', inputs: [], outputs: ['c'], attributes: { [name]: attribute } }],
      outputs: { c: {} },
    });
    expect(graph.nodes).toEqual([]);
    expect(graph.constants.get('c')).toEqual(tensor);
  });

  it('takes the kind from the field where an old file leaves the type out', async () => {
    const attribute = new ProtobufWriter().string(1, 'value_floats').float(7, 1).float(7, 2);
    const node = new ProtobufWriter().string(2, 'c').string(4, 'Constant').message(5, attribute);
    const graph = new ProtobufWriter().message(1, node).message(12, new ProtobufWriter().string(1, 'c'));
    const model = new ProtobufWriter().integer(1, 3).message(7, graph).message(8, new ProtobufWriter().integer(2, 12));
    const path = join(folder, 'untyped.onnx');
    writeFileSync(path, model.finish());
    expect((await readCheckpoint(path)).graph.constants.get('c')).toEqual(float32([2], Float32Array.of(1, 2)));
  });

  it.each([false, true])('unpacks sparse weights (one index for each axis: %s)', async (perAxis) => {
    const indices = perAxis ? int64([2, 2], [0, 1, 1, 2]) : int64([2], [1, 5]);
    const sparse = new ProtobufWriter()
      .message(1, encodeTensor('w', float32([2], Float32Array.of(7, 8))))
      .message(2, encodeTensor('', indices))
      .integers(3, [2, 3]);
    const { graph } = await read({ sparse: [sparse], outputs: { w: {} } });
    expect(graph.constants.get('w')).toEqual(float32([2, 3], Float32Array.of(0, 7, 0, 0, 0, 8)));
  });
});

describe('external weights', () => {
  const numbers = Float32Array.from({ length: 8 }, (_, i) => i);
  writeFileSync(join(folder, 'weights.bin'), new Uint8Array(numbers.buffer));

  const external = (entries: Record<string, string>, dims: readonly number[] = [2]) =>
    weight(externalTensor('w', 'float32', dims, entries));

  it('reads ranges, and to the end where no length is given', async () => {
    const location = 'weights.bin';
    expect(await external({ location, offset: '8', length: '8' })).toEqual(float32([2], Float32Array.of(2, 3)));
    expect(await external({ location }, [8])).toEqual(float32([8], numbers));
    expect(await external({ location, offset: '24', checksum: 'any' })).toEqual(float32([2], Float32Array.of(6, 7)));
    const { files } = await read({
      initializers: { w: externalTensor('w', 'float32', [2], { location }) },
      outputs: { w: {} },
    });
    expect(files.map(({ name, bytes }) => [name, bytes])).toEqual([
      [expect.stringMatching(/\.onnx$/), expect.any(Number)],
      ['weights.bin', 32],
    ]);
  });

  it('refuses ranges that do not fit', async () => {
    const location = 'weights.bin';
    const refused: [Record<string, string>, string][] = [
      [{ location, offset: '28' }, 'needs bytes 28 to 36 of “weights.bin”, which ends at byte 32'],
      [{ location, length: '4' }, 'takes 8 bytes but is given 4 bytes'],
      [{ location, offset: '-4' }, 'gives “-4” as the offset'],
      [{ location, offset: '1e3' }, 'gives “1e3” as the offset'],
      [{ location, offset: '99999999999999999999' }, 'as the offset of its external data'],
    ];
    for (const [entries, message] of refused) await expect(external(entries)).rejects.toThrow(message);
    await expect(external({ location }, [2 ** 40, 2 ** 10])).rejects.toThrow('which ends at byte 32');
    await expect(external({ location }, [2 ** 40, 2 ** 40])).rejects.toThrow('impossible shape');
    await expect(external({ location }, [2 ** 40])).rejects.toThrow(CheckpointError);
  });
});
