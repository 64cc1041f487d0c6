import type { ModelSummary } from '../../shared/protocol/protocol';
import type { FoundPreprocessing } from '../../shared/question/preprocessing';
import { plainMessage } from '../../shared/words/plainText';
import type { Graph } from '../graph/ir/graph';
import { type DType, elementCount, type ValueType } from '../graph/ir/tensor';
import type { PreprocessingFinding } from '../image';
import { unsupportedOperators } from '../model/analysis/unsupported';
import type { MemoryBudget } from '../model/programs/memoryBudget';
import { answersNote } from '../model/target/output';
import { type Classifier, describeCheckpoint, noImageFits } from './describeCheckpoint';

/** Sizes for people: an open dimension is a question mark. */
function describeType(name: string, type: ValueType | undefined) {
  return { name, dtype: type?.dtype ?? 'unknown', shape: type?.dims?.map((dim) => dim ?? '?') ?? ['?'] };
}

function countOperators(graph: Graph): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function transposesIn(graph: Graph): number {
  return graph.nodes.filter(({ op }) => op === 'Transpose').length;
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
 * @param logits name of the value to explain; overrides whylight.json.
 * @param memory what an explanation of it could use.
 * @throws CheckpointError when the file cannot be read at all.
 */
export async function inspect(path: string, logits?: string, memory?: MemoryBudget): Promise<ModelSummary> {
  const { checkpoint, sha256, classifier, preprocessing, notes, problem } = await describeCheckpoint(path, {
    logits,
    memory,
  });
  const { graph, files } = checkpoint;
  const channels = classifier?.input.channels;
  const answers = classifier?.analysis.logits.answers;
  const moved = graph.channelsLast && classifier ? classifier.analysis.graph : null;
  const unfit = channels !== undefined && !preprocessing && !problem ? [noImageFits(channels)] : [];
  return {
    path,
    format: checkpoint.format,
    producer: checkpoint.producer,
    sha256: await sha256,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files: files.map(({ name, bytes }) => ({ name, bytes })),
    inputs: graph.inputs.map((input) => describeType(input.name, input.type)),
    outputs: graph.outputs.map((name) => describeType(name, graph.types.get(name))),
    operators: countOperators(moved ?? graph),
    channelsLast: moved && { transposes: transposesIn(moved), unmoved: transposesIn(graph) },
    parameters: countParameters(graph),
    unsupported: unsupportedOperators(graph),
    ...described(classifier),
    preprocessing: preprocessing && found(preprocessing),
    notes: [...(answers ? [answersNote(answers)] : []), ...notes, ...(problem ? [problem.message] : []), ...unfit].map(
      plainMessage,
    ),
  };
}

function found({ notes: _, ...preprocessing }: PreprocessingFinding): FoundPreprocessing {
  return preprocessing;
}

function described(classifier: Classifier | null): Pick<ModelSummary, 'logits' | 'layers' | 'defaultLayer' | 'labels'> {
  if (!classifier) return { logits: null, layers: [], defaultLayer: null, labels: null };
  const { analysis, labels } = classifier;
  const { name, classes, how, answers } = analysis.logits;
  return {
    logits: { name, classes, how, ...(answers && { answers }) },
    layers: analysis.layers,
    defaultLayer: analysis.defaultLayer,
    labels: labels.names && {
      count: labels.names.length,
      how: labels.how,
      guessed: labels.guessed,
      names: labels.names,
    },
  };
}
