/** What control flow and sequences are resolved with. */
import { UnsupportedOperatorError } from '../../../shared/errors';
import { nodeLabel } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';

/** What resolving may ask of the binding, and add to it. */
export interface FlowContext {
  /** The value, when it is known before the graph runs. */
  value(name: string): Tensor | undefined;
  /** The length of an axis, negative ones counted from the end; undefined when it is not known. */
  length(name: string, axis: number): number | undefined;
  /** Name of a constant. */
  constant(hint: string, tensor: Tensor): string;
}

/** @throws UnsupportedOperatorError: the node cannot be resolved; `why` follows its operator's name in a sentence. */
export function unsupported(node: Node, why: string): never {
  const label = nodeLabel(node);
  throw new UnsupportedOperatorError(node.op, label, `The operator ${node.op} of node “${label}” ${why}.`);
}

/** The numbers of a value that must be known before the graph runs; the node is unsupported as `does` says when they are not. */
export function known(c: FlowContext, node: Node, name: string, does: string): readonly number[] {
  const value = c.value(name);
  return value ? toNumbers(value) : unsupported(node, `${does} that depends on the image`);
}

/** A node in the place of another. */
export function make(
  node: Node,
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Node['attributes'] = {},
): Node {
  return { op, name: node.name, inputs, outputs: [output], attributes };
}
