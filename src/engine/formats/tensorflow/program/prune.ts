import type { TfNode, TfProgram } from '../graph/graphDef';
import { reference } from './references';

/** What of a program its outputs depend on. */
export function prune({ nodes, constants, inputs }: Omit<TfProgram, 'outputs'>, outputs: readonly string[]): TfProgram {
  const producers = new Map(nodes.map((node) => [node.name, node]));
  const kept = new Set<TfNode>();
  const read = new Set<string>();
  const waiting = [...outputs];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    read.add(value);
    if (constants.has(value)) continue;
    const node = producerOf(value, producers);
    if (!node || kept.has(node)) continue;
    kept.add(node);
    waiting.push(...node.inputs);
  }
  return {
    nodes: nodes.filter((node) => kept.has(node)),
    constants: new Map([...constants].filter(([name]) => read.has(name))),
    inputs: inputs.filter(({ name }) => read.has(name)),
    outputs,
  };
}

/** The node that gives a value; undefined for inputs and constants. */
export function producerOf(value: string, nodes: ReadonlyMap<string, TfNode>): TfNode | undefined {
  return nodes.get(reference(value, () => undefined).node);
}
