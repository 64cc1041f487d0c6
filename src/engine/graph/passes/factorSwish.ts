import { floatAttribute } from '../ir/attributes';
import type { Graph, Node } from '../ir/graph';
import { producersOf } from '../ir/links';

/** y = x·s with s = Sigmoid(x). */
interface Swish {
  readonly x: string;
  readonly s: string;
  readonly y: string;
}

/** A sum that is the gradient of a swish, in the forms that the rules of Mul and Sigmoid give it. */
interface Found extends Swish {
  readonly g: string;
  /** 1 − s. */
  readonly rest: string;
}

class Products {
  private readonly producers: ReadonlyMap<string, Node>;
  /** By s. */
  private readonly swishes = new Map<string, Swish>();

  constructor(graph: Graph) {
    this.producers = producersOf(graph.nodes);
    for (const node of graph.nodes) {
      for (const s of node.inputs) {
        const x = this.cofactor(node.outputs[0], s);
        const sigmoid = this.producers.get(s);
        if (x === undefined || sigmoid?.op !== 'Sigmoid' || sigmoid.inputs[0] !== x || this.swishes.has(s)) continue;
        this.swishes.set(s, { x, s, y: node.outputs[0] as string });
      }
    }
  }

  /** The other operand of the product `value` that has `factor` as one operand. */
  private cofactor(value: string | undefined, factor: string): string | undefined {
    const node = this.producers.get(value ?? '');
    if (node?.op !== 'Mul') return undefined;
    const [a, b] = node.inputs;
    return a === factor ? b : b === factor ? a : undefined;
  }

  private factors(value: string): readonly string[] {
    const node = this.producers.get(value);
    return node?.op === 'Mul' ? node.inputs : [];
  }

  private isRest(value: string, s: string): boolean {
    const node = this.producers.get(value);
    if (node?.op !== 'HardSigmoid' || node.inputs[0] !== s) return false;
    return floatAttribute(node, 'alpha', 0.2) === -1 && floatAttribute(node, 'beta', 0.5) === 1;
  }

  /** g·s + (g·x)·(s·(1 − s)). */
  match(direct: string, indirect: string): Found | undefined {
    for (const s of this.factors(direct)) {
      const swish = this.swishes.get(s);
      const g = this.cofactor(direct, s);
      if (!swish || g === undefined) continue;
      for (const scaled of this.factors(indirect)) {
        if (this.cofactor(scaled, g) !== swish.x) continue;
        const rest = this.cofactor(this.cofactor(indirect, scaled), s);
        if (rest !== undefined && this.isRest(rest, s)) return { ...swish, g, rest };
      }
    }
    return undefined;
  }
}

/**
 * Gathers the gradient of y = x·s, s = Sigmoid(x): g·s + (g·x)·(s·(1 − s)) becomes g·(s + y·(1 − s)). Four passes over the data instead of
 * six, and the slope is made of forward values alone, whose layout in memory onnxruntime can choose freely.
 */
export function factorSwish(graph: Graph): Graph {
  const products = new Products(graph);
  const types = new Map(graph.types);
  const nodes = graph.nodes.flatMap((node) => {
    if (node.op !== 'Add') return [node];
    const [first, second] = node.inputs as [string, string];
    const found = products.match(first, second) ?? products.match(second, first);
    const type = graph.types.get(node.outputs[0] as string);
    if (!found || !type) return [node];
    const emit = (op: string, inputs: readonly string[], output: string): Node => {
      types.set(output, type);
      return { op, name: output, inputs, outputs: [output], attributes: {} };
    };
    const sum = node.outputs[0] as string;
    return [
      emit('Mul', [found.y, found.rest], `${sum}/bend`),
      emit('Add', [found.s, `${sum}/bend`], `${sum}/slope`),
      emit('Mul', [found.g, `${sum}/slope`], sum),
    ];
  });
  return { ...graph, nodes, types };
}
