/** A graph in one file whose weights are constants in it, binary or as text. */
import { CheckpointError } from '../../../../shared/errors';
import { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import { MessageReader } from '../../kit/protobuf/protobuf';
import { makeProgram } from '../program/makeProgram';
import { readGraphDef } from '../proto/graphProto';
import { type MetaGraph, readMetaGraph, readSavedModel } from '../proto/metaGraphProto';
import { type Opened, producerOfVersion } from './opened';
import { chooseSignature } from './signatures';
import { graphSource } from './source';

/**
 * @param isText true for the text form, which may be that of a MetaGraph, too.
 * @throws CheckpointError when it is damaged, or needs weights that are not in it.
 */
export function openFrozenGraph(path: string, isText: boolean): Opened {
  const files = new CheckpointFiles(path);
  try {
    const metaGraph = read(path, files, isText);
    const { key, ...signature } = chooseSignature(metaGraph);
    const { program, notes } = makeProgram(metaGraph.graph, { ...signature, weightless: path });
    return {
      program,
      notes,
      producer: producerOfVersion(metaGraph.version),
      files: files.list(),
      details: key === undefined ? {} : { signature: key },
    };
  } finally {
    files.close();
  }
}

function read(
  path: string,
  files: CheckpointFiles,
  isText: boolean,
): Pick<MetaGraph, 'graph' | 'signatures' | 'version'> {
  const range = graphSource(files.main(), isText);
  if (range.message === 'SavedModel') {
    const [first] = readSavedModel(range);
    if (!first) throw new CheckpointError(`${path} is damaged: there is no graph in it.`);
    return first;
  }
  const message = new MessageReader(range);
  if (range.message === 'MetaGraphDef') return readMetaGraph(message);
  return { graph: readGraphDef(message), signatures: new Map(), version: '' };
}
