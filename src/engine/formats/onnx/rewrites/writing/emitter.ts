import type { Node } from '../../../../graph/ir/graph';
import { OperatorWriter } from '../../../kit/graph/operatorWriter';
import type { NodeRecord } from '../../proto/graphProto';
import type { RewriteContext } from './rewrite';

/** Writes the nodes that stand for one ONNX node, whose outputs keep their names and may be left out. */
export class Emitter extends OperatorWriter {
  constructor(
    private readonly node: NodeRecord,
    readonly c: RewriteContext,
  ) {
    super(node.name, node.outputs.find((output) => output !== '') ?? node.name, c);
  }

  /** The node's output `index` as the result of one more node; nothing when the checkpoint leaves that output out. */
  give(index: number, op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): readonly Node[] {
    const output = this.node.outputs[index] ?? '';
    if (output !== '') this.append(op, inputs, [output], attributes);
    return this.nodes;
  }

  /** True when the graph consumes that output of the node. */
  used(index: number): boolean {
    const output = this.node.outputs[index] ?? '';
    return output !== '' && this.c.used(output);
  }
}
