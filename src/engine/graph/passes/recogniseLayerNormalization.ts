import { intAttribute } from '../ir/attributes';
import type { Graph, Node } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import { Pieces, replaceNodes } from './pieces';

/** True for a mean over the last axis, kept as one of length 1. */
function isLastMean(graph: Graph, mean: Node | undefined): boolean {
  const rank = graph.types.get(mean?.inputs[0] ?? '')?.dims?.length ?? 0;
  const axes = graph.constants.get(mean?.inputs[1] ?? '');
  if (!mean || !axes || intAttribute(mean, 'keepdims', 1) !== 1) return false;
  const [axis = 0, ...others] = toNumbers(axes);
  return others.length === 0 && (axis === -1 || axis === rank - 1);
}

/** The square's root: of Pow(value, 2) or value·value. */
function squared(pieces: Pieces, value: string | undefined): string | undefined {
  const power = pieces.inner(value, 'Pow');
  if (power) return pieces.scalar(power.inputs[1]) === 2 ? power.inputs[0] : undefined;
  const [a, b] = pieces.inner(value, 'Mul')?.inputs ?? [];
  return a === b ? a : undefined;
}

/** x and ε of (x − mean) / √(mean((x − mean)²) + ε) over the last axis. */
function standardised(graph: Graph, pieces: Pieces, value: string): { x: string; epsilon: number } | undefined {
  const quotient = pieces.inner(value, 'Div');
  const stabilised = pieces.inner(pieces.inner(quotient?.inputs[1], 'Sqrt')?.inputs[0], 'Add');
  const [a, b] = stabilised?.inputs ?? [];
  const epsilon = pieces.scalar(b) ?? pieces.scalar(a);
  const variance = pieces.inner(pieces.scalar(b) === undefined ? b : a, 'ReduceMean');
  const centred = squared(pieces, variance?.inputs[0]);
  const square = pieces.producer(variance?.inputs[0], 'Mul');
  const difference = pieces.inner(centred, 'Sub', square ? 3 : 2);
  const mean = pieces.inner(difference?.inputs[1], 'ReduceMean');
  const x = difference?.inputs[0];
  if (x === undefined || epsilon === undefined || quotient?.inputs[0] !== centred || mean?.inputs[0] !== x)
    return undefined;
  return isLastMean(graph, mean) && isLastMean(graph, variance) ? { x, epsilon } : undefined;
}

/** The operands of a node with those first that are constants of one axis. */
function constantBeside(graph: Graph, node: Node | undefined): [string, string] | undefined {
  const [a = '', b = ''] = node?.inputs ?? [];
  const isRow = (name: string) => graph.constants.get(name)?.dims.length === 1;
  return isRow(b) ? [b, a] : isRow(a) ? [a, b] : undefined;
}

/** One LayerNormalization in the place of the nine nodes that PyTorch's exporter writes below opset 17; values in `keep` stay. */
export function recogniseLayerNormalization(graph: Graph, keep: ReadonlySet<string>): Graph {
  const pieces = new Pieces(graph, keep);
  return replaceNodes(graph, (node) => {
    const [shift, product] = (node.op === 'Add' && constantBeside(graph, node)) || [];
    const [scale, quotient] = constantBeside(graph, pieces.inner(product, 'Mul')) ?? [];
    if (shift === undefined || scale === undefined || quotient === undefined) return undefined;
    const found = standardised(graph, pieces, quotient);
    const width = graph.types.get(found?.x ?? '')?.dims?.at(-1);
    if (!found || !pieces.fits(found.x, node.outputs[0])) return undefined;
    if ([scale, shift].some((row) => graph.constants.get(row)?.dims[0] !== width)) return undefined;
    const attributes = { axis: -1, epsilon: found.epsilon };
    return { ...node, op: 'LayerNormalization', inputs: [found.x, scale, shift], attributes };
  });
}
