import type { Graph, Node } from '../ir/graph';
import { producersOf, useCounts } from '../ir/links';
import { toNumbers } from '../ir/numbers';

/** A value that a Pad has set between zeros along one axis. */
interface Piece {
  readonly value: string;
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Reads a Pad with zeros along one axis; undefined for every other node. */
function pieceOf(graph: Graph, node: Node | undefined): Piece | undefined {
  const [value = '', pads = '', zero = '', axes = ''] = node?.inputs ?? [];
  const widths = graph.constants.get(pads);
  const constant = graph.constants.get(zero);
  if (node?.op !== 'Pad' || (node.attributes['mode'] ?? 'constant') !== 'constant' || !widths || axes !== '')
    return undefined;
  if (zero !== '' && (!constant || toNumbers(constant)[0] !== 0)) return undefined;
  const lengths = toNumbers(widths);
  const rank = lengths.length / 2;
  const padded = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => lengths[axis] || lengths[axis + rank],
  );
  const [axis = 0] = padded;
  if (padded.length !== 1) return undefined;
  return { value, axis, before: lengths[axis] as number, after: lengths[axis + rank] as number };
}

/**
 * The gradient of a value that is cut into pieces (query, key and value of an attention) is a sum of the pieces' gradients, each between
 * zeros; where the pieces cover the axis one after another, it is their Concat.
 */
export function joinPads(graph: Graph): Graph {
  const producers = producersOf(graph.nodes);
  const uses = useCounts(graph.nodes);
  /** What a tree of additions that nothing else reads adds up. */
  const terms = (name: string): string[] => {
    const node = producers.get(name);
    const inner = node?.op === 'Add' && uses.get(name) === 1;
    return inner ? node.inputs.flatMap(terms) : [name];
  };
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'Add') return node;
    const pieces = node.inputs.flatMap(terms).map((name) => pieceOf(graph, producers.get(name)));
    const sorted = pieces.filter((piece) => piece !== undefined).sort((a, b) => a.before - b.before);
    const [first] = sorted;
    if (!first || sorted.length !== pieces.length) return node;
    const length = graph.types.get(node.outputs[0] as string)?.dims?.[first.axis] ?? Number.NaN;
    const ends = sorted.map((piece) => length - piece.after);
    const covers = sorted.every((piece, i) => piece.axis === first.axis && piece.before === (ends[i - 1] ?? 0));
    if (!covers || ends.at(-1) !== length) return node;
    return { ...node, op: 'Concat', inputs: sorted.map((piece) => piece.value), attributes: { axis: first.axis } };
  });
  return { ...graph, nodes };
}
