import { CheckpointError } from '../../../shared/errors';
import { CheckpointFiles } from '../kit/bytes/checkpointFiles';
import type { Checkpoint } from '../kit/checkpoint';
import { architectureHint } from '../kit/kinds/families';
import type { Reader } from '../kit/reader';
import { importGraph } from './importGraph';
import { ExternalData } from './proto/externalData';
import { readModelProto } from './proto/modelProto';
import { opsets } from './rewrites';
import { flatten } from './structure/flatten';

function checkOpset(path: string, opset: number | undefined): { readonly opset: number; readonly notes: string[] } {
  if (opset === undefined || opset < opsets.oldest) {
    const which = opset === undefined ? 'no version of the ONNX operators' : `ONNX opset ${opset}`;
    throw new CheckpointError(
      `${path} states ${which}, but opsets ${opsets.oldest} to ${opsets.newest} are read; convert it with onnx.version_converter.`,
    );
  }
  if (opset <= opsets.newest) return { opset, notes: [] };
  return {
    opset,
    notes: [`The checkpoint uses ONNX opset ${opset}; it is read as if it were opset ${opsets.newest}.`],
  };
}

/**
 * Reads an ONNX file (opsets 1 to 28) and the files beside it that hold its weights.
 *
 * @throws CheckpointError when the file is damaged or holds something that is not supported; operators that have no rule are no reason.
 */
export async function readOnnx(path: string): Promise<Checkpoint> {
  const files = new CheckpointFiles(path);
  try {
    const source = files.main();
    const model = readModelProto({ source, start: 0, end: source.size });
    if (!model.graph) throw new CheckpointError(`${path} is truncated or damaged: it holds no ONNX graph.`);
    const { opset, notes } = checkOpset(path, model.opsets.get(''));
    const imported = await importGraph(flatten(model.graph, model), opset, new ExternalData(path, files));
    const others = [...model.opsets].filter(([domain]) => domain !== '');
    return {
      format: 'ONNX',
      producer: model.producer,
      graph: imported.graph,
      files: files.list(),
      metadata: model.metadata,
      hints: architectureHint(model.graph.name),
      notes: [...notes, ...imported.notes],
      details: {
        'IR version': String(model.irVersion),
        opset: String(opset),
        ...Object.fromEntries(others.map(([domain, version]) => [`opset of ${domain}`, String(version)])),
      },
    };
  } finally {
    files.close();
  }
}

export const onnx: Reader = {
  title: 'ONNX',
  extensions: ['.onnx'],
  match: (candidate) => candidate.kind === 'file' && candidate.is.id === 'onnx',
  read: readOnnx,
};
