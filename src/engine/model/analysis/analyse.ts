import { CheckpointError, UnsupportedOperatorError } from '../../../shared/errors';
import type { ChosenLayer, LayerInfo } from '../../../shared/results/layers';
import { bindReachable, type InputSizes, type Reached } from '../../graph/binding/bind';
import { batchSymbols } from '../../graph/inference/batchSymbols';
import { nodeLabel } from '../../graph/ir/attributes';
import type { Graph } from '../../graph/ir/graph';
import { removeDeadNodes } from '../../graph/passes/removeDeadNodes';
import { checkNames, checkNodeCount } from './explainable';
import { type ImageInput, inputDims, withFloatInput } from './imageInput';
import { findDefaultLayer, listLayers } from './layers';
import { findLogits, type Logits } from './logits';
import { findCut } from './unsupported';

/** What is known of a classifier once its image size is. */
export interface Analysis {
  /** Bound to batch 1. */
  readonly graph: Graph;
  /** Shape of the image input without the batch. */
  readonly dims: readonly number[];
  /** True when the graph is right for any batch length, and the logits of one image are those of one place along their first axis. */
  readonly anyBatch: boolean;
  readonly logits: Logits;
  readonly layers: readonly LayerInfo[];
  readonly defaultLayer: ChosenLayer | null;
  /** What is left out, and what the graph does not allow. */
  readonly notes: readonly string[];
}

/**
 * Binds a graph to an image size and finds its logits and layers. What the logits do not depend on may be unsupported.
 *
 * @param size counts where the checkpoint leaves the image's size open.
 * @param wantedLogits name of the value that holds the logits, when detection is wrong.
 * @param memory bytes that the model may use.
 * @throws CheckpointError when the sizes do not fit, there are no logits, or the graph is too long; UnsupportedOperatorError for an operator without a
 *   definition in front of the logits, with a value to explain instead where there is one.
 */
export function analyse(
  graph: Graph,
  input: ImageInput,
  size: { readonly height: number; readonly width: number },
  wantedLogits?: string,
  memory?: number,
): Analysis {
  checkNames(graph);
  checkNodeCount(graph);
  const dims = inputDims(input, size.height, size.width);
  const floated = withFloatInput(graph, input.name);
  const sizes = new Map([[input.name, [1, ...dims]]]);
  const reached = bindReachable(floated, sizes, memory);
  const logits = findLogits(reached.graph, wantedLogits);
  if ('reason' in logits) throw whyNot(floated, reached, logits.reason, wantedLogits);
  const bound = narrowed(floated, sizes, memory, reached, logits.name);
  // Loops are unrolled.
  checkNodeCount(bound.graph);
  const anyBatch = bound.fixedBatch === null && followsBatch(bound.graph, logits);
  return {
    graph: bound.graph,
    dims,
    anyBatch,
    logits,
    layers: listLayers(bound.graph, logits.name),
    defaultLayer: findDefaultLayer(bound.graph, logits.name, logits.answers),
    notes: [...leftOut(reached, wantedLogits), ...(anyBatch ? [] : [oneByOne])],
  };
}

const oneByOne = 'This checkpoint fixes its batch to 1, so images are evaluated one by one.';

/** False when another axis than the first follows the batch, or the first holds more than the batch. */
function followsBatch(graph: Graph, { name, dims }: Logits): boolean {
  if (dims[0] !== 1) return false;
  const [first, ...others] = batchSymbols(graph).get(name) ?? [{ timesBatch: 1 }];
  return typeof first === 'object' && first.timesBatch === 1 && others.every((dim) => typeof dim === 'number');
}

/** The graph without what only other outputs need, where that frees the batch. */
function narrowed(
  graph: Graph,
  sizes: InputSizes,
  memory: number | undefined,
  reached: Reached,
  logits: string,
): Reached {
  if (reached.fixedBatch === null || !graph.nodes.some((node) => node.outputs.includes(logits))) return reached;
  const alone = bindReachable(removeDeadNodes(graph, [logits]), sizes, memory);
  return alone.fixedBatch === null ? alone : reached;
}

/** The failure when there are no logits: the node in front of them that cannot be computed, if that is the reason. */
function whyNot(graph: Graph, reached: Reached, reason: string, wanted: string | undefined): Error {
  const unsupported = reached.unsupported.find(({ outputs }) => wanted !== undefined || outputs.length > 0);
  const exists = wanted === undefined || graph.nodes.some((node) => node.outputs.includes(wanted));
  if (!unsupported || !exists || (wanted !== undefined && reached.graph.types.has(wanted)))
    return new CheckpointError(reason);
  const { node, error } = unsupported;
  const cut = wanted === undefined ? findCut(graph, reached) : null;
  if (cut === null && !(error instanceof UnsupportedOperatorError)) return error;
  return new UnsupportedOperatorError(node.op, nodeLabel(node), error.message, cut);
}

function leftOut(reached: Reached, wanted: string | undefined): string[] {
  if (wanted !== undefined) return [];
  return reached.unsupported.flatMap(({ outputs, error }) => {
    const names = outputs.map((name) => `“${name}”`).join(', ');
    return outputs.length === 0 ? [] : [`The output ${names} is left out. ${error.message}`];
  });
}
