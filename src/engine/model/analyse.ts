import { CheckpointError } from '../../shared/errors';
import type { ChosenLayer, LayerInfo } from '../../shared/protocol';
import { bindBatch } from '../graph/bind';
import type { Graph } from '../graph/graph';
import { findDefaultLayer, listLayers } from '../graph/layers';
import { findLogits, type Logits } from '../graph/logits';
import { type ImageInput, inputDims, withFloatInput } from './imageInput';

/** What is known of a classifier once its picture size is. */
export interface Analysis {
  /** Bound to batch 1. */
  readonly graph: Graph;
  /** Shape of the picture input without the batch. */
  readonly dims: readonly number[];
  /** True when the graph is right for any batch length. */
  readonly anyBatch: boolean;
  readonly logits: Logits;
  readonly layers: readonly LayerInfo[];
  readonly defaultLayer: ChosenLayer | null;
}

/**
 * Binds a graph to a picture size and finds its logits and layers.
 *
 * @param size counts where the checkpoint leaves the picture's size open.
 * @param wantedLogits name of the value that holds the logits, when detection is wrong.
 * @throws CheckpointError when the sizes do not fit or there are no logits; UnsupportedOperatorError for an operator without a
 *   definition.
 */
export function analyse(
  graph: Graph,
  input: ImageInput,
  size: { readonly height: number; readonly width: number },
  wantedLogits?: string,
): Analysis {
  const dims = inputDims(input, size.height, size.width);
  const bound = bindBatch(withFloatInput(graph, input.name), new Map([[input.name, [1, ...dims]]]));
  const logits = findLogits(bound.graph, wantedLogits);
  if ('reason' in logits) throw new CheckpointError(logits.reason);
  return {
    graph: bound.graph,
    dims,
    anyBatch: bound.fixedBatch === null,
    logits,
    layers: listLayers(bound.graph, logits.name),
    defaultLayer: findDefaultLayer(bound.graph, logits.name),
  };
}
