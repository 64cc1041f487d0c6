/** Products of integers are computed as real numbers: what integers they meet becomes real too. */
import type { Node } from '../../../graph/ir/graph';
import type { DType } from '../../../graph/ir/tensor';
import type { NodeRecord } from '../proto/graphProto';
import { passesQuantised } from './realValues';

const products: ReadonlySet<string> = new Set(['MatMulInteger', 'ConvInteger']);

/** Operators whose operands are of one element type, which is that of the result. */
const joining: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Max', 'Min', 'Sum', 'Concat']);

/** int32 values of the checkpoint that are real numbers here, in the order of its nodes. */
export class IntegerProducts {
  private readonly real = new Set<string>();

  constructor(
    private readonly dtype: (value: string) => DType | undefined,
    private readonly fresh: (hint: string) => string,
  ) {}

  /** What stands for the node (`nodes`), with its int32 operands as real numbers where another one is. */
  meet(node: NodeRecord, nodes: readonly Node[]): readonly Node[] {
    const met = node.inputs.some((input) => this.real.has(input));
    const joined = met && node.domain === '' && joining.has(node.op);
    if (joined || (node.domain === '' && products.has(node.op)) || (met && passesQuantised(node, 0))) {
      for (const output of node.outputs) this.real.add(output);
    }
    return joined ? nodes.flatMap((each) => this.withRealOperands(each)) : nodes;
  }

  private withRealOperands(node: Node): Node[] {
    const casts: Node[] = [];
    const inputs = node.inputs.map((input) => {
      if (this.real.has(input) || this.dtype(input) !== 'int32') return input;
      const name = this.fresh(`${node.outputs[0]}/Cast`);
      casts.push({ op: 'Cast', name, inputs: [input], outputs: [name], attributes: { to: 1 }, shownAs: null });
      return name;
    });
    return [...casts, { ...node, inputs }];
  }
}
