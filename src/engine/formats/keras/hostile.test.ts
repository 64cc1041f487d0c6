/** Files that are made to mislead, and files that miss something: each ends in one sentence, and the next file opens. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as hdf5 from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { zipOf } from '../../../../test/support/zip';
import { bind } from '../../graph/binding/bind';
import type { Tensor } from '../../graph/ir/tensor';
import { readKeras } from '.';

beforeAll(() => hdf5.ready);
const folder = temporaryFolder();
let files = 0;
const path = (ending: string) => join(folder, `${files++}${ending}`);

const input = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 4] } };
const dense = (name: string, settings: object = {}) => ({
  class_name: 'Dense',
  config: { name, units: 3, ...settings },
});
const sequential = (...layers: readonly object[]) => ({
  class_name: 'Sequential',
  config: { name: 'model', layers: [input, ...layers] },
});
const whole = (config: unknown) => (typeof config === 'string' ? config : JSON.stringify(config));

interface Weights {
  readonly [layer: string]: readonly (readonly [name: string, dims: readonly number[]])[];
}

const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i / length - 0.3);

/** A whole model as Keras 2 writes it. */
function modelFile(
  config: unknown,
  weights: Weights,
  more: (file: hdf5.File) => void = () => {},
  attributes: Readonly<Record<string, string>> = {},
): string {
  const at = path('.h5');
  const file = new hdf5.File(at, 'w');
  if (config !== null) file.create_attribute('model_config', whole(config));
  for (const [name, value] of Object.entries({ keras_version: '2.15.0', ...attributes }))
    file.create_attribute(name, value);
  const group = config === null ? file : file.create_group('model_weights');
  group.create_attribute('layer_names', Object.keys(weights));
  if (attributes['backend']) group.create_attribute('backend', attributes['backend']);
  for (const [layer, list] of Object.entries(weights)) {
    const inside = group.create_group(layer);
    inside.create_attribute(
      'weight_names',
      list.map(([name]) => name),
    );
    for (const [name, dims] of list) {
      const size = dims.reduce((product, length) => product * length, 1);
      const parts = name.split('/');
      const last = parts.pop() as string;
      const at_ = parts.reduce<hdf5.Group>(
        (around, part) => (around.get(part) as hdf5.Group | null) ?? around.create_group(part),
        inside,
      );
      at_.create_dataset({ name: last, data: ramp(size), shape: [...dims], dtype: '<f' });
    }
  }
  more(file);
  file.close();
  return at;
}

const twoWeights: Weights = {
  a: [
    ['kernel', [4, 3]],
    ['bias', [3]],
  ],
};

/** A sound file opens, whatever was tried before. */
async function expectSound(): Promise<void> {
  const { graph } = await readKeras(modelFile(sequential(dense('a')), twoWeights));
  expect(bind(graph).outputs).toEqual(['a']);
}

describe('HDF5', () => {
  it.each([
    [
      'a link to another file',
      (file: hdf5.File) => file.create_external_link('/etc/passwd', '/', 'out'),
      'a link to another file',
    ],
    ['a soft link', (file: hdf5.File) => file.create_soft_link('/model_weights', 'soft'), 'a soft link'],
    [
      'a group in itself',
      (file: hdf5.File) => file.create_hard_link('/model_weights', 'model_weights/self'),
      'lies in itself',
    ],
  ])('%s is not followed', async (_, more, sentence) => {
    await expect(readKeras(modelFile(sequential(dense('a')), twoWeights, more))).rejects.toThrow(sentence);
    await expectSound();
  });

  it.each([0, 8, 96, 500, 900, 1500])('cut off at byte %i', async (length) => {
    const { readFileSync } = await import('node:fs');
    const whole_ = readFileSync(modelFile(sequential(dense('a')), twoWeights));
    const at = path('.h5');
    writeFileSync(at, whole_.subarray(0, Math.max(length, 1)));
    await expect(readKeras(at)).rejects.toMatchObject({ name: 'WhylightError' });
    await expectSound();
  });

  it('of something else', async () => {
    const at = path('.h5');
    const file = new hdf5.File(at, 'w');
    file.create_dataset({ name: 'table', data: ramp(4), shape: [4], dtype: '<f' });
    file.close();
    await expect(readKeras(at)).rejects.toThrow('not of Keras');
  });

  it('holds packed weights and halves', async () => {
    const at = modelFile(sequential(dense('a')), { a: [['bias', [3]]] }, (file) => {
      const group = file.get('model_weights/a') as hdf5.Group;
      group.delete_attribute('weight_names');
      group.create_attribute('weight_names', ['kernel', 'bias']);
      const packed = {
        name: 'kernel',
        data: ramp(12),
        shape: [4, 3],
        dtype: '<f',
        chunks: [2, 3],
        compression: 9,
      } as const;
      group.create_dataset({ ...packed, chunks: [...packed.chunks], shape: [...packed.shape] });
    });
    const { graph } = await readKeras(at);
    const kernel = [...graph.constants.values()].find(({ dims }) => dims.length === 2) as Tensor;
    expect(kernel.data).toEqual(ramp(12));
  });
});

