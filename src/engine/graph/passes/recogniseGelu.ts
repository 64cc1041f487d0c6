import type { Graph, Node } from '../ir/graph';
import { Pieces, replaceNodes } from './pieces';

/** The operand x of erf(x/√2) + 1, when nothing else reads it. */
function insideErf(pieces: Pieces, sum: string | undefined): string | undefined {
  const erf = pieces.inner(pieces.beside(pieces.inner(sum, 'Add'), 1), 'Erf')?.inputs[0];
  return pieces.beside(pieces.inner(erf, 'Div'), Math.SQRT2) ?? pieces.beside(pieces.inner(erf, 'Mul'), Math.SQRT1_2);
}

/** x of x·(erf(x/√2) + 1)·½ in any order of the factors, as PyTorch's exporters write it below opset 20. */
function geluInput(pieces: Pieces, node: Node): string | undefined {
  if (node.op !== 'Mul') return undefined;
  const product = pieces.inner(pieces.beside(node, 0.5), 'Mul');
  const factors = product ? product.inputs : node.inputs;
  for (const [factor, sum] of [factors, [...factors].reverse()]) {
    const x = insideErf(pieces, sum);
    if (x === undefined || !pieces.fits(x, node.outputs[0])) continue;
    if (product ? factor === x : pieces.beside(pieces.inner(factor, 'Mul'), 0.5) === x) return x;
  }
  return undefined;
}

/** One Gelu in the place of its pieces; values in `keep` stay. */
export function recogniseGelu(graph: Graph, keep: ReadonlySet<string>): Graph {
  const pieces = new Pieces(graph, keep);
  return replaceNodes(graph, (node) => {
    const x = geluInput(pieces, node);
    return x === undefined ? undefined : { ...node, op: 'Gelu', inputs: [x], attributes: {} };
  });
}
