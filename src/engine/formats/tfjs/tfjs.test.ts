import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { mutated } from '../../../../test/support/hostile/mutations';
import { CheckpointError } from '../../../shared/errors';
import { readCheckpoint } from '../index';

const top = temporaryFolder();
let made = 0;

const shape = (...sizes: number[]) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } });
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** x [−1, 2, 2, 3] → Conv2D with a 1×1 kernel `w` [1, 1, 3, 2] → Relu. */
const nodes = [
  { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: shape(-1, 2, 2, 3) } },
  { name: 'w', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' }, value: { tensor: { dtype: 'DT_FLOAT' } } } },
  {
    name: 'conv',
    op: 'Conv2D',
    input: ['x', 'w'],
    attr: {
      T: { type: 'DT_FLOAT' },
      strides: { list: { i: ['1', '1', '1', '1'] } },
      padding: { s: base64('SAME') },
      data_format: { s: base64('NHWC') },
    },
  },
  { name: 'relu', op: 'Relu', input: ['conv'], attr: { T: { type: 'DT_FLOAT' } } },
];
const kernel = { name: 'w', shape: [1, 1, 3, 2], dtype: 'float32' };
const graphModel = { format: 'graph-model', modelTopology: { node: nodes } };
const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
const six = floats(1, 2, 3, 4, 5, 6);

type Files = Readonly<Record<string, string | Uint8Array | object>>;

/** A folder with these files; objects are written as JSON. */
function folderOf(files: Files): string {
  const folder = join(top, String(made++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    const isData = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(folder, name), isData ? content : JSON.stringify(content));
  }
  return folder;
}

const read = (files: Files, name = 'model.json') => readCheckpoint(join(folderOf(files), name));

const manifest = (paths: readonly string[], ...weights: object[]) => ({
  weightsManifest: [{ paths, weights: weights.length > 0 ? weights : [kernel] }],
});

/** The kernel, whose axes the graph has in another order: [2, 3, 1, 1]. */
async function weightsOf(files: Files): Promise<readonly number[]> {
  const { graph } = await read(files);
  const turned = [...graph.constants.values()].find(({ dims }) => dims.join() === '2,3,1,1')?.data as Float32Array;
  return Array.from({ length: 6 }, (_, i) => turned[(i % 2) * 3 + Math.floor(i / 2)] as number);
}

