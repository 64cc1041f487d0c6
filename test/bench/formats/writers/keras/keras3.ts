/** Keras 3: an archive of a configuration and an HDF5 file of weights. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { zipOf } from '../../../../support/zip';
import type { Network } from '../../network/description';
import { save, type Writer } from '../writer';
import { type KerasLayer, kerasLayers } from './layers';

function keras3Config({ input, id }: Network, layers: readonly KerasLayer[]): object {
  const [channels = 0, ...spatial] = input;
  const imageShape = [null, ...spatial, channels];
  const shapes = new Map<string, readonly (number | null)[]>([['input', imageShape]]);
  for (const { name, dims } of layers) shapes.set(name, [null, ...dims]);
  const tensor = (name: string) => ({
    class_name: '__keras_tensor__',
    config: { shape: shapes.get(name), dtype: 'float32', keras_history: [name, 0, 0] },
  });
  const first = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: imageShape, dtype: 'float32', sparse: false, ragged: false, name: 'input' },
    registered_name: null,
    name: 'input',
    inbound_nodes: [],
  };
  const dtype = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
  const others = layers.map(({ className, name, config, inputs }) => {
    const tensors = inputs.map(tensor);
    return {
      module: 'keras.layers',
      class_name: className,
      config: { name, trainable: true, dtype, ...config },
      registered_name: null,
      name,
      inbound_nodes: [{ args: className === 'Add' ? [tensors] : tensors, kwargs: {} }],
    };
  });
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: id,
      trainable: true,
      layers: [first, ...others],
      input_layers: [['input', 0, 0]],
      output_layers: [[layers.at(-1)?.name, 0, 0]],
    },
    registered_name: 'Functional',
    build_config: { input_shape: null },
    compile_config: {},
  };
}

/** The groups that Keras 3 puts layers of a class into, numbered. */
const groups: Readonly<Record<string, string>> = {
  Conv2D: 'conv2d',
  BatchNormalization: 'batch_normalization',
  Dense: 'dense',
};

async function saveWeights(path: string, layers: readonly KerasLayer[]): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  const all = file.create_group('layers');
  const counts = new Map<string, number>();
  for (const { className, name, weights } of layers) {
    const group = groups[className];
    if (group === undefined) continue;
    const count = counts.get(group) ?? 0;
    counts.set(group, count + 1);
    const variables = all.create_group(count === 0 ? group : `${group}_${count}`).create_group('vars');
    variables.create_attribute('name', name);
    weights.forEach(([, { data, dims }], i) => {
      variables.create_dataset({ name: String(i), data, shape: [...dims], dtype: '<f4' });
    });
  }
  file.close();
}

export const keras: Writer = {
  id: 'keras',
  title: 'Keras 3 .keras',
  main: 'model.keras',
  write: async (network, folder) => {
    const layers = kerasLayers(network);
    const weights = join(folder, 'model.weights.h5');
    await saveWeights(weights, layers);
    const text = (value: object) => Buffer.from(JSON.stringify(value));
    const archive = zipOf([
      { name: 'metadata.json', bytes: text({ keras_version: '3.15.0', date_saved: '2026-01-01@00:00:00' }) },
      { name: 'config.json', bytes: text(keras3Config(network, layers)) },
      { name: 'model.weights.h5', bytes: readFileSync(weights) },
    ]);
    rmSync(weights);
    save(folder, 'model.keras', archive);
  },
};
