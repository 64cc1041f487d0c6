import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../../../../../test/support/zip';
import { LazyTensor } from '../../../graph/ir/lazyTensor';
import { FileSource, MemorySource } from '../../kit/bytes/byteSource';
import { asFloat32 } from '../../kit/tensors/floats';
import { readTorchArchive } from './archive';
import { opcode as o } from './opcodes';
import { type PickleDict, PickledTensor } from './values';

const folder = join(import.meta.dirname, '../../../../../test/data/pickle');
const expected = JSON.parse(readFileSync(join(folder, 'tensors.json'), 'utf8')) as Record<
  string,
  { dims: number[]; values: number[] }
>;

async function opened(name: string) {
  const source = new FileSource(join(folder, name));
  return { source, archive: await readTorchArchive({ source, start: 0, end: source.size }) };
}

const inMemory = (bytes: Uint8Array) => {
  const source = new MemorySource('a.pth', bytes);
  return readTorchArchive({ source, start: 0, end: source.size });
};

describe.each(['tensors.pth', 'tensors_legacy.pth'])('tensors of %s', (file) => {
  it('are those that PyTorch gives, whatever their strides', async () => {
    const { source, archive } = await opened(file);
    const root = archive.root as Map<string, PickledTensor>;
    expect([...root.keys()]).toEqual(Object.keys(expected));
    for (const [name, view] of root) {
      const tensor = asFloat32(archive.tensor(view, name));
      expect(tensor.dims, name).toEqual(expected[name]!.dims);
      expect(Array.from(tensor.data as Float32Array, Number), name).toEqual(expected[name]!.values);
    }
    source.close();
  });
});

it('reads the tar archives of before 0.1.10, with parts of storages', async () => {
  const { source, archive } = await opened('tensors_tar.pth');
  const root = archive.root as Map<string, PickledTensor>;
  const values = [...root].map(([name, view]) => [name, [...(archive.tensor(view, name).data as Float32Array)]]);
  expect(values).toEqual([
    ['a', [0, 1, 2, 3, 4, 5]],
    ['b', [3, 4, 5]],
  ]);
  source.close();
});

it('reads an archive within a file, whose tensors stay where they are', async () => {
  const inner = readFileSync(
    join(import.meta.dirname, '../../../../../test/data/models/tiny/vgg/model.torchscript.pt'),
  );
  const packed = zipOf([{ name: 'weights.pt', bytes: inner }]);
  const source = new MemorySource('outer', packed);
  const start = Buffer.from(packed).indexOf(inner.subarray(0, 64));
  const archive = await readTorchArchive({ source, start, end: start + inner.length });
  for (const range of archive.storages.values()) expect(range.source).toBe(source);
});

it('leaves large tensors in their file', async () => {
  const path = join(import.meta.dirname, '../../../../../test/data/models/shapes/last_e08.torchscript.pt');
  const source = new FileSource(path);
  const archive = await readTorchArchive({ source, start: 0, end: source.size });
  const all: PickledTensor[] = [];
  const seen = new Set<unknown>();
  const waiting: unknown[] = [archive.root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value instanceof PickledTensor) all.push(value);
    else if (value instanceof Map && !seen.has(value)) waiting.push(...(value as PickleDict).values());
    else if (value instanceof Object && 'state' in value) waiting.push(value.state ?? undefined);
    seen.add(value);
  }
  const large = all.map((view) => archive.tensor(view, 'w')).find(({ dims }) => dims.join() === '64,64,3,3');
  expect(LazyTensor.storedBytes(large!)?.length).toBe(64 * 64 * 9 * 4);
  source.close();
});

describe('tensors that cannot be used', () => {
  it('are named with their reason', async () => {
    const { source, archive } = await opened('others.pth');
    const root = archive.root as Map<string, PickledTensor>;
    expect(() => archive.tensor(root.get('complex')!, '“complex”')).toThrow(
      '“complex” cannot be used: its element type complex64',
    );
    expect(() => archive.tensor(root.get('float8')!, '“float8”')).toThrow('its element type float8_e4m3fn');
    expect(Array.from(archive.tensor(root.get('uint16')!, 'u').data as Uint16Array)).toEqual([1, 2]);
    expect(root.get('quantised')).toMatchObject({ type: { name: '_rebuild_qtensor' } });
    expect(root.get('sparse')).toMatchObject({ type: { name: '_rebuild_sparse_tensor' } });
    source.close();
  });
});

