/** TensorFlow Lite (LiteRT) files: a flatbuffer with the graph and the weights, perhaps with a zip archive of labels behind it. */
import { CheckpointFiles } from '../kit/bytes/checkpointFiles';
import type { Checkpoint } from '../kit/checkpoint';
import type { Reader } from '../kit/reader';
import { importGraph } from './importGraph';
import { labelsHint, preprocessingHint } from './metadata/hints';
import { type ModelMetadata, readMetadata } from './metadata/modelMetadata';
import { readModel, type TfliteModel } from './schema/model';

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
    const range = model.metadata.get('TFLITE_METADATA');
    const metadata = range ? readMetadata(range) : null;
    const inputs = model.main.inputs.flatMap((index) => model.main.tensors[index] ?? []);
    const preprocessing = preprocessingHint(metadata, inputs, layout);
    const labels = await labelsHint(source, metadata);
    return {
      format: 'TensorFlow Lite',
      producer: model.description.replace(/\.$/, ''),
      graph,
      files: files.list(),
      metadata: new Map(),
      hints: { ...(layout && { layout }), ...(preprocessing && { preprocessing }), ...(labels && { labels }) },
      notes,
      details: details(model, metadata),
    };
  } finally {
    files.close();
  }
}

function details(model: TfliteModel, metadata: ModelMetadata | null): Record<string, string> {
  const { name = '', description = '', author = '', version = '', license = '' } = metadata ?? {};
  const signatures = model.signatures.filter(({ subgraph }) => subgraph === 0);
  const named = signatures.map(({ key, inputs, outputs }) => {
    const list = (names: typeof inputs) => names.map((each) => each.name).join(', ');
    return [`signature ${key}`, `${list(inputs)} → ${list(outputs)}`];
  });
  const told = Object.entries({ name, description, author, version, license }).filter(([, text]) => text !== '');
  const graphs = model.subgraphs > 1 ? [['graphs', `${model.subgraphs}, of which the first is read`]] : [];
  return Object.fromEntries([['schema version', String(model.version)], ...told, ...named, ...graphs]);
}

export const tflite: Reader = {
  title: 'TensorFlow Lite',
  extensions: ['.tflite'],
  match: (candidate) => candidate.kind === 'file' && candidate.is.id === 'tflite',
  read: readTflite,
};
