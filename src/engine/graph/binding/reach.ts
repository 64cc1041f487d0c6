/** How far a graph can be computed when some of its nodes cannot. */
import { CheckpointError, UnsupportedOperatorError } from '../../../shared/errors';
import type { Node } from '../ir/graph';
import { flowOperators } from './controlFlow';

/** A node that cannot be computed. */
export interface UnsupportedNode {
  readonly node: Node;
  readonly error: CheckpointError | UnsupportedOperatorError;
}

/** Which values cannot be computed, and because of which node. */
export class Reach {
  readonly unsupported: UnsupportedNode[] = [];
  readonly causes = new Map<string, Node>();

  /** Does what a node needs; when that is not possible, all that is computed from the node is not either. */
  attempt(node: Node, action: () => void): void {
    const blocked = flowOperators.has(node.op) ? undefined : node.inputs.find((name) => this.causes.has(name));
    if (blocked !== undefined) {
      this.block(node, this.causes.get(blocked) as Node);
      return;
    }
    try {
      action();
    } catch (error) {
      if (!(error instanceof CheckpointError || error instanceof UnsupportedOperatorError)) throw error;
      const cause = node.inputs.map((name) => this.causes.get(name)).find((each) => each !== undefined);
      if (!cause) this.unsupported.push({ node, error });
      this.block(node, cause ?? node);
    }
  }

  /** By node: those of `outputs` that cannot be computed because of it. */
  lost(outputs: readonly string[]): ReadonlyMap<Node, readonly string[]> {
    const lost = new Map<Node, string[]>();
    for (const output of outputs) {
      const cause = this.causes.get(output);
      const same = cause && lost.get(cause);
      if (same) same.push(output);
      else if (cause) lost.set(cause, [output]);
    }
    return lost;
  }

  private block(node: Node, cause: Node): void {
    for (const output of node.outputs) if (output !== '') this.causes.set(output, cause);
  }
}
