import { CheckpointError } from '../../../shared/errors';
import { FileSource } from '../kit/byteSource';
import type { Checkpoint } from '../kit/checkpoint';
import { importGraph } from './importGraph';
import { ExternalFiles } from './proto/externalData';
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
  const source = new FileSource(path);
  const external = new ExternalFiles(path);
  try {
    const model = readModelProto({ source, start: 0, end: source.size });
    if (!model.graph) throw new CheckpointError(`${path} is truncated or damaged: it holds no ONNX graph.`);
    const { opset, notes } = checkOpset(path, model.opsets.get(''));
    const imported = await importGraph(flatten(model.graph, model), opset, external);
    const others = [...model.opsets].filter(([domain]) => domain !== '');
    return {
      format: 'ONNX',
      producer: model.producer,
      graph: imported.graph,
      metadata: model.metadata,
      bytes: source.size + external.bytes,
      notes: [...notes, ...imported.notes],
      details: {
        'IR version': String(model.irVersion),
        opset: String(opset),
        ...Object.fromEntries(others.map(([domain, version]) => [`opset of ${domain}`, String(version)])),
      },
    };
  } finally {
    source.close();
    external.close();
  }
}
