import { UsageError } from '../../../shared/errors';
import { GraphBuilder } from '../inference/builder';
import type { Graph } from '../ir/graph';

export interface Referenced {
  readonly graph: Graph;
  /** Name of the new graph input, in the shape of the old one: the reference ("baseline") input. */
  readonly baseline: string;
  /** Every value that depends on the input → the same value for the reference input. */
  readonly reference: ReadonlyMap<string, string>;
}

/**
 * Computes every value that depends on `input` a second time, from a second input of the same type. What does not depend on it is shared.
 * The reference has the batch length of the input. Copies that nobody reads are left out when the graph is compiled.
 *
 * @param prefix of all new names.
 * @throws UsageError when the graph, which must be bound, has no such input.
 */
export function withReference(graph: Graph, input: string, prefix = 'reference'): Referenced {
  const own = graph.inputs.find(({ name }) => name === input);
  if (!own) throw new UsageError(`The model has no input named “${input}”.`);
  const builder = new GraphBuilder(graph, `${prefix}/`);
  const baseline = `${prefix}/${input}`;
  const type = graph.types.get(input) ?? own.type;
  builder.declare(baseline, type);
  const reference = new Map([[input, baseline]]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => reference.has(name))) continue;
    const outputs = node.outputs.map((name) => (name === '' ? '' : `${prefix}/${name}`));
    const inputs = node.inputs.map((name) => reference.get(name) ?? name);
    builder.append({ ...node, name: `${prefix}/${node.name}`, inputs, outputs });
    node.outputs.forEach((name, index) => {
      if (name !== '') reference.set(name, outputs[index] as string);
    });
  }
  return { graph: builder.finish([{ name: baseline, type }], []), baseline, reference };
}