describe('archives that mean harm', () => {
  const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
  const text = (value: string) => [o.SHORT_BINUNICODE, value.length, ...letters(value)];
  const global = (module: string, name: string) => [o.GLOBAL, ...letters(`${module}\n${name}\n`)];
  const ints = (values: readonly number[]) => [
    o.MARK,
    ...values.flatMap((value) => [o.BININT, value & 255, (value >> 8) & 255, (value >> 16) & 255, value >> 24]),
    o.TUPLE,
  ];
  const storage = (key: string, length: number) => [
    ...[o.MARK, ...text('storage'), ...global('torch', 'FloatStorage'), ...text(key), ...text('cpu')],
    ...[o.BININT1, length, o.TUPLE, o.BINPERSID],
  ];
  const tensor = (dims: readonly number[], strides: readonly number[], offset = 0) => [
    ...global('torch._utils', '_rebuild_tensor_v2'),
    ...[o.MARK, ...storage('0', 4), ...ints([offset]).slice(1, -1), ...ints(dims), ...ints(strides)],
    ...[o.NEWFALSE, o.NONE, o.TUPLE, o.REDUCE, o.STOP],
  ];
  const open = async (pickle: readonly number[], data = new Uint8Array(16)) => {
    const archive = await inMemory(
      zipOf([
        { name: 'a/data.pkl', bytes: Uint8Array.from(pickle) },
        { name: 'a/data/0', bytes: data },
      ]),
    );
    return archive.tensor(archive.root as PickledTensor, '“w”');
  };

  it('are read when they are well', async () => {
    expect([...((await open(tensor([2, 2], [1, 2]))).data as Float32Array)]).toEqual([0, 0, 0, 0]);
  });

  it.each<[string, readonly number[], string]>([
    ['a stride behind the storage', tensor([2, 2], [4, 1]), '“w” is damaged: it wants element 5 of a storage of 4'],
    ['an offset behind the storage', tensor([4], [1], 1), 'it wants element 4 of a storage of 4'],
    ['a negative stride', tensor([4], [-1]), 'a tensor with impossible lengths or strides'],
    ['a negative length', tensor([-4], [1]), 'a tensor with impossible lengths or strides'],
    ['a negative offset', tensor([4], [1], -1), 'a tensor with an impossible offset'],
    ['more strides than lengths', tensor([4], [1, 1]), 'a tensor with impossible lengths or strides'],
    [
      '2^62 elements of one',
      tensor([2 ** 31 - 1, 2 ** 31 - 1], [0, 0]),
      'it states 4611686014132420600 elements over a storage of 4',
    ],
    ['a rank of 100', tensor(new Array(100).fill(1), new Array(100).fill(1)), 'impossible lengths or strides'],
  ])('%s', async (_, pickle, message) => {
    await expect(open(pickle)).rejects.toThrow(message);
  });

  it('a storage that is not there', async () => {
    await expect(open([...storage('7', 4), o.STOP])).rejects.toThrow('there is no “a/data/7” in it');
    await expect(open([...storage('../../etc/passwd', 4), o.STOP])).rejects.toThrow(
      'there is no “a/data/../../etc/passwd”',
    );
  });

  it('a big-endian one', async () => {
    const bytes = zipOf([
      { name: 'a/data.pkl', bytes: Uint8Array.of(o.NONE, o.STOP) },
      { name: 'a/byteorder', bytes: Uint8Array.from(letters('big')) },
    ]);
    await expect(inMemory(bytes)).rejects.toThrow('was written on a big-endian machine');
  });

  it('an old one cut short', async () => {
    const whole = new Uint8Array(readFileSync(join(folder, 'tensors_legacy.pth')));
    for (const length of [20, 200, whole.length - 4, whole.length - 60]) {
      await expect(inMemory(whole.subarray(0, length)), String(length)).rejects.toThrow(/damaged/);
    }
  });
});
