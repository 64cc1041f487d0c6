import type { Graph, GraphInput, Node } from '../../graph/ir/graph';

/** The library hands values over as properties of plain objects; this name of a property means the object's prototype. */
const forbidden = '__proto__';

/** A graph whose inputs and outputs can be handed over by name, and the names that they have there. */
export interface ExchangedNames {
  readonly graph: Graph;
  readonly outputs: readonly string[];
  /** The name that a value is handed over by. */
  readonly nameOf: (value: string) => string;
}

/** The graph with an input and an output of another name where a value is called `__proto__`, as files may call it. */
export function exchangedNames(graph: Graph, outputs: readonly string[]): ExchangedNames {
  const isInput = graph.inputs.some(({ name }) => name === forbidden);
  if (!isInput && !outputs.includes(forbidden)) return { graph, outputs, nameOf: (value) => value };
  const taken = new Set([...graph.constants.keys(), ...graph.nodes.flatMap((node) => node.outputs)]);
  let other = 'proto';
  while (taken.has(other) || graph.inputs.some(({ name }) => name === other)) other = `_${other}`;
  const rename = (name: string) => (name === forbidden ? other : name);
  const renamed = outputs.map(rename);
  const nodes = isInput ? [copy(other, forbidden), ...graph.nodes] : [...graph.nodes, copy(forbidden, other)];
  const inputs = graph.inputs.map((input): GraphInput => ({ ...input, name: rename(input.name) }));
  const type = graph.types.get(forbidden);
  const types = new Map(graph.types);
  if (type) types.set(other, type);
  return {
    graph: { ...graph, inputs, outputs: graph.outputs.map(rename), nodes, types },
    outputs: renamed,
    nameOf: rename,
  };
}

const copy = (from: string, to: string): Node => ({
  op: 'Identity',
  name: '',
  inputs: [from],
  outputs: [to],
  attributes: {},
});
