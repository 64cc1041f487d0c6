/** What a backward rule sees of its node, of the graph around it and of the gradients so far. */
import { UnsupportedOperatorError } from '../../../shared/errors';
import type { GraphBuilder } from '../inference/builder';
import { dependents } from '../inference/paths';
import { nodeLabel } from '../ir/attributes';
import type { Graph, Node } from '../ir/graph';
import { producersOf, soleConsumers } from '../ir/links';
import type { BackwardContext } from '../ops/definition';

export type Forward = Pick<BackwardContext, 'varies' | 'producer' | 'consumer'>;

/** What rules may ask about the graph as it was before its gradient; `needed` are the values that `of` is computed from. */
export function forwardOf(graph: Graph, of: string, needed: ReadonlySet<string>): Forward {
  const producers = producersOf(graph.nodes);
  let varying: ReadonlySet<string> | undefined;
  let consumers: ReadonlyMap<string, Node | null> | undefined;
  return {
    varies: (name) => {
      varying ??= dependents(
        graph,
        graph.inputs.map((input) => input.name),
      );
      return varying.has(name);
    },
    producer: (name) => producers.get(name),
    consumer: (name) => {
      consumers ??= soleConsumers(graph.nodes.filter((node) => node.outputs.some((output) => needed.has(output))));
      return name === of ? undefined : (consumers.get(name) ?? undefined);
    },
  };
}

export function withoutGradient(node: Node, why: string): UnsupportedOperatorError {
  const label = nodeLabel(node);
  return new UnsupportedOperatorError(node.op, label, `The operator ${node.op} of node “${label}” ${why}.`);
}

export function contextOf(
  builder: GraphBuilder,
  node: Node,
  active: (name: string) => boolean,
  gradientOf: (name: string) => string | undefined,
): Omit<BackwardContext, keyof Forward> {
  const own = (names: readonly string[], index: number) => {
    const name = names[index];
    if (!name) throw new Error(`The ${node.op} node “${nodeLabel(node)}” has no value at place ${index}.`);
    return name;
  };
  const g = (index = 0) => {
    const gradient = gradientOf(own(node.outputs, index));
    if (gradient === undefined) throw withoutGradient(node, `has no gradient for its output ${index}`);
    return gradient;
  };
  return {
    node,
    g,
    x: (index = 0) => own(node.inputs, index),
    y: (index = 0) => own(node.outputs, index),
    hasGradient: (index) => gradientOf(node.outputs[index] ?? '') !== undefined,
    wanted: (index) => active(node.inputs[index] ?? ''),
    has: (index) => (node.inputs[index] ?? '') !== '',
    dims: (name) => builder.type(name).dims as readonly number[],
    dtype: (name) => builder.type(name).dtype,
    constant: (name) => builder.constant(name),
    emit: (op, inputs, attributes) => builder.emit(op, inputs, attributes),
    emitMany: (op, inputs, count, attributes) => builder.emitMany(op, inputs, count, attributes),
    scalar: (value) => builder.scalar(value),
    ints: (values) => builder.ints(values),
    tensor: (value) => builder.tensor(value),
    extraOutput: (index, type, dims) => builder.extraOutput(own(node.outputs, 0), index, { dtype: type, dims }),
    unsupported: (why) => {
      throw withoutGradient(node, why);
    },
  };
}
