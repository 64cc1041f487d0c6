/** A checkpoint of TensorFlow 1: `x.meta` with the graph, `x.index` with the names of the weights, `x.data-00000-of-00001` with themselves. */
import { basename } from 'node:path';
import { CheckpointError } from '../../../../shared/errors';
import { CheckpointFiles } from '../../kit/bytes/checkpointFiles';
import { MessageReader } from '../../kit/protobuf/protobuf';
import { FirstVersion } from '../bundle/firstVersion';
import { TensorBundle, type TensorSource } from '../bundle/tensorBundle';
import { makeProgram } from '../program/makeProgram';
import type { MetaGraph } from '../proto/metaGraphProto';
import { readMetaGraph } from '../proto/metaGraphProto';
import { bindVariables } from '../variables/bind';
import { type Opened, producerOfVersion } from './opened';
import { chooseSignature } from './signatures';

/**
 * @param path of the index.
 * @throws CheckpointError when a file is damaged or not there.
 */
export function openCheckpoint(path: string): Opened {
  const files = new CheckpointFiles(path);
  try {
    const index = files.main();
    const prefix = basename(path).replace(/\.index$/i, '');
    // Under another name than `.index` a table holds the weights themselves: the first version of checkpoints.
    const bundle = /\.index$/i.test(path) ? new TensorBundle(index, files, prefix) : new FirstVersion(index);
    const meta = files.open(`${prefix}.meta`, (why, cause) => {
      if (!why.startsWith('which is not in')) {
        return new CheckpointError(`${path} needs the file “${prefix}.meta”, ${why}.`, { cause });
      }
      const text = `${path} holds weights without their network: its graph, ${prefix}.meta, is needed beside it (tf.compat.v1.train.Saver writes it; tf.train.Checkpoint does not: export the model with tf.saved_model.save).`;
      return new CheckpointError(text, { cause });
    });
    const metaGraph = readMetaGraph(new MessageReader({ source: meta, start: 0, end: meta.size }));
    const { program, notes } = programOf(metaGraph, bundle, basename(path));
    const { version } = metaGraph;
    return { program, notes, producer: producerOfVersion(version), files: files.list(), details: {} };
  } finally {
    files.close();
  }
}

function programOf(metaGraph: MetaGraph, bundle: TensorSource, name: string): ReturnType<typeof makeProgram> {
  const { graph, restore } = metaGraph;
  const variables = bindVariables(graph, restore, bundle);
  const { key: _, ...signature } = chooseSignature(metaGraph);
  return makeProgram(graph, { variables, where: name, ...signature });
}
