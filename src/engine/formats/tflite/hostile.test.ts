/** Files as an accident or an enemy makes them: each is read, or ends in one sentence. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Fields, flatbuffer, type LiteModel, liteModel, liteTensor } from '../../../../test/support/flatbuffer';
import { temporaryFolder } from '../../../../test/support/folder';
import { mutated } from '../../../../test/support/hostile/mutations';
import { CheckpointError } from '../../../shared/errors';
import { readCheckpoint } from '../index';

const folder = temporaryFolder();
const data = join(import.meta.dirname, '../../../../test/data');
const relu = 19;

const simple: LiteModel = {
  tensors: [liteTensor('x', [1, 2, 2, 3]), liteTensor('y', [1, 2, 2, 3])],
  inputs: [0],
  outputs: [1],
  codes: [relu],
  operators: [{ code: 0, inputs: [0], outputs: [1] }],
};

function readBytes(bytes: Uint8Array) {
  const path = join(folder, 'model.tflite');
  writeFileSync(path, bytes);
  return readCheckpoint(path);
}

const read = (changes: Partial<LiteModel> = {}) => readBytes(liteModel({ ...simple, ...changes }));

/** A file of one table, some of whose bytes are put over afterwards. */
function patched(patch: (view: DataView) => void): Promise<unknown> {
  const bytes = liteModel(simple);
  patch(new DataView(bytes.buffer));
  return readBytes(bytes);
}

