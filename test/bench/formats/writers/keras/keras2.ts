/** Keras 2: a network's configuration, and the HDF5 file with it and the weights. */
import { join } from 'node:path';
import { File, type Group, ready } from 'h5wasm/node';
import type { Network } from '../../network/description';
import type { Writer } from '../writer';
import { type KerasLayer, kerasLayers } from './layers';

export function keras2Config({ input, id }: Network, layers: readonly KerasLayer[]): object {
  const [channels = 0, height = 0, width = 0] = input;
  const first = {
    class_name: 'InputLayer',
    config: {
      batch_input_shape: [null, height, width, channels],
      dtype: 'float32',
      sparse: false,
      ragged: false,
      name: 'input',
    },
    name: 'input',
    inbound_nodes: [],
  };
  const others = layers.map(({ className, name, config, inputs }) => ({
    class_name: className,
    config: { name, trainable: true, dtype: 'float32', ...config },
    name,
    inbound_nodes: [inputs.map((each) => [each, 0, 0, {}])],
  }));
  return {
    class_name: 'Functional',
    config: {
      name: id,
      trainable: true,
      layers: [first, ...others],
      input_layers: [['input', 0, 0]],
      output_layers: [[layers.at(-1)?.name, 0, 0]],
    },
  };
}

export const kerasH5: Writer = {
  id: 'keras-h5',
  title: 'Keras 2 .h5',
  main: 'model.h5',
  write: async (network, folder) => {
    await ready;
    const layers = kerasLayers(network);
    const file = new File(join(folder, 'model.h5'), 'w');
    file.create_attribute('keras_version', '2.15.0');
    file.create_attribute('backend', 'tensorflow');
    file.create_attribute('model_config', JSON.stringify(keras2Config(network, layers)));
    const root = file.create_group('model_weights');
    root.create_attribute('keras_version', '2.15.0');
    root.create_attribute('backend', 'tensorflow');
    root.create_attribute('layer_names', ['input', ...layers.map(({ name }) => name)]);
    root.create_group('input');
    for (const { name, weights } of layers) {
      const group = root.create_group(name);
      if (weights.length === 0) continue;
      const inner = group.create_group(name) as Group;
      group.create_attribute(
        'weight_names',
        weights.map(([weight]) => `${name}/${weight}:0`),
      );
      for (const [weight, { data, dims }] of weights) {
        inner.create_dataset({ name: `${weight}:0`, data, shape: [...dims], dtype: '<f4' });
      }
    }
    file.close();
  },
};