describe('weights', () => {
  it.each([
    [
      'of another shape',
      {
        a: [
          ['kernel', [4, 5]],
          ['bias', [3]],
        ],
      },
      'kernel [?, 3] of the layer “a” is stored as “kernel” [4, 5]',
    ],
    ['too few', { a: [['kernel', [4, 3]]] }, 'has 2 weights, but 1 are stored'],
    ['of no layer', {}, 'holds weights for 0 layers where 1 have some'],
  ] as const)('%s', async (_, weights, sentence) => {
    await expect(readKeras(modelFile(sequential(dense('a')), weights as unknown as Weights))).rejects.toThrow(sentence);
  });

  it('in another order go by their names', async () => {
    const { graph } = await readKeras(
      modelFile(sequential(dense('a')), {
        a: [
          ['a/bias:0', [3]],
          ['a/kernel:0', [4, 3]],
        ],
      }),
    );
    expect(graph.nodes.at(-1)?.inputs.map((name) => graph.constants.get(name)?.dims)).toEqual([undefined, [4, 3], [3]]);
  });

  it('under other names go by their order, as in Keras', async () => {
    const { graph } = await readKeras(
      modelFile(sequential(dense('a')), {
        dense_17: [
          ['k', [4, 3]],
          ['b', [3]],
        ],
      }),
    );
    expect(bind(graph).outputs).toEqual(['a']);
  });

  it('alone need a description beside them', async () => {
    const at = modelFile(null, twoWeights);
    await expect(readKeras(at)).rejects.toThrow('holds weights only: put the network’s description beside it, as');
    writeFileSync(at.replace(/h5$/, 'json'), JSON.stringify({ ...sequential(dense('a')), keras_version: '2.15.0' }));
    const { details } = await readKeras(at);
    expect(details['network described in']).toMatch(/\.json$/);
  });

  it('of Theano are turned by 180°', async () => {
    const image = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 4, 4, 1] } };
    const conv = { class_name: 'Conv2D', config: { name: 'a', filters: 1, kernel_size: [2, 3], use_bias: false } };
    const config = { class_name: 'Sequential', config: [image, conv] };
    const at = modelFile(config, { a: [['kernel', [2, 3, 1, 1]]] }, undefined, { backend: 'theano' });
    const { graph } = await readKeras(at);
    const kernel = [...graph.constants.values()].find(({ dims }) => dims.length === 4) as Tensor;
    expect(kernel.data).toEqual(ramp(6).reverse());
  });
});

describe('descriptions', () => {
  const functional = (...layers: readonly object[]) => ({
    class_name: 'Functional',
    config: { name: 'model', layers, input_layers: [['x', 0, 0]], output_layers: [['a', 0, 0]] },
  });
  const called = (layer: object, from: string) => ({ ...layer, inbound_nodes: [[[from, 0, 0, {}]]] });
  const tanh = (name: string) => ({ class_name: 'Activation', config: { name, activation: 'tanh' } });
  const start = { ...input, name: 'x', inbound_nodes: [] };
  const deep = `${'{"class_name":"Sequential","config":{"layers":['.repeat(10_000)}${']}}'.repeat(10_000)}`;

  it.each([
    ['a circle', functional(start, called(tanh('a'), 'b'), called(tanh('b'), 'a')), 'depend on itself'],
    ['a layer that is not there', functional(start, called(dense('a'), 'none')), 'reads the layer “none”'],
    ['ten thousand models in each other', deep, 'nested more than'],
    [
      'two layers of one name',
      functional(start, called(dense('a'), 'x'), called(dense('a'), 'x')),
      'two layers of the name',
    ],
    ['no layers', { class_name: 'MyModel', config: {} }, 'a class of its own'],
    ['no JSON', '{"class_name"', 'is no JSON'],
    ['nothing', 'null', 'is no object'],
  ])('with %s', async (_, config, sentence) => {
    await expect(readKeras(modelFile(config, twoWeights))).rejects.toThrow(sentence);
  });

  it.each([1e18, 2 ** 53, -4, 0.5, 'many'])('with the shape %s', async (length) => {
    const layers = [{ class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, length] } }, dense('a')];
    await expect(
      readKeras(modelFile({ class_name: 'Sequential', config: layers }, twoWeights)).then(({ graph }) => bind(graph)),
    ).rejects.toMatchObject({
      name: 'WhylightError',
    });
  });

  it('with layers called as every object’s words', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const weights = Object.fromEntries(
      names.map((name) => [
        name,
        [
          ['kernel', [name === '__proto__' ? 4 : 3, 3]],
          ['bias', [3]],
        ],
      ]),
    );
    Object.defineProperty(weights, '__proto__', { value: twoWeights['a'], enumerable: true });
    const { graph } = await readKeras(
      modelFile(sequential(...names.map((name) => dense(name))), weights as unknown as Weights),
    );
    expect(bind(graph).outputs).toEqual(['toString']);
    expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual(names);
  });

  it.each([
    ['Lambda', {}, 'holds Python code, which is never run'],
    ['MyLayer', { module: 'mine.layers' }, 'whose code is not in the checkpoint'],
    ['Dense', { registered_name: 'Custom>Dense' }, 'whose code is not in the checkpoint'],
    ['__proto__', {}, 'is a layer that has no rule here'],
  ])('with a layer of the class %s', async (className, more, why) => {
    const { graph } = await readKeras(
      modelFile(sequential({ class_name: className, config: { name: 'b' }, ...more }, dense('a')), twoWeights),
    );
    expect(graph.nodes[0]).toMatchObject({
      op: className,
      name: 'b',
      unsupported: why.startsWith('is') || why.startsWith('holds') ? why : expect.stringContaining(why),
    });
  });
});

describe('.keras', () => {
  it('with two networks in it', async () => {
    const at = path('.keras');
    const entries = ['one', 'two'].flatMap((name) => [
      { name: `${name}/config.json`, bytes: Buffer.from('{}') },
      { name: `${name}/model.weights.h5`, bytes: Buffer.from('') },
    ]);
    writeFileSync(at, zipOf(entries));
    await expect(readKeras(at)).rejects.toThrow('holds 2 networks');
  });

  it('as a folder that lacks a part', async () => {
    const at = path('.keras');
    mkdirSync(at);
    writeFileSync(join(at, 'config.json'), '{}');
    await expect(readKeras(at)).rejects.toThrow('it needs “model.weights.h5”');
  });
});
