import { batchSymbols } from '../inference/batchSymbols';
import type { Graph } from '../ir/graph';

const broadcasting = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Operators that broadcast read what an Expand repeats instead of its result, when their other operand has the whole shape anyway. */
export function dropExpands(graph: Graph): Graph {
  const expanded = new Map<string, string>();
  for (const { op, inputs, outputs } of graph.nodes)
    if (op === 'Expand') expanded.set(outputs[0] ?? '', inputs[0] ?? '');
  if (expanded.size === 0) return graph;
  const symbols = batchSymbols(graph);
  const sameShape = (a: string, b: string) =>
    symbols.has(a) && JSON.stringify(symbols.get(a)) === JSON.stringify(symbols.get(b));
  const nodes = graph.nodes.map((node) => {
    if (!broadcasting.has(node.op)) return node;
    const [a = '', b = ''] = node.inputs;
    if (a === b || !sameShape(a, b)) return node;
    const small = expanded.has(b) ? b : a;
    return { ...node, inputs: node.inputs.map((input) => (input === small ? (expanded.get(small) ?? input) : input)) };
  });
  return { ...graph, nodes };
}
