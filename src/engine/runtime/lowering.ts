/** What runtimes share to put a graph into operators that they have. */
import { UnsupportedOperatorError } from '../../shared/errors';
import { Inference } from '../graph/inference/inference';
import { nodeLabel } from '../graph/ir/attributes';
import type { Graph, Node } from '../graph/ir/graph';
import { int64, type Tensor } from '../graph/ir/tensor';
import type { Additions, InferContext } from '../graph/ops/definition';
import { removeDeadNodes } from '../graph/passes/removeDeadNodes';

/** How one operator is decomposed where a runtime does not run it as it stands. */
export interface Lowering {
  /** True for a use of the operator that has to be decomposed. */
  readonly needed: (c: InferContext) => boolean;
  /**
   * The node that computes the outputs instead; those in front of it are added. Sizes are those of the batch that the graph is bound to, and
   * what is made from them must be right for any other: −1 or 0 stands for the batch in a Reshape.
   */
  readonly lower: (c: InferContext, add: Additions) => Node;
}

/** The operators of a runtime. */
export interface OperatorSet {
  /** The runtime's name in messages. */
  readonly runtime: string;
  /** True for operators that it has, in some use at least. */
  readonly has: (op: string) => boolean;
  readonly lowerings: Readonly<Record<string, Lowering>>;
}

/** Shapes are computed from small values only. */
const shapeSize = 64;

const loweringOf = ({ lowerings }: OperatorSet, node: Node): Lowering | undefined =>
  Object.hasOwn(lowerings, node.op) ? lowerings[node.op] : undefined;

/** See {@link Runtime.supports}. */
export function supports(set: OperatorSet, node: Node, graph: Graph): boolean {
  if (!set.has(node.op)) return false;
  const lowering = loweringOf(set, node);
  if (!lowering) return true;
  const inference = new Inference(graph.types, graph.constants, shapeSize);
  return !lowering.needed(inference.contextOf(node));
}

function unsupported({ runtime }: OperatorSet, node: Node): UnsupportedOperatorError {
  const message = `The operator ${node.op} of node “${nodeLabel(node)}” is not among those that ${runtime} runs.`;
  return new UnsupportedOperatorError(node.op, nodeLabel(node), message);
}

/** Collects the nodes of a lowered graph. */
class Lowered {
  private readonly nodes: Node[] = [];
  private readonly constants: Map<string, Tensor>;
  private readonly inference: Inference;
  private count = 0;

  constructor(
    private readonly set: OperatorSet,
    private readonly graph: Graph,
  ) {
    this.constants = new Map(graph.constants);
    this.inference = new Inference(graph.types, this.constants, shapeSize);
  }

  take(node: Node): void {
    const lowering = loweringOf(this.set, node);
    const context = lowering && this.inference.contextOf(node);
    if (!context || !lowering.needed(context)) {
      this.nodes.push(node);
      this.inference.learn(node);
      return;
    }
    const shownAs = node.shownAs === undefined ? node.op : node.shownAs;
    this.add({ ...lowering.lower(context, this.additions), shownAs });
  }

  finish(): Graph {
    const { nodes, constants } = this;
    return { ...this.graph, nodes, constants, types: new Map([...this.graph.types, ...this.inference.types]) };
  }

  private add(node: Node): void {
    this.nodes.push(node);
    this.inference.apply(node);
  }

  private readonly additions: Additions = {
    ints: (values) => this.tensor(int64([values.length], values)),
    tensor: (value) => this.tensor(value),
    emit: (op, inputs, attributes = {}) => {
      const output = this.fresh(op);
      this.add({ op, name: output, inputs, outputs: [output], attributes, shownAs: null });
      return output;
    },
  };

  private tensor(value: Tensor): string {
    const name = this.fresh('constant');
    this.constants.set(name, value);
    return name;
  }

  private fresh(hint: string): string {
    for (;;) {
      const name = `lowered/${hint}_${this.count++}`;
      if (!this.inference.type(name)) return name;
    }
  }
}

/** See {@link Runtime.lower}. */
export function lower(set: OperatorSet, graph: Graph, outputs: readonly string[]): Graph {
  const needed = removeDeadNodes(graph, outputs);
  const before = needed.nodes.find(({ op }) => !set.has(op) && !Object.hasOwn(set.lowerings, op));
  if (before) throw unsupported(set, before);
  if (!needed.nodes.some((node) => loweringOf(set, node))) return needed;
  const lowered = new Lowered(set, needed);
  for (const node of needed.nodes) lowered.take(node);
  const result = lowered.finish();
  const left = result.nodes.find(({ op }) => !set.has(op));
  if (left) throw unsupported(set, left);
  return result;
}
