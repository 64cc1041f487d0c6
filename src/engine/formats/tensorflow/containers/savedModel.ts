/** A SavedModel: a folder with `saved_model.pb`, its graphs and signatures, and `variables`, a checkpoint. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import { TensorBundle, type TensorSource } from '../bundle/tensorBundle';
import { makeProgram } from '../program/makeProgram';
import { type MetaGraph, readSavedModel } from '../proto/metaGraphProto';
import { bindVariables } from '../variables/bind';
import { variablesOfObjects } from '../variables/objects';
import { type Opened, producerOfVersion } from './opened';
import { chooseSignature } from './signatures';
import { graphSource } from './source';

const variables = 'variables/variables';

const nothing: TensorSource = { names: [], has: () => false, tensor: () => null, text: () => null };

/**
 * @param path of the folder, or of its file under another name.
 * @throws CheckpointError when it is damaged.
 */
export function openSavedModel(path: string): Opened {
  const files = new CheckpointFiles(path);
  try {
    const isFolder = statSync(path).isDirectory();
    const folder = isFolder ? path : join(path, '..');
    const name = isFolder ? mainFile(path) : basename(path);
    const main = isFolder ? files.open(name, (why) => unreadable(path, name, why)) : files.main();
    const graphs = readSavedModel(graphSource(main, name.endsWith('.pbtxt')));
    const metaGraph = servingGraph(graphs);
    if (!metaGraph) throw new CheckpointError(`${path} is damaged: there is no graph in ${name}.`);
    const bundle = existsSync(join(folder, `${variables}.index`))
      ? new TensorBundle(
          files.open(`${variables}.index`, (why) => unreadable(path, `${variables}.index`, why)),
          files,
          variables,
        )
      : nothing;
    const { program, notes, key } = programOf(metaGraph, bundle);
    return {
      program,
      notes,
      producer: producerOfVersion(metaGraph.version),
      files: files.list(),
      details: { ...(key === undefined ? {} : { signature: key }), tags: metaGraph.tags.join(', ') || 'none' },
    };
  } finally {
    files.close();
  }
}

function mainFile(folder: string): string {
  for (const name of ['saved_model.pb', 'saved_model.pbtxt']) if (existsSync(join(folder, name))) return name;
  throw new CheckpointError(
    `${folder} is a SavedModel in chunks (saved_model.cpb), as TensorFlow writes those of more than 2 GB; export a smaller part of it.`,
  );
}

function unreadable(path: string, name: string, why: string): CheckpointError {
  return new CheckpointError(`${path} needs the file “${name}”, ${why}.`);
}

/** Modules of TensorFlow Hub have one graph for training and one without a tag. */
function servingGraph(graphs: readonly MetaGraph[]): MetaGraph | undefined {
  return (
    graphs.find(({ tags }) => tags.includes('serve')) ?? graphs.find(({ tags }) => !tags.includes('train')) ?? graphs[0]
  );
}

function programOf(
  metaGraph: MetaGraph,
  bundle: TensorSource,
): ReturnType<typeof makeProgram> & { readonly key?: string } {
  const { graph, restore, objects } = metaGraph;
  const values = bindVariables(graph, restore, bundle, () => {
    const tracked = objects && bundle.text('_CHECKPOINTABLE_OBJECT_GRAPH');
    return tracked ? variablesOfObjects(graph, objects, tracked) : new Map();
  });
  const { key, ...signature } = chooseSignature(metaGraph);
  return { ...makeProgram(graph, { variables: values, where: 'variables/variables.index', ...signature }), key };
}
