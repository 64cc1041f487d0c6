import { CheckpointError } from '../../../shared/errors';
import type { Graph, GraphInput } from '../../graph/ir/graph';
import type { Layout } from '../../graph/ir/layout';
import type { Dim } from '../../graph/ir/tensor';

/** The input that takes the image. Sizes are null when the checkpoint leaves them open. */
export interface ImageInput {
  readonly name: string;
  readonly layout: Layout;
  readonly channels: number;
  readonly height: number | null;
  readonly width: number | null;
  /** The batch length the checkpoint was saved with; null when it is open. */
  readonly batch: number | null;
}

const isChannels = (dim: Dim | undefined): boolean => dim === 1 || dim === 3 || dim === 4;

/** A layout is read off the channel count; when that is open or fits both ways, off the node that takes the image first. */
function layoutOf(graph: Graph, input: GraphInput, dims: readonly Dim[]): Layout {
  const [, second, , last] = dims;
  if (isChannels(second) && !isChannels(last)) return 'NCHW';
  if (isChannels(last) && !isChannels(second)) return 'NHWC';
  const first = graph.nodes.find((node) => node.inputs.includes(input.name));
  const perm = first?.op === 'Transpose' ? first.attributes['perm'] : undefined;
  return Array.isArray(perm) && perm.join() === '0,3,1,2' ? 'NHWC' : 'NCHW';
}

/** The number of channels that the first convolution takes, when the input leaves it open. */
function channelsOfFirstConv(graph: Graph): number | null {
  const conv = graph.nodes.find((node) => node.op === 'Conv');
  const weight = graph.constants.get(conv?.inputs[1] ?? '');
  const group = conv?.attributes['group'];
  const perGroup = weight?.dims[1];
  return perGroup === undefined ? null : perGroup * (typeof group === 'number' ? group : 1);
}

/**
 * Finds the image input: the only graph input, of rank 4 and a floating-point type or uint8.
 * Throws CheckpointError when there is none or more than one.
 *
 * @param stated the order of its axes where the checkpoint's format states it; found out when absent.
 */
export function findImageInput(graph: Graph, stated?: Layout): ImageInput {
  const candidates = graph.inputs.filter((input) => input.type.dims === null || input.type.dims.length === 4);
  const [input] = candidates;
  const described = graph.inputs.map((each) => `“${each.name}” ${JSON.stringify(each.type.dims)}`).join(', ');
  if (!input) {
    throw new CheckpointError(
      `The checkpoint has no image input: a value of rank 4 is needed, and it takes ${described || 'nothing'}.`,
    );
  }
  if (graph.inputs.length > 1) {
    throw new CheckpointError(
      `The checkpoint takes ${graph.inputs.length} inputs (${described}); Whylight explains models with one image input.`,
    );
  }
  if (!['float32', 'float16', 'float64', 'bfloat16', 'uint8'].includes(input.type.dtype)) {
    throw new CheckpointError(`The input “${input.name}” holds ${input.type.dtype} values; an image input is needed.`);
  }
  const dims = input.type.dims ?? [null, null, null, null];
  const layout = stated ?? layoutOf(graph, input, dims);
  const [batch = null, a = null, b = null, c = null] = dims;
  const [channels, height, width] = layout === 'NCHW' ? [a, b, c] : [c, a, b];
  return { name: input.name, layout, channels: channels ?? channelsOfFirstConv(graph) ?? 3, height, width, batch };
}

/**
 * The graph with a float32 image input in place of a uint8 one, so that the image has a gradient: the Cast that follows a uint8
 * input then does nothing.
 */
export function withFloatInput(graph: Graph, input: string): Graph {
  const inputs = graph.inputs.map((each) =>
    each.name === input ? { ...each, type: { ...each.type, dtype: 'float32' as const } } : each,
  );
  return { ...graph, inputs };
}

/** Shape of the image input without the batch; `height` and `width` count where the checkpoint leaves them open. */
export function inputDims(input: ImageInput, height: number, width: number): number[] {
  const [h, w] = [input.height ?? height, input.width ?? width];
  return input.layout === 'NCHW' ? [input.channels, h, w] : [h, w, input.channels];
}
