import type { Graph, Node } from '../ir/graph';
import { producersOf, useCounts } from '../ir/links';
import { toNumbers } from '../ir/numbers';
import { elementCount } from '../ir/tensor';

/** Looks at what a graph's values are computed from, to recognise operators that an exporter wrote in pieces. */
export class Pieces {
  private readonly producers: ReadonlyMap<string, Node>;
  /** A value that must stay has one use more. */
  private readonly uses: ReadonlyMap<string, number>;

  /** @param keep values that must stay. */
  constructor(
    private readonly graph: Graph,
    keep: ReadonlySet<string>,
  ) {
    const uses = useCounts(graph.nodes);
    for (const name of new Set([...keep, ...graph.outputs])) uses.set(name, (uses.get(name) ?? 0) + 1);
    this.uses = uses;
    this.producers = producersOf(graph.nodes);
  }

  /** The node that computes the value, if it has the operator. */
  producer(value: string | undefined, op: string): Node | undefined {
    const node = this.producers.get(value ?? '');
    return node?.op === op ? node : undefined;
  }

  /** The same, if nothing but what is being recognised consumes its value, in `consumers` places. */
  inner(value: string | undefined, op: string, consumers = 1): Node | undefined {
    const node = this.producer(value, op);
    return node && this.uses.get(value ?? '') === consumers ? node : undefined;
  }

  /** True when `x` may become the operand of one operator that computes `y`: of one rank, and of the type that the runtime has it for. */
  fits(x: string, y: string | undefined): boolean {
    const [from, to] = [this.graph.types.get(x), this.graph.types.get(y ?? '')];
    return from?.dtype === 'float32' && from.dims?.length === to?.dims?.length;
  }

  /** The number that a constant of one element holds. */
  scalar(value: string | undefined): number | undefined {
    const constant = this.graph.constants.get(value ?? '');
    return constant && elementCount(constant.dims) === 1 ? toNumbers(constant)[0] : undefined;
  }

  /** The other operand of a node that has a constant near `wanted` as an operand; a quotient only as the divisor. */
  beside(node: Node | undefined, wanted: number): string | undefined {
    const [a, b] = node?.inputs ?? [];
    const near = (value: string | undefined) => Math.abs((this.scalar(value) ?? Number.NaN) - wanted) < 1e-4 * wanted;
    if (near(b)) return a;
    return near(a) && node?.op !== 'Div' ? b : undefined;
  }
}

/** Puts whole operators in the place of the last of their pieces. */
export function replaceNodes(graph: Graph, whole: (node: Node) => Node | undefined): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => whole(node) ?? node) };
}
