/** A network from its description and its weights, whatever container they stand in. */
import type { Graph } from '../../graph/ir/graph';
import type { CheckpointHints } from '../kit/checkpoint';
import { isJsonObject, type Json, own } from '../kit/json/json';
import { architectureHint } from '../kit/kinds/families';
import { readModel } from './config/layerLists';
import type { LayerConfig, ModelConfig } from './config/model';
import { NetworkWriter } from './network/importModel';
import type { KerasWeights } from './weights/kerasWeights';

export interface KerasContext {
  /** How messages name what the description is in: `model.json`. */
  readonly name: string;
  /** Of the Keras that wrote it, as it says: `3.15.1`, `2.4.0-tf`. undefined is read as Keras 2. */
  readonly kerasVersion?: string;
}

export interface KerasNetwork {
  readonly graph: Graph;
  readonly hints: CheckpointHints;
  readonly notes: readonly string[];
}

/**
 * @param config `{class_name, config}` as `model.to_json()`, `config.json` in a .keras file, the attribute `model_config` of an .h5 file or
 *   `modelTopology` of TensorFlow.js have it; a `{model_config: …}` around it is taken off.
 * @param weights see {@link KerasWeights}; `namedWeights`, `orderedWeights` and `pathWeights` make them.
 * @throws CheckpointError for a damaged description, and for weights that are missing or do not fit. Layers without a rule are no reason:
 *   they become unsupported nodes.
 */
export function importKerasModel(config: Json, weights: KerasWeights, context: KerasContext): KerasNetwork {
  const major = Number.parseInt(context.kerasVersion ?? '2', 10);
  const reading = { name: context.name, version: Number.isNaN(major) ? 2 : major };
  const wrapped = isJsonObject(config) ? own(config, 'model_config') : undefined;
  const model = readModel(wrapped ?? config, reading);
  const layout = channelsFirst(model) ? 'NCHW' : 'NHWC';
  const network = new NetworkWriter(model, weights, reading);
  const graph = network.write(layout);
  return { graph, hints: { layout, ...architectureHint(model.name) }, notes: network.notes };
}

/** The order of axes that the first layers that have one state: a model is built for one order. */
function channelsFirst(model: ModelConfig): boolean {
  const formats = [...everyLayer(model)].map(({ config }) => own(config, 'data_format'));
  return formats.includes('channels_first') && !formats.includes('channels_last');
}

function* everyLayer(model: ModelConfig): Generator<LayerConfig> {
  for (const layer of model.layers) {
    yield layer;
    if (layer.model) yield* everyLayer(layer.model);
  }
}
