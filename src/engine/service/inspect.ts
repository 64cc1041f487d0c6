import { WhylightError } from '../../shared/errors';
import type { ModelSummary } from '../../shared/protocol/protocol';
import { readCheckpoint, sha256OfCheckpoint } from '../formats';
import type { Graph } from '../graph/ir/graph';
import { type DType, elementCount, type ValueType } from '../graph/ir/tensor';
import { findLabels, readCheckpointNotes } from '../image';
import { analyse } from '../model/analysis/analyse';
import { findImageInput } from '../model/analysis/imageInput';
import { unsupportedOperators } from '../model/analysis/unsupported';
import type { MemoryBudget } from '../model/programs/memoryBudget';
import { preprocessingOf } from './preprocessingOf';

/** Sizes for people: an open dimension is a question mark. */
function describeType(name: string, type: ValueType | undefined) {
  return { name, dtype: type?.dtype ?? 'unknown', shape: type?.dims?.map((dim) => dim ?? '?') ?? ['?'] };
}

function countOperators(graph: Graph): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const quantised: ReadonlySet<DType> = new Set(['int8', 'uint8', 'int4', 'uint4']);

/** Number of weights: elements of the floating-point constants, and of the quantised ones that are more than steps and zero points. */
function countParameters(graph: Graph): number {
  let count = 0;
  for (const { dtype, dims } of graph.constants.values()) {
    if (dtype === 'float32' || (quantised.has(dtype) && dims.length > 1)) count += elementCount(dims);
  }
  return count;
}

/**
 * Everything there is to know about a checkpoint without an image. A checkpoint with unsupported operators, without an image
 * input or without logits is described as far as it goes; the notes say what is missing.
 *
 * @param wantedLogits name of the value to explain; overrides whylight.json.
 * @param memory what an explanation of it could use.
 * @throws CheckpointError when the file cannot be read at all.
 */
export async function inspect(path: string, wantedLogits?: string, memory?: MemoryBudget): Promise<ModelSummary> {
  const [checkpoint, fileNotes] = await Promise.all([readCheckpoint(path), readCheckpointNotes(path)]);
  const { graph, metadata } = checkpoint;
  const unsupported = unsupportedOperators(graph);
  const base = {
    path,
    format: checkpoint.format,
    producer: checkpoint.producer,
    sha256: await sha256OfCheckpoint(checkpoint),
    bytes: checkpoint.files.reduce((sum, file) => sum + file.bytes, 0),
    inputs: graph.inputs.map((input) => describeType(input.name, input.type)),
    outputs: graph.outputs.map((name) => describeType(name, graph.types.get(name))),
    operators: countOperators(graph),
    parameters: countParameters(graph),
    unsupported,
  };
  const nothing = { logits: null, layers: [], defaultLayer: null, preprocessing: null, labels: null };
  const incomplete = (why: string): ModelSummary => ({ ...base, ...nothing, notes: [...checkpoint.notes, why] });
  try {
    const input = findImageInput(graph);
    const { notes, ...preprocessing } = await preprocessingOf(path, checkpoint, input);
    const analysis = analyse(
      graph,
      input,
      preprocessing.preprocessing,
      wantedLogits ?? fileNotes?.logits,
      memory?.limit,
    );
    const { logits, layers, defaultLayer } = analysis;
    const labels = await findLabels({ checkpointPath: path, metadata, classes: logits.classes });
    return {
      ...base,
      logits: { name: logits.name, classes: logits.classes, how: logits.how },
      layers,
      defaultLayer,
      preprocessing,
      labels: labels.names && { count: labels.names.length, how: labels.how, names: labels.names },
      notes: [...checkpoint.notes, ...analysis.notes, ...notes, ...labels.notes],
    };
  } catch (error) {
    if (error instanceof WhylightError) return incomplete(error.message);
    throw error;
  }
}
