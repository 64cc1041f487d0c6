/** TensorFlow's own formats: checkpoints, frozen graphs and SavedModels. */
import { CheckpointError } from '../../../shared/errors';
import { FileSource } from '../kit/bytes/byteSource';
import type { Checkpoint } from '../kit/checkpoint';
import { fileKind } from '../kit/fileKinds';
import type { Reader } from '../kit/reader';
import { openCheckpoint } from './containers/checkpoint';
import { openFrozenGraph } from './containers/frozenGraph';
import type { Opened } from './containers/opened';
import { openSavedModel } from './containers/savedModel';
import { importProgram } from './operators';

function asCheckpoint(format: string, opened: Opened): Checkpoint {
  const { program, producer, files, notes, details } = opened;
  const imported = importProgram(program);
  return {
    format,
    producer,
    graph: imported.graph,
    files,
    metadata: new Map(),
    hints: imported.layout ? { layout: imported.layout } : {},
    notes: [...notes, ...imported.notes],
    details,
  };
}

/** Files of a checkpoint that stand for its index. */
const parts = /\.(meta|data-\d{5}-of-\d{5})$/i;

async function readTensorFlowCheckpoint(path: string): Promise<Checkpoint> {
  if (parts.test(path)) {
    throw new CheckpointError(
      `${path} is a part of a TensorFlow checkpoint: its weights, ${path.replace(parts, '.index')} and the .data files, are needed beside it.`,
    );
  }
  return asCheckpoint(tensorflowCheckpoint.title, openCheckpoint(path));
}

async function readFrozenGraph(path: string): Promise<Checkpoint> {
  const source = new FileSource(path);
  let isText: boolean;
  try {
    isText = (await fileKind(source)).id === 'tensorflow text';
  } finally {
    source.close();
  }
  return asCheckpoint(tensorflowFrozenGraph.title, openFrozenGraph(path, isText));
}

const tensorflowSavedModel: Reader = {
  title: 'TensorFlow SavedModel',
  extensions: [],
  folderFile: 'saved_model.pb',
  match: (candidate) =>
    candidate.kind === 'folder'
      ? candidate.names.some((name) => /^saved_model\.(pb|pbtxt|cpb)$/.test(name))
      : candidate.is.id === 'saved-model',
  read: async (path) => asCheckpoint(tensorflowSavedModel.title, openSavedModel(path)),
};

const tensorflowCheckpoint: Reader = {
  title: 'TensorFlow checkpoint',
  extensions: ['.index'],
  parts: '\\.(meta|data-\\d{5}-of-\\d{5})',
  match: (candidate) =>
    candidate.kind === 'file' && (candidate.is.id === 'tensorflow index' || candidate.is.id === 'meta-graph'),
  read: readTensorFlowCheckpoint,
};

const tensorflowFrozenGraph: Reader = {
  title: 'TensorFlow frozen graph',
  extensions: ['.pb', '.pbtxt'],
  match: (candidate) =>
    candidate.kind === 'file' && (candidate.is.id === 'graph-def' || candidate.is.id === 'tensorflow text'),
  read: readFrozenGraph,
};

export const tensorflow: readonly Reader[] = [tensorflowSavedModel, tensorflowCheckpoint, tensorflowFrozenGraph];
