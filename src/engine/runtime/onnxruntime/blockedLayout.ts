/** Keeps data in the blocked layout (NCHWc) in which onnxruntime convolves on x86. */
import { batchSymbols } from '../../graph/inference/batchSymbols';
import type { Graph, Node } from '../../graph/ir/graph';
import { useCounts } from '../../graph/ir/links';
import { removeDeadNodes } from '../../graph/passes/removeDeadNodes';

/** The part of the graph that computes `outputs`, in the form that is fastest on this processor. */
export function layOut(graph: Graph, outputs: readonly string[]): Graph {
  const needed = removeDeadNodes(graph, outputs);
  return process.arch === 'x64' ? stayBlocked(needed) : needed;
}

/** Operators that stay in the layout when all their operands are in it, in one shape. */
const follows = new Set(['Add', 'Mul', 'Relu', 'Sigmoid', 'Tanh', 'HardSigmoid']);
/** Operators that bring their operand into it. */
const enters = new Set(['Conv', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool']);

/** The layout holds whole blocks of channels. */
const channelStep = 4;

/** An operator that changes nothing but the layout: a pool of one cell. */
export function entrance(value: string, output: string): Node {
  return { op: 'MaxPool', name: output, inputs: [value], outputs: [output], attributes: { kernel_shape: [1, 1] } };
}

/**
 * A sum of a convolution and a value in plain layout is computed in plain layout, and so is what follows: in a residual network's
 * gradient, one such sum after every strided convolution makes all others of its stage convert the whole data to and fro. The plain
 * operand enters the blocked layout instead, where onnxruntime adds it inside the convolution.
 */
export function stayBlocked(graph: Graph): Graph {
  const symbols = batchSymbols(graph);
  const shapeOf = (name: string) => JSON.stringify(symbols.get(name));
  const uses = useCounts(graph.nodes);
  const convolutions = new Set<string>();
  const blocked = new Set<string>();
  const types = new Map(graph.types);

  const nodes = graph.nodes.flatMap((node): Node[] => {
    const [output = ''] = node.outputs;
    const dims = graph.types.get(output)?.dims;
    if (dims?.length !== 4 || (dims[1] ?? 0) % channelStep !== 0 || node.outputs[1]) return [node];
    if (node.op === 'Conv') convolutions.add(output);
    if (enters.has(node.op)) blocked.add(output);
    if (!follows.has(node.op) || node.inputs.some((input) => shapeOf(input) !== shapeOf(output))) return [node];
    const plain = node.inputs.filter((input) => !blocked.has(input));
    const [value = ''] = plain;
    const fusible = node.op === 'Add' && node.inputs.some((input) => convolutions.has(input) && uses.get(input) === 1);
    if (plain.length === 0 || (plain.length === 1 && fusible)) blocked.add(output);
    if (plain.length !== 1 || !fusible) return [node];
    const inside = `${output}/blocked`;
    types.set(inside, graph.types.get(value) ?? { dtype: 'float32', dims });
    const inputs = node.inputs.map((input) => (input === value ? inside : input));
    return [entrance(value, inside), { ...node, inputs }];
  });
  return { ...graph, nodes, types };
}
