import { CheckpointError } from '../../../../shared/errors';

/** A node of whatever kind. */
interface Linked {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * The nodes that the outputs depend on, every node after those whose values it reads, otherwise in file order.
 *
 * @param given values that need no node: inputs and initializers
 * @throws CheckpointError when a value is computed twice, by nothing, or from itself.
 */
export function neededInOrder<N extends Linked>(
  nodes: readonly N[],
  outputs: readonly string[],
  given: { has(value: string): boolean },
): readonly N[] {
  const producers = new Map<string, N>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producers.has(output) || given.has(output)) {
        throw new CheckpointError(`The checkpoint is damaged: the value “${output}” is computed twice.`);
      }
      producers.set(output, node);
    }
  }
  const needed = collect(producers, outputs, given);
  const done = new Set<N>();
  const ordered: N[] = [];
  for (const node of nodes) if (needed.has(node)) visit(node, producers, done, ordered);
  return ordered;
}

function collect<N extends Linked>(
  producers: ReadonlyMap<string, N>,
  outputs: readonly string[],
  given: { has(value: string): boolean },
): ReadonlySet<N> {
  const needed = new Set<N>();
  const waiting = outputs.map((value) => ({ value, reader: 'an output of the graph' }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, reader } = next;
    const producer = producers.get(value);
    if (!producer && !given.has(value)) {
      throw new CheckpointError(
        `The checkpoint is damaged: nothing computes the value “${value}”, which is read by ${reader}.`,
      );
    }
    if (!producer || needed.has(producer)) continue;
    needed.add(producer);
    const label = `the node “${producer.name || producer.outputs[0]}” (${producer.op})`;
    for (const input of producer.inputs) if (input !== '') waiting.push({ value: input, reader: label });
  }
  return needed;
}

/** Depth first without recursion: a chain of nodes may be long. */
function visit<N extends Linked>(root: N, producers: ReadonlyMap<string, N>, done: Set<N>, ordered: N[]): void {
  if (done.has(root)) return;
  const open = new Set<N>();
  const stack = [{ node: root, next: 0 }];
  open.add(root);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const input = top.node.inputs[top.next++];
    if (input === undefined) {
      stack.pop();
      open.delete(top.node);
      done.add(top.node);
      ordered.push(top.node);
      continue;
    }
    const producer = producers.get(input);
    if (!producer || done.has(producer)) continue;
    if (open.has(producer)) {
      throw new CheckpointError(`The checkpoint is damaged: the value “${input}” is computed from itself.`);
    }
    open.add(producer);
    stack.push({ node: producer, next: 0 });
  }
}
