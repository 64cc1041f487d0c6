/** TensorFlow.js: a model.json with the network, layers of Keras or a graph of TensorFlow, and files with the weights beside it. */

import type { Graph } from '../../graph/ir/graph';
import type { Tensor } from '../../graph/ir/tensor';
import { importKerasModel } from '../keras/importKerasModel';
import { namedWeights } from '../keras/weights/namedWeights';
import { CheckpointFiles } from '../kit/bytes/checkpointFiles';
import type { Checkpoint, CheckpointHints } from '../kit/checkpoint';
import { type JsonObject, own } from '../kit/json/json';
import type { Candidate, Reader } from '../kit/reader';
import { readGraphModel } from './graphModel/graphModel';
import { type ModelJson, readModelJson } from './modelJson';
import { teachableMachineHints } from './teachableMachine';
import { readWeights } from './weights/weights';

interface Network {
  readonly graph: Graph;
  readonly hints: CheckpointHints;
  readonly notes: readonly string[];
  readonly details: Readonly<Record<string, string>>;
}

/**
 * @param path of the model.json.
 * @throws CheckpointError when it is damaged, a weights file is missing or too short, or there is no network.
 */
export async function readTfjs(path: string): Promise<Checkpoint> {
  const files = new CheckpointFiles(path);
  try {
    const model = readModelJson(files.main());
    const weights = readWeights(path, model.manifest, files);
    const { graph, hints, notes, details } =
      model.kind === 'layers-model' ? ofLayers(model, weights, path) : ofGraph(model, weights, path);
    const found = teachableMachineHints(files);
    return {
      format: 'TensorFlow.js',
      producer: [model.generatedBy, model.convertedBy].filter((text) => text !== '').join(', '),
      graph,
      files: files.list(),
      metadata: notesOf(model.userMetadata),
      hints: { ...found, ...hints },
      notes,
      details: { stored: model.kind, ...details },
    };
  } finally {
    files.close();
  }
}

function ofLayers({ topology }: ModelJson, weights: ReadonlyMap<string, Tensor>, name: string): Network {
  const version = own(topology, 'keras_version');
  const kerasVersion = typeof version === 'string' ? version : '2';
  const { graph, hints, notes } = importKerasModel(topology, namedWeights(weights, name), { name, kerasVersion });
  return { graph, hints, notes, details: { 'Keras version': kerasVersion } };
}

function ofGraph(model: ModelJson, weights: ReadonlyMap<string, Tensor>, name: string): Network {
  const { graph, layout, notes, names } = readGraphModel(model, weights, name);
  return { graph, hints: layout ? { layout } : {}, notes, details: names };
}

/** Free notes, each as a text; what is no text is JSON. */
function notesOf(metadata: JsonObject | null): ReadonlyMap<string, string> {
  const keys = Object.keys(metadata ?? {}).filter((key) => key !== 'signature');
  return new Map(
    keys.map((key) => {
      const value = metadata && own(metadata, key);
      return [key, typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );
}

/** A long signature may stand in front of what marks the format. */
const searched = 1 << 22;

/** A JSON file that describes a network of TensorFlow.js, or lists weights for one. */
function isModel(candidate: Candidate): boolean {
  if (candidate.kind !== 'file') return false;
  const { is, source } = candidate;
  if (is.id === 'tensorflow.js') return true;
  if (is.id !== 'json') return false;
  const start = Buffer.from(source.read(0, Math.min(source.size, searched))).toString('latin1');
  if (/^\s*\{/.test(start)) return /"(modelTopology|weightsManifest)"\s*:/.test(start);
  return /^\s*\[\s*\{[^{]*"(paths|weights)"\s*:/.test(start.slice(0, 1 << 16)) && /"paths"\s*:/.test(start);
}

export const tfjs: Reader = {
  title: 'TensorFlow.js',
  extensions: ['model.json'],
  match: isModel,
  read: readTfjs,
};
