/** Dense layers as exporters write them: MatMul with weights, then Add of a constant that is the layer's bias. */
import type { Node } from '../../ir/graph';
import type { BackwardContext } from '../../ops/definition';

/** A bias that stands in an Add behind its layer. */
export interface AddedBias {
  readonly bias: string;
  /** The layer's output with its bias. */
  readonly sum: string;
}

const dense = new Set(['MatMul', 'Gemm', 'Einsum']);

/** The weight of a product of a varying value with a constant that brings no bias of its own. */
function weightOf(b: BackwardContext, node: Node): string | undefined {
  if (!dense.has(node.op) || node.inputs.filter((name) => name !== '').length !== 2) return undefined;
  const weights = node.inputs.filter((name) => name !== '' && !b.varies(name));
  return weights.length === 1 ? weights[0] : undefined;
}

/**
 * The constant that the Add `consumer`, the only consumer of the product `node`, adds to it, when it has a number for each output of the layer
 * (what differs from place to place, such as an embedding of positions, is no bias); undefined otherwise.
 */
export function addedBias(b: BackwardContext, node: Node, consumer: Node | undefined): AddedBias | undefined {
  const [y = ''] = node.outputs;
  const weight = weightOf(b, node);
  const bias = consumer?.op === 'Add' ? consumer.inputs.find((name) => name !== y) : undefined;
  if (weight === undefined || bias === undefined || b.varies(bias)) return undefined;
  const [sum = ''] = (consumer as Node).outputs;
  const [outputs, most] = [b.dims(y), b.dims(weight).length - 1];
  const own = b.dims(bias).flatMap((length, axis, all) => (axis < all.length - most && length === 1 ? [] : [length]));
  const fits = own.length > 0 && own.length <= most && own.join() === outputs.slice(-own.length).join();
  return fits && b.dims(sum).join() === outputs.join() ? { bias, sum } : undefined;
}

/** The product that the Add of `b` gives its bias to; undefined when it is another addition. */
export function productBehind(b: BackwardContext): { readonly node: Node; readonly added: AddedBias } | undefined {
  for (const name of b.node.inputs) {
    const node = b.producer(name);
    const added = node && b.consumer(name) === b.node ? addedBias(b, node, b.node) : undefined;
    if (node && added) return { node, added };
  }
  return undefined;
}
