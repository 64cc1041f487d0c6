/** What TensorFlow.js has: a text beside shards of weights, with the graph or the Keras layers in it. */

import { type Layer, type Network, type Weight, withWeights } from '../../network/description';
import { keras2Config } from '../keras/keras2';
import { kerasLayers } from '../keras/layers';
import { bytesOf, save, type Writer } from '../writer';
import { type Attribute, type TfNode, tfNodes, types } from './graph';

const shardBytes = 4 << 20;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const typeNames: Readonly<Record<number, string>> = { 1: 'DT_FLOAT', 3: 'DT_INT32', 7: 'DT_STRING' };
const shape = (dims: readonly number[]) => ({ dim: dims.map((dim) => ({ size: String(dim) })) });

function json(attribute: Attribute): object {
  if ('type' in attribute) return { type: typeNames[attribute.type] };
  if ('s' in attribute) return { s: base64(attribute.s) };
  if ('f' in attribute) return { f: attribute.f };
  if ('b' in attribute) return { b: attribute.b };
  if ('ints' in attribute) return { list: { i: attribute.ints.map(String) } };
  if ('shape' in attribute) return { shape: shape(attribute.shape) };
  if ('weight' in attribute) {
    return { tensor: { dtype: 'DT_FLOAT', tensorShape: shape(attribute.weight.dims) } };
  }
  if ('integers' in attribute) return { tensor: { dtype: 'DT_INT32', tensorShape: shape(attribute.dims) } };
  throw new Error('No node of an inference graph has such an attribute.');
}

interface Stored {
  readonly entry: object;
  readonly bytes: Uint8Array;
}

/** Steps of one 255th of a weight's range. */
function steps({ data }: Weight): { readonly min: number; readonly scale: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, scale: (max - min) / 255 };
}

/** A weight as 8-bit steps; the converter's layout, in which the least element is 0. */
export function inSteps(weight: Weight): Weight {
  const { min, scale } = steps(weight);
  return { dims: weight.dims, data: weight.data.map((value) => Math.round((value - min) / scale) * scale + min) };
}

function stored(name: string, weight: Weight, quantised: boolean): Stored {
  const entry = { name, shape: weight.dims, dtype: 'float32' };
  if (!quantised) return { entry, bytes: bytesOf(weight.data) };
  const { min, scale } = steps(weight);
  const bytes = Uint8Array.from(weight.data, (value) => Math.round((value - min) / scale));
  return { entry: { ...entry, quantization: { dtype: 'uint8', min, scale } }, bytes };
}

/** Writes the shards and gives the manifest that lists them. */
function saveWeights(folder: string, weights: readonly Stored[]): object[] {
  const bytes = Buffer.concat(weights.map((weight) => weight.bytes));
  const count = Math.ceil(bytes.length / shardBytes);
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  paths.forEach((path, i) => {
    save(folder, path, bytes.subarray(i * shardBytes, (i + 1) * shardBytes));
  });
  return [{ paths, weights: weights.map(({ entry }) => entry) }];
}

function constants(nodes: readonly TfNode[]): Stored[] {
  return nodes.flatMap(({ name, attributes: { value } }): Stored[] => {
    if (value && 'weight' in value) return [stored(name, value.weight, false)];
    if (!value || !('integers' in value)) return [];
    const bytes = new Uint8Array(Int32Array.from(value.integers).buffer);
    return [{ entry: { name, shape: value.dims, dtype: 'int32' }, bytes }];
  });
}

export const tfjsGraph: Writer = {
  id: 'tfjs-graph',
  title: 'TensorFlow.js graph',
  main: 'model.json',
  write: (network, folder) => {
    const nodes = tfNodes(network, (all, name, weight) => {
      all.push({ name, op: 'Const', inputs: [], attributes: { dtype: { type: types.float }, value: { weight } } });
      return name;
    });
    const [channels = 0, height = 0, width = 0] = network.input;
    const last = network.layers.at(-1) as Layer;
    const tensor = (name: string, dims: readonly number[]) => ({
      name: `${name}:0`,
      dtype: 'DT_FLOAT',
      tensorShape: shape(dims),
    });
    const model = {
      format: 'graph-model',
      generatedBy: '2.15.0',
      convertedBy: 'Whylight’s benchmark',
      signature: {
        inputs: { input: tensor('input', [-1, height, width, channels]) },
        outputs: { logits: tensor(last.name, [-1, ...last.dims]) },
      },
      modelTopology: {
        node: nodes.map(({ name, op, inputs, attributes }) => ({
          name,
          op,
          ...(inputs.length > 0 && { input: inputs }),
          attr: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, json(value)])),
        })),
        library: {},
        versions: { producer: 1087 },
      },
      weightsManifest: saveWeights(folder, constants(nodes)),
    };
    save(folder, 'model.json', JSON.stringify(model));
  },
};

function writeLayers(network: Network, folder: string, quantised: boolean): void {
  const layers = kerasLayers(network);
  const weights = layers.flatMap((layer) =>
    layer.weights.map(([name, weight]) => stored(`${layer.name}/${name}`, weight, quantised)),
  );
  const model = {
    format: 'layers-model',
    generatedBy: 'keras v2.15.0',
    convertedBy: 'Whylight’s benchmark',
    modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: keras2Config(network, layers) },
    weightsManifest: saveWeights(folder, weights),
  };
  save(folder, 'model.json', JSON.stringify(model));
}

export const tfjsLayers: Writer = {
  id: 'tfjs-layers',
  title: 'TensorFlow.js layers',
  main: 'model.json',
  write: (network, folder) => writeLayers(network, folder, false),
};

export const tfjsUint8: Writer = {
  id: 'tfjs-uint8',
  title: 'TensorFlow.js layers, uint8',
  main: 'model.json',
  holds: (network) => withWeights(network, inSteps),
  write: (network, folder) => writeLayers(network, folder, true),
};