describe('a flatbuffer', () => {
  it('is read where it is right', async () => {
    const { graph } = await read();
    expect(graph.nodes.map(({ op, outputs }) => [op, outputs])).toEqual([['Relu', ['y']]]);
  });

  it.each<[string, (view: DataView) => void]>([
    ['whose root lies behind its end', (view) => view.setUint32(0, 0x7fffffff, true)],
    ['whose root lies at its end', (view) => view.setUint32(0, view.byteLength - 2, true)],
    [
      'whose root has its table of offsets in front of the file',
      (view) => view.setInt32(view.getUint32(0, true), 1 << 30, true),
    ],
    [
      'whose root has its table of offsets behind the file',
      (view) => view.setInt32(view.getUint32(0, true), -(1 << 30), true),
    ],
    ['whose root is its own table of offsets', (view) => view.setInt32(view.getUint32(0, true), 0, true)],
  ])('%s is refused', async (_, patch) => {
    await expect(patched(patch)).rejects.toThrow(CheckpointError);
    await expect(patched(patch)).rejects.toThrow(/^[^\n]+ is truncated or damaged: [^\n]+\.$/);
  });

  it('is refused whichever of its offsets and lengths is a huge number', async () => {
    const bytes = liteModel(simple);
    let refused = 0;
    for (let at = 8; at + 4 <= bytes.length; at += 4) {
      for (const value of [0xffffffff, 0x7fffffff, 0x80000000, bytes.length]) {
        const changed = bytes.slice();
        new DataView(changed.buffer).setUint32(at, value, true);
        await readBytes(changed).catch((error: unknown) => {
          if (!(error instanceof CheckpointError)) throw error;
          expect(error.message).toMatch(/^[^\n]+\.$/);
          refused++;
        });
      }
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('that repeats one table or vector beyond measure is refused before memory is taken', async () => {
    const long = liteTensor('n'.repeat(100_000), [1]);
    const before = process.memoryUsage().rss;
    await expect(read({ tensors: new Array(200_000).fill(long) })).rejects.toThrow('it repeats itself');
    const short = liteTensor('n', [1]);
    await expect(read({ tensors: new Array(600_000).fill(short) })).rejects.toThrow(
      'a list of 600000 tables cannot be',
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 ** 2);
  });
});

describe('a model that contradicts itself', () => {
  const quantised = (scales: readonly number[], zeros: readonly number[], axis = 0): Fields => ({
    4: { table: { 2: { floats: scales }, 3: { longs: zeros }, 6: { i32: axis } } },
    1: { i8: 9 },
  });
  const weight = (dims: readonly number[], more: Fields = {}) => [...simple.tensors, liteTensor('w', dims, 1, more)];
  const added = (tensors: readonly Fields[], bytes: number): Partial<LiteModel> => ({
    tensors,
    codes: [0],
    operators: [{ code: 0, inputs: [0, 2], outputs: [1] }],
    buffers: [new Uint8Array(bytes)],
  });

  it.each<[string, Partial<LiteModel>, RegExp]>([
    [
      'an operator of no kind',
      { operators: [{ code: 7, inputs: [0], outputs: [1] }] },
      /an operator is of kind 7 of 1/,
    ],
    ['a tensor that is not there', { operators: [{ code: 0, inputs: [9], outputs: [1] }] }, /no tensor 9 among 2/],
    ['an input below none', { operators: [{ code: 0, inputs: [-2], outputs: [1] }] }, /no tensor -2 among 2/],
    ['an output left out', { operators: [{ code: 0, inputs: [0], outputs: [-1] }] }, /no tensor -1 among 2/],
    ['an operator that reads itself', { operators: [{ code: 0, inputs: [1], outputs: [1] }] }, /computed from itself/],
    ['a value computed twice', { operators: [...simple.operators, ...simple.operators] }, /computed twice/],
    ['a value that nothing computes', { operators: [] }, /nothing computes the value “y”/],
    ['no outputs', { outputs: [] }, /has no outputs/],
    [
      'a negative length',
      { tensors: [liteTensor('x', [1, -2, 2, 3]), liteTensor('y', [1])] },
      /impossible shape \[1, -2, 2, 3\]/,
    ],
    ['too many axes', { tensors: [liteTensor('x', new Array(65).fill(1)), liteTensor('y', [1])] }, /impossible shape/],
    ['a buffer that is not there', added(weight([3], { 2: { i32: 5 } }), 12), /there is no buffer 5/],
    ['a weight that is too short', added(weight([3]), 8), /“w” is FLOAT32\[3\], which takes 12 bytes, but holds 8/],
    ['a weight beyond measure', added(weight([2 ** 31 - 1, 2 ** 31 - 1, 64]), 8), /takes \d.* bytes, but holds 8/],
    ['too few scales', added(weight([3], quantised([1, 2], [0, 0])), 3), /“w” \[3\] has 2 scales and 2 zero points/],
    ['too few zero points', added(weight([3], quantised([1, 2, 3], [0, 0])), 3), /3 scales and 2 zero points/],
    ['scales of an axis that is not there', added(weight([3, 1], quantised([1, 2, 3], [], 4)), 3), /on axis 4/],
    ['an infinite scale', added(weight([3], quantised([Number.POSITIVE_INFINITY], [0])), 3), /impossible scale/],
    ['weights behind the end of the file', added(weight([3]), 0), /nothing computes the value “w”/],
  ])('%s', async (_, changes, message) => {
    await expect(read(changes)).rejects.toThrow(CheckpointError);
    await expect(read(changes)).rejects.toThrow(message);
  });

  it('a bias may state the axis of its kernel', async () => {
    const { graph } = await read(added(weight([3], quantised([1, 2, 3], [0, 0, 0], 3)), 3));
    expect(graph.constants.get('w')?.dims).toEqual([3]);
  });

  it('weights behind the flatbuffer are found, and missed where the file ends before', async () => {
    const model = (start: number, size: number) =>
      liteModel({
        ...simple,
        ...added(weight([3]), 0),
        more: { 4: { tables: [{}, { 1: { u64: start }, 2: { u64: size } }] } },
      });
    const start = 1 << 13;
    const bytes = Buffer.alloc(start + 12);
    Buffer.from(model(start, 12)).copy(bytes);
    bytes.writeFloatLE(2.5, start + 8);
    const { graph } = await readBytes(bytes);
    expect(graph.constants.get('w')?.data).toEqual(Float32Array.of(0, 0, 2.5));
    await expect(readBytes(bytes.subarray(0, start))).rejects.toThrow(/12 bytes of weights are wanted at byte 8192/);
    await expect(readBytes(Buffer.from(model(2 ** 60, 12)))).rejects.toThrow(CheckpointError);
  });

  it('operators that cannot be brought in are named, not followed', async () => {
    const cases: [number, Partial<LiteModel>, string][] = [
      [
        119,
        { operators: [{ code: 0, inputs: [0], outputs: [1], options: { 0: { i32: 0 }, 1: { i32: 0 } } }] },
        'WHILE',
      ],
      [118, { operators: [{ code: 0, inputs: [0], outputs: [1], options: { 0: { i32: 99 } } }] }, 'IF'],
      [9999, {}, 'operator 9999'],
      [3, {}, 'CONV_2D'],
    ];
    for (const [code, changes, name] of cases) {
      const { graph } = await read({ ...changes, codes: [code] });
      expect(graph.nodes.map(({ op, unsupported }) => [op, unsupported !== undefined])).toEqual([[name, true]]);
    }
  });

  it('sparse weights and weights of unknown kinds are refused by name', async () => {
    const { graph } = await read(added(weight([3], { 6: { table: {} } }), 12));
    expect(graph.nodes[0]?.unsupported).toBe('reads “w”, which is stored as a sparse tensor');
    const texts = await read(added(weight([3], { 1: { i8: 5 } }), 12));
    expect(texts.graph.nodes[0]?.unsupported).toBe('reads “w”, whose elements are STRING');
  });

  it('names may be anything', async () => {
    const { graph } = await read({ tensors: [liteTensor('__proto__', [1, 2]), liteTensor('__proto__', [1, 2])] });
    expect(graph.inputs.map(({ name }) => name)).toEqual(['__proto__']);
    expect(graph.outputs).toEqual(['__proto___1']);
  });
});

describe('metadata', () => {
  const metadata = (bytes: Uint8Array): Partial<LiteModel> => ({
    buffers: [bytes],
    more: { 6: { tables: [{ 0: { text: 'TFLITE_METADATA' }, 1: { i32: 1 } }] } },
  });
  const described = (normalisation: Fields) =>
    flatbuffer(
      { 3: { tables: [{ 2: { tables: [{ 4: { tables: [{ 0: { i8: 1 }, 1: { table: normalisation } }] } }] } }] } },
      'M001',
    );

  it('says how images are normalised', async () => {
    const { hints } = await read(metadata(described({ 0: { floats: [127.5] }, 1: { floats: [127.5] } })));
    expect(hints.preprocessing).toMatchObject({
      guessed: false,
      preprocessing: { scale: 1, mean: [127.5, 127.5, 127.5] },
    });
  });

  it.each<[string, Fields]>([
    ['no numbers', {}],
    ['a deviation of 0', { 0: { floats: [1] }, 1: { floats: [0] } }],
    ['numbers for two channels', { 0: { floats: [1, 2] }, 1: { floats: [1, 2] } }],
    ['infinite numbers', { 0: { floats: [Number.NaN] }, 1: { floats: [1] } }],
  ])('that have %s say nothing', async (_, normalisation) => {
    expect((await read(metadata(described(normalisation)))).hints.preprocessing).toBeUndefined();
  });

  it('of another kind say nothing, and damaged ones end in a sentence', async () => {
    expect((await read(metadata(new Uint8Array(3)))).hints.preprocessing).toBeUndefined();
    expect((await read(metadata(new Uint8Array(40)))).hints.preprocessing).toBeUndefined();
    const cut = described({ 0: { floats: [1] } }).slice(0, 24);
    await expect(read(metadata(cut))).rejects.toThrow(CheckpointError);
  });
});

it('mutations of a real file are read, or end in a sentence', async () => {
  const bytes = new Uint8Array(readFileSync(join(data, 'tflite/gray_input_int8.tflite')));
  let refused = 0;
  for (let seed = 0; seed < 400; seed++) {
    await readBytes(mutated(bytes, seed, bytes)).catch((error: unknown) => {
      if (!(error instanceof CheckpointError)) throw new Error(`Mutation ${seed}`, { cause: error });
      expect(error.message).toMatch(/^[^\n]+\.$/);
      refused++;
    });
  }
  expect(refused).toBeGreaterThan(100);
});
