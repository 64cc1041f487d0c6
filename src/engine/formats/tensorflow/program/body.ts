/** The nodes of a graph or of a function's body, each after those whose values it reads. */
import { CheckpointError } from '../../../../shared/errors';
import type { TfNode } from '../graph/graphDef';
import { type Reference, reference } from './references';

export interface BodyNode {
  readonly node: TfNode;
  /** The values that it reads, without those that control only. */
  readonly inputs: readonly Reference[];
  /** What it waits for that decides whether it runs at all: the branches of a `cond`. */
  readonly pivots: readonly Reference[];
}

/** Nodes by their names; the first of a name counts. */
export class Body {
  private readonly nodes = new Map<string, TfNode>();

  constructor(nodes: readonly TfNode[]) {
    for (const node of nodes) if (!this.nodes.has(node.name)) this.nodes.set(node.name, node);
  }

  node(name: string): TfNode | undefined {
    return this.nodes.get(name);
  }

  reference(text: string): Reference {
    return reference(text, (name) => this.nodes.get(name)?.op);
  }

  /** What a node reads; the way back of a loop is left out. */
  read(node: TfNode): BodyNode {
    const all = node.inputs.map((text) => this.reference(text));
    const inputs = all.filter(({ control, node: name }) => !control && !this.isWayBack(node, name));
    return { node, inputs, pivots: all.filter(({ control, node: name }) => control && this.isPivot(name)) };
  }

  /**
   * The nodes that some values depend on, in order.
   *
   * @param roots names of nodes.
   * @throws CheckpointError when a value is computed from itself.
   */
  needed(roots: readonly string[]): readonly BodyNode[] {
    const ordered: BodyNode[] = [];
    const state = new Map<string, 'open' | 'done'>();
    for (const root of roots) this.visit(root, state, ordered);
    return ordered;
  }

  /** Depth first without recursion: a chain of nodes may be long. */
  private visit(root: string, state: Map<string, 'open' | 'done'>, ordered: BodyNode[]): void {
    const stack: { readonly read: BodyNode; readonly before: readonly string[]; next: number }[] = [];
    const open = (name: string) => {
      if (state.get(name) === 'done') return;
      const node = this.nodes.get(name);
      if (!node) return;
      if (state.get(name) === 'open') {
        throw new CheckpointError(`The checkpoint is damaged: the value “${name}” is computed from itself.`);
      }
      state.set(name, 'open');
      const read = this.read(node);
      stack.push({ read, before: [...read.inputs, ...read.pivots].map((each) => each.node), next: 0 });
    };
    open(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const before = top.before[top.next++];
      if (before !== undefined) open(before);
      else {
        stack.pop();
        state.set(top.read.node.name, 'done');
        ordered.push(top.read);
      }
    }
  }

  private isWayBack(node: TfNode, input: string): boolean {
    return node.op.endsWith('Merge') && this.nodes.get(input)?.op.endsWith('NextIteration') === true;
  }

  /** A branch of a `cond`: an Identity of what a Switch gives, on which the constants of the branch wait. */
  private isPivot(name: string): boolean {
    const node = this.nodes.get(name);
    if (node?.op === 'Switch') return true;
    const source = node?.op === 'Identity' ? this.nodes.get(this.reference(node.inputs[0] ?? '').node) : undefined;
    return source?.op === 'Switch';
  }
}