describe('weights', () => {
  it('may straddle files, at any byte', async () => {
    for (const cut of [0, 1, 10, 24]) {
      const files = {
        'a.bin': six.subarray(0, cut),
        'b.bin': six.subarray(cut, 11 + cut),
        'c.bin': six.subarray(11 + cut),
      };
      expect(
        await weightsOf({ 'model.json': { ...graphModel, ...manifest(['a.bin', 'b.bin', 'c.bin']) }, ...files }),
      ).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('follow each other without gaps, whatever stands in between', async () => {
    const texts = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('ab'), Buffer.from([0, 0, 0, 0])]);
    const other = [
      { name: 'flag', shape: [1], dtype: 'bool' },
      { name: 'texts', shape: [2], dtype: 'string' },
      { name: 'complex', shape: [1], dtype: 'complex64' },
    ];
    const bytes = Buffer.concat([Buffer.from([1]), texts, Buffer.alloc(8), six]);
    const model = { ...graphModel, ...manifest(['a.bin', 'b.bin'], ...other, kernel) };
    expect(await weightsOf({ 'model.json': model, 'a.bin': bytes.subarray(0, 4), 'b.bin': bytes.subarray(4) })).toEqual(
      [1, 2, 3, 4, 5, 6],
    );
  });

  it.each([
    ['uint8', Buffer.from([0, 1, 2, 3, 4, 255]), { scale: 0.5, min: -1 }, [-1, -0.5, 0, 0.5, 1, 126.5]],
    [
      'uint16',
      Buffer.from(Uint16Array.of(0, 1, 2, 3, 4, 65535).buffer),
      { scale: 0.25, min: 2 },
      [2, 2.25, 2.5, 2.75, 3, 16385.75],
    ],
    [
      'float16',
      Buffer.from(Uint16Array.of(0x3c00, 0xbc00, 0x4000, 0, 0x3800, 0x3555).buffer),
      {},
      [1, -1, 2, 0, 0.5, 0.333251953125],
    ],
  ])('may be quantised: %s', async (dtype, bytes, more, wanted) => {
    const model = { ...graphModel, ...manifest(['w.bin'], { ...kernel, quantization: { dtype, ...more } }) };
    expect(await weightsOf({ 'model.json': model, 'w.bin': bytes })).toEqual(wanted);
  });

  it.each<[string, Files, string | RegExp]>([
    [
      'is missing',
      { 'a.bin': six.subarray(0, 8) },
      'model.json needs the weights file “b.bin”, which is not in the checkpoint’s folder: download or copy it too.',
    ],
    [
      'is too short',
      { 'a.bin': six.subarray(0, 8), 'b.bin': six.subarray(8, 20) },
      'needs 24 bytes of weights, but its files hold 20; “a.bin” is too short',
    ],
  ])('end in one sentence where a file %s', async (_, files, message) => {
    await expect(read({ 'model.json': { ...graphModel, ...manifest(['a.bin', 'b.bin']) }, ...files })).rejects.toThrow(
      message,
    );
  });

  it('name the last file where the others have their usual length', async () => {
    const files = { 'a.bin': Buffer.alloc(4 << 20), 'b.bin': Buffer.alloc(7) };
    const model = {
      ...graphModel,
      ...manifest(['a.bin', 'b.bin'], kernel, { name: 'v', shape: [1 << 20], dtype: 'float32' }),
    };
    await expect(read({ 'model.json': model, ...files })).rejects.toThrow('“b.bin” is too short');
  });

  it.each(['../secret.bin', '/etc/hostname', 'C:\\secret.bin', 'link.bin', '', 'a\0b'])(
    'are not looked for at %j',
    async (path) => {
      const folder = folderOf({ 'model.json': { ...graphModel, ...manifest([path]) } });
      writeFileSync(join(top, 'secret.bin'), six);
      symlinkSync(join(top, 'secret.bin'), join(folder, 'link.bin'));
      await expect(readCheckpoint(join(folder, 'model.json'))).rejects.toThrow(CheckpointError);
    },
  );

  it.each<[object, string]>([
    [{ name: 'w', shape: [-1, 3], dtype: 'float32' }, 'impossible shape [-1,3]'],
    [{ name: 'w', shape: [2 ** 40, 2 ** 40], dtype: 'float32' }, 'impossible shape'],
    [{ name: 'w', shape: [1.5], dtype: 'float32' }, 'impossible shape'],
    [{ name: 'w', shape: [6], dtype: 'float99' }, 'of the unknown type “float99”'],
    [{ name: 'w', dtype: 'float32' }, 'without a type or a shape'],
    [{ ...kernel, quantization: { dtype: 'uint4' } }, 'quantised in an unknown way'],
    [{ ...kernel, quantization: { dtype: 'uint8' } }, 'quantised with no scale'],
    [{ name: 'w', shape: [2 ** 30], dtype: 'string' }, 'end behind the files'],
  ])('that cannot be are refused: %j', async (weight, message) => {
    const files = { 'model.json': { ...graphModel, ...manifest(['w.bin'], weight) }, 'w.bin': six };
    await expect(read(files)).rejects.toThrow(CheckpointError);
    await expect(read(files)).rejects.toThrow(message);
  });
});

describe('graphs', () => {
  const weights = { ...manifest(['w.bin']) };
  const files = (model: object) => ({ 'model.json': { ...weights, ...model }, 'w.bin': six });

  it('are read with and without their format, and under any name', async () => {
    for (const name of ['model.json', 'network.txt', 'tfjs']) {
      const topology = { modelTopology: { node: nodes } };
      const { graph, format, hints } = await read({ [name]: { ...topology, ...weights }, 'w.bin': six }, name);
      expect([format, hints.layout, graph.outputs]).toEqual(['TensorFlow.js', 'NHWC', ['relu']]);
      expect(graph.inputs).toEqual([{ name: 'x', type: { dtype: 'float32', dims: [null, 2, 2, 3] } }]);
    }
  });

  it('take inputs and outputs from their signature, also from one in the notes of old files', async () => {
    const signature = { inputs: { image: { name: 'x:0' } }, outputs: { scores: { name: 'conv:0' } } };
    for (const model of [
      { ...graphModel, signature },
      { ...graphModel, userDefinedMetadata: { signature, author: 'me' } },
    ]) {
      const { graph, details } = await read(files(model));
      expect([graph.outputs, details['signature']]).toEqual([['conv'], 'image → scores']);
    }
    const { metadata } = await read(files({ ...graphModel, userDefinedMetadata: { labels: ['a', 'b'] } }));
    expect(metadata.get('labels')).toBe('["a","b"]');
  });

  it('end in a sentence where they contradict themselves', async () => {
    const circle = [nodes[0], { name: 'a', op: 'Add', input: ['x', 'b'] }, { name: 'b', op: 'Relu', input: ['a'] }];
    const outputs = { outputs: { y: { name: 'b' } } };
    const cases: [object, string][] = [
      [{ ...graphModel, modelTopology: { node: circle }, signature: outputs }, 'from itself'],
      [{ ...graphModel, modelTopology: { node: [{ name: 'x' }] } }, 'has no name or no operator'],
      [{ ...graphModel, modelTopology: { node: [] } }, 'computes nothing from an input'],
      [
        { ...graphModel, modelTopology: { node: nodes }, ...manifest(['w.bin'], { ...kernel, name: 'v' }) },
        'has no “w”',
      ],
      [{ ...graphModel, modelTopology: { node: nodes, library: { function: [{}] } } }, 'has no signature'],
      [{ modelTopology: { something: 1 } }, 'neither layers nor operators are in it'],
    ];
    for (const [model, message] of cases) {
      await expect(read(files(model)), message).rejects.toThrow(message);
      await expect(read(files(model)), message).rejects.toThrow(CheckpointError);
    }
  });

  it('names may be anything', async () => {
    const named = JSON.parse(
      JSON.stringify(nodes).replaceAll('"w"', '"__proto__"').replaceAll('"conv"', '"constructor"'),
    );
    const { graph } = await read(
      files({
        ...graphModel,
        modelTopology: { node: named },
        ...manifest(['w.bin'], { ...kernel, name: '__proto__' }),
      }),
    );
    expect(graph.nodes.map(({ outputs }) => outputs[0])).toContain('constructor');
  });
});

describe('what is no network', () => {
  it('is told: weights alone, as face-api.js has them', async () => {
    const list = manifest(['w.bin']).weightsManifest;
    const message = 'lists weights without their network: “modelTopology” is missing';
    await expect(read({ 'model.json': { weightsManifest: list }, 'w.bin': six })).rejects.toThrow(message);
    await expect(
      read({ 'tiny-weights_manifest.json': list, 'w.bin': six }, 'tiny-weights_manifest.json'),
    ).rejects.toThrow(message);
  });

  it('is told: a network alone', async () => {
    await expect(read({ 'model.json': graphModel })).rejects.toThrow('describes a network without its weights');
  });

  it('ends in a sentence: JSON that is cut, nested or long beyond measure', async () => {
    const start = '{"modelTopology": ';
    const cases: [string, string][] = [
      [`${start}{`, 'truncated or damaged'],
      [`${start}${'['.repeat(100_000)}`, 'nested more than'],
      [`${start}${' '.repeat(25 << 20)}{}}`, 'longer than any description'],
      [`${start}{"node": []}, "weightsManifest": 7}`, 'is no list'],
    ];
    for (const [text, message] of cases) await expect(read({ 'model.json': text }), message).rejects.toThrow(message);
  });
});

describe('what lies beside a model', () => {
  it('of Teachable Machine names the classes and says how images are scaled', async () => {
    const beside = { labels: ['cat', 'dog'], packageName: '@teachablemachine/image', imageSize: 224 };
    const model = { ...graphModel, ...manifest(['w.bin']) };
    const { hints, files } = await read({ 'model.json': model, 'w.bin': six, 'metadata.json': beside });
    expect(hints.labels).toEqual({ names: ['cat', 'dog'], where: 'metadata.json beside the model' });
    expect(hints.preprocessing).toMatchObject({ preprocessing: 'keras-tf', guessed: false });
    expect(files.map(({ name }) => name)).toEqual(['model.json', 'w.bin', 'metadata.json']);
  });

  it('of something else says nothing', async () => {
    const model = { ...graphModel, ...manifest(['w.bin']) };
    const { hints } = await read({ 'model.json': model, 'w.bin': six, 'metadata.json': [1, 2] });
    expect(hints).toEqual({ layout: 'NHWC' });
  });
});

it('mutations of a real model are read, or end in a sentence', async () => {
  const folder = folderOf({ 'w.bin': six });
  const bytes = new TextEncoder().encode(JSON.stringify({ ...graphModel, ...manifest(['w.bin']) }));
  const layers = join(import.meta.dirname, '../../../../test/data/models/mobilenet_v1_025/tfjs_layers/model.json');
  const other = new Uint8Array(readFileSync(layers));
  let refused = 0;
  for (let seed = 0; seed < 400; seed++) {
    const path = join(folder, 'model.json');
    writeFileSync(path, mutated(bytes, seed, other));
    await readCheckpoint(path).catch((error: unknown) => {
      if (!(error instanceof CheckpointError)) throw new Error(`Mutation ${seed}`, { cause: error });
      refused++;
    });
  }
  expect(refused).toBeGreaterThan(100);
});
