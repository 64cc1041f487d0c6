/** What a graph tells at first sight, before anything is bound or run. */
import type { Graph, Node } from '../../graph/ir/graph';
import { producersOf } from '../../graph/ir/links';

/** Operators that hand on as many classes as they get. */
const handsOn = new Set([
  'Softmax',
  'LogSoftmax',
  'Sigmoid',
  'Identity',
  'Cast',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Flatten',
  'Reshape',
  'Squeeze',
  'GlobalAveragePool',
  'ReduceMean',
  'Transpose',
  'BatchNormalization',
  'Dropout',
  'Relu',
  'Clip',
]);
const most = 64;

/** Length of the classes' axis in a layer's weights. */
function outputsOf(node: Node, graph: Graph): number | null {
  const dims = (at: number) => graph.constants.get(node.inputs[at] ?? '')?.dims;
  if (node.op === 'Gemm') {
    const weights = dims(1);
    return (node.attributes['transB'] === 1 ? weights?.[0] : weights?.[1]) ?? dims(2)?.at(-1) ?? null;
  }
  if (node.op === 'MatMul') return dims(1)?.at(-1) ?? null;
  if (node.op === 'Conv') return dims(1)?.[0] ?? null;
  return null;
}

/** The number of classes that a graph's first output has, or null where that takes more than a look. */
export function classesOf(graph: Graph): number | null {
  const [output] = graph.outputs;
  if (output === undefined) return null;
  const stated = graph.types.get(output)?.dims;
  const last = stated?.at(-1);
  if (stated?.length === 2 && typeof last === 'number' && last > 0) return last;
  if (stated && stated.length !== 2) return null;
  const producers = producersOf(graph.nodes);
  let value = output;
  for (let step = 0; step < most; step++) {
    const node = producers.get(value);
    if (!node) return null;
    const count = outputsOf(node, graph);
    if (count !== null) return count;
    if (!handsOn.has(node.op)) return null;
    const next = node.inputs.find((input) => producers.has(input));
    if (next === undefined) return null;
    value = next;
  }
  return null;
}

/** Every name by which the source knows something. */
export function* namesIn(graph: Graph): Generator<string> {
  for (const name of graph.constants.keys()) yield name;
  for (const node of graph.nodes) {
    yield node.name;
    yield* node.outputs;
  }
}
