/** TensorFlow Lite (LiteRT) files: a flatbuffer with the graph and the weights, perhaps with a zip archive of labels behind it. */
import { CheckpointFiles } from '../kit/bytes/checkpointFiles';
import type { Checkpoint } from '../kit/checkpoint';
import type { Reader } from '../kit/reader';
import { importGraph } from './importing/importGraph';
import { readModel } from './schema/model';

/**
 * @param path of a .tflite file.
 * @throws CheckpointError when it is damaged.
 */
export async function readTflite(path: string): Promise<Checkpoint> {
  const files = new CheckpointFiles(path);
  try {
    const source = files.main();
    const model = readModel(source);
    const { graph, layout, notes } = importGraph(model);
    return {
      format: 'TensorFlow Lite',
      producer: model.description,
      graph,
      files: files.list(),
      metadata: new Map(),
      hints: { ...(layout ? { layout } : {}) },
      notes,
      details: { 'schema version': String(model.version) },
    };
  } finally {
    files.close();
  }
}

export const tflite: Reader = {
  title: 'TensorFlow Lite',
  extensions: ['.tflite'],
  match: (candidate) => candidate.kind === 'file' && candidate.is.id === 'tflite',
  read: readTflite,
};
