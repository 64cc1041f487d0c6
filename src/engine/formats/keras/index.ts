/** Keras: .keras archives and folders, whole models and weights in HDF5. */
import { readdirSync, statSync } from 'node:fs';
import { CheckpointError } from '../../../shared/errors';
import type { ByteRange } from '../kit/bytes/byteSource';
import { CheckpointFiles } from '../kit/bytes/checkpointFiles';
import type { Checkpoint } from '../kit/checkpoint';
import { type Json, parseJson } from '../kit/json/json';
import type { Reader } from '../kit/reader';
import { archiveParts, folderParts, type KerasParts } from './containers/archive';
import { configBeside } from './containers/configBeside';
import { isByPath, isOrdered, weightsOf } from './containers/weightsFile';
import { HdfFile } from './hdf5/hdf5File';
import { importKerasModel } from './importKerasModel';
import type { KerasWeights } from './weights/kerasWeights';

/** A network's description, its weights, and who wrote them. */
interface Found {
  readonly config: Json;
  readonly weights: KerasWeights;
  readonly kerasVersion: string | undefined;
  readonly details: Readonly<Record<string, string>>;
}

const folderFiles = ['config.json', 'metadata.json', 'model.weights.h5'];

/** @throws CheckpointError when it is damaged, or there is no description of the network. */
export async function readKeras(path: string): Promise<Checkpoint> {
  const files = new CheckpointFiles(path);
  try {
    const found = await find(path, files);
    const { config, weights, kerasVersion, details } = found;
    const { graph, hints, notes } = importKerasModel(config, weights, { name: path, kerasVersion });
    return {
      format: 'Keras',
      producer: kerasVersion === undefined ? '' : `keras ${kerasVersion}`,
      graph,
      files: files.list(),
      metadata: new Map(),
      hints,
      notes,
      details,
    };
  } finally {
    files.close();
  }
}

async function find(path: string, files: CheckpointFiles): Promise<Found> {
  if (statSync(path).isDirectory()) {
    return parts(path, folderParts(path, readdirSync(path), files), 'folder of a .keras checkpoint');
  }
  const source = files.main();
  const [head] = source.read(0, 1);
  if (head === 0x50) return parts(path, await archiveParts(source), '.keras archive');
  return hdf5(path, { source, start: 0, end: source.size }, files);
}

async function parts(path: string, { config, kerasVersion, weights }: KerasParts, what: string): Promise<Found> {
  if (!weights) throw new CheckpointError(`${path} is incomplete: there is no “model.weights.h5” in it.`);
  const file = await HdfFile.open(weights);
  return { config, kerasVersion, weights: weightsOf(file, file.root), details: { stored: what } };
}

async function hdf5(path: string, range: ByteRange, files: CheckpointFiles): Promise<Found> {
  const file = await HdfFile.open(range);
  const { root } = file;
  const inside = file.text(root, 'model_config');
  const group = root.groups.get('model_weights') ?? root;
  const stated = file.text(root, 'keras_version') ?? file.text(group, 'keras_version');
  if (inside !== undefined) {
    const config = parseJson(inside, { name: `The description of the network in ${path}`, python: true });
    return {
      config,
      weights: weightsOf(file, group),
      kerasVersion: stated ?? '1',
      details: { stored: 'HDF5, whole model' },
    };
  }
  if (!isOrdered(group) && !isByPath(group)) {
    throw new CheckpointError(
      `${path} is an HDF5 file, but not of Keras: it holds no description of a network and no layers.`,
    );
  }
  const beside = await configBeside(path, files);
  // Paths of layers are of Keras 3 alone, whatever a description says.
  const kerasVersion = beside.kerasVersion ?? stated ?? (isByPath(group) ? '3' : undefined);
  return {
    config: beside.config,
    weights: weightsOf(file, group),
    kerasVersion,
    details: { stored: 'HDF5, weights only', 'network described in': beside.file },
  };
}

export const keras: Reader = {
  title: 'Keras',
  extensions: ['.keras', '.h5', '.hdf5'],
  match: (candidate) =>
    candidate.kind === 'folder'
      ? folderFiles.every((name) => candidate.names.includes(name))
      : candidate.is.id === 'zip keras' || candidate.is.id === 'hdf5',
  read: readKeras,
};
