import type { Graph, Node } from '../ir/graph';
import { producersOf, useCounts } from '../ir/links';
import { toNumbers } from '../ir/numbers';

/** A value that a Pad has set between zeros along one axis: it takes `length` of it (more than 0) behind `before` zeros. */
interface Piece {
  readonly value: string;
  readonly axis: number;
  readonly before: number;
  readonly length: number;
}

const endOf = ({ before, length }: Piece): number => before + length;

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
  const { dims } = graph.types.get(value) ?? graph.constants.get(value) ?? {};
  const length = dims?.[axis] ?? 0;
  return length > 0 ? { value, axis, before: lengths[axis] as number, length } : undefined;
}

/** What a tree of additions adds up when all its terms are pieces along one axis: how much of the axis they take together. */
interface Sum {
  readonly axis: number;
  readonly length: number;
}

class Additions {
  private readonly producers: ReadonlyMap<string, Node>;
  private readonly uses: ReadonlyMap<string, number>;
  /** By the value of each Pad and of each Add so far; null where something else is added up. */
  private readonly sums = new Map<string, Sum | null>();
  private readonly pieces = new Map<string, Piece | null>();

  constructor(private readonly graph: Graph) {
    this.producers = producersOf(graph.nodes);
    this.uses = useCounts(graph.nodes);
  }

  /**
   * The pieces in order when the tree of additions above `node` sets them side by side over the whole axis. To be asked for every Add in
   * topological order. Pieces are longer than 0, so of the trees that hold one another only one is as long as the axis: each piece is
   * sorted once, however deep the tree.
   */
  joined(node: Node): readonly Piece[] | undefined {
    const [output = ''] = node.outputs;
    const [a, b] = node.inputs.map((name) => this.sumOf(name));
    const sum = a && b && a.axis === b.axis ? { axis: a.axis, length: a.length + b.length } : null;
    this.sums.set(output, sum);
    if (!sum || sum.length !== this.graph.types.get(output)?.dims?.[sum.axis]) return undefined;
    const sorted = this.termsOf(node).sort((one, other) => one.before - other.before);
    const touch = sorted.every((piece, i) => piece.before === (i === 0 ? 0 : endOf(sorted[i - 1] as Piece)));
    return touch ? sorted : undefined;
  }

  /** True for an addition that only another node reads. */
  private isInner(name: string): boolean {
    return this.producers.get(name)?.op === 'Add' && this.uses.get(name) === 1;
  }

  private sumOf(name: string): Sum | null {
    return this.isInner(name) ? (this.sums.get(name) ?? null) : this.pieceOf(name);
  }

  private pieceOf(name: string): Piece | null {
    const known = this.pieces.get(name);
    if (known !== undefined) return known;
    const piece = pieceOf(this.graph, this.producers.get(name)) ?? null;
    this.pieces.set(name, piece);
    return piece;
  }

  private termsOf(root: Node): Piece[] {
    const terms: Piece[] = [];
    const waiting = [...root.inputs];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const piece = this.isInner(name) ? null : this.pieceOf(name);
      if (piece) terms.push(piece);
      else waiting.push(...(this.producers.get(name)?.inputs ?? []));
    }
    return terms;
  }
}

/**
 * The gradient of a value that is cut into pieces (query, key and value of an attention) is a sum of the pieces' gradients, each between
 * zeros; where the pieces cover the axis one after another, it is their Concat.
 */
export function joinPads(graph: Graph): Graph {
  const additions = new Additions(graph);
  const nodes = graph.nodes.map((node) => {
    const pieces = node.op === 'Add' ? additions.joined(node) : undefined;
    const [first] = pieces ?? [];
    if (!pieces || !first) return node;
    return { ...node, op: 'Concat', inputs: pieces.map((piece) => piece.value), attributes: { axis: first.axis } };
  });
  return { ...graph, nodes };
}
