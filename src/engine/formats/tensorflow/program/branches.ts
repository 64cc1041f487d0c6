/** If, Case and While of which it is known how they go. */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import type { TfNode } from '../graph/graphDef';
import { scalarOf } from './scalars';
import type { Value } from './values';

/** What functions are brought in by. */
export interface Branching {
  hasFunction(name: string): boolean;
  call(name: string, inputs: readonly Value[], prefix: string, stack: readonly string[]): readonly Value[];
  known(value: Value | undefined): Tensor | undefined;
}

/** Loops of more rounds are no part of an image model. */
const mostRounds = 1000;

const calls = new Set(['PartitionedCall', 'StatefulPartitionedCall', 'TPUPartitionedCall', 'RemoteCall']);

function functionOf(node: TfNode, attribute: string): string | null {
  const value = node.attributes.get(attribute);
  return value?.kind === 'func' ? value.value : null;
}

/** The function that a node calls; null for one that calls none. */
export function calledFunction(node: TfNode, among: Pick<Branching, 'hasFunction'>): string | null {
  if (calls.has(node.op)) return functionOf(node, 'f');
  return among.hasFunction(node.op) ? node.op : null;
}

/** The results of a node that chooses among functions or repeats one; null for another node, and where it is not known how it goes. */
export function branch(
  node: TfNode,
  name: string,
  values: readonly Value[],
  stack: readonly string[],
  among: Branching,
): readonly Value[] | null {
  switch (node.op) {
    case 'If':
    case 'StatelessIf': {
      const chosen = scalarOf(among.known(values[0]));
      const part = chosen === null ? null : chosen === 0 ? 'else_branch' : 'then_branch';
      const called = part && functionOf(node, part);
      return called ? among.call(called, values.slice(1), `${name}/`, stack) : null;
    }
    case 'Case':
    case 'StatelessCase': {
      const list = node.attributes.get('branches');
      const index = scalarOf(among.known(values[0]));
      if (list?.kind !== 'list' || list.value.length === 0 || index === null) return null;
      const inside = index >= 0 && index < list.value.length ? index : list.value.length - 1;
      const chosen = list.value[inside];
      return chosen?.kind === 'func' ? among.call(chosen.value, values.slice(1), `${name}/`, stack) : null;
    }
    case 'While':
    case 'StatelessWhile':
      return repeat(node, name, values, stack, among);
    default:
      return null;
  }
}

function repeat(
  node: TfNode,
  name: string,
  values: readonly Value[],
  stack: readonly string[],
  among: Branching,
): readonly Value[] | null {
  const [condition, body] = [functionOf(node, 'cond'), functionOf(node, 'body')];
  if (!condition || !body) return null;
  let state = values;
  for (let round = 0; round < mostRounds; round++) {
    const goesOn = scalarOf(among.known(among.call(condition, state, `${name}/cond_${round}/`, stack)[0]));
    if (goesOn === null) return null;
    if (goesOn === 0) return state;
    state = among.call(body, state, `${name}/${round}/`, stack);
  }
  throw new CheckpointError(`The loop “${name}” of the checkpoint takes more than ${mostRounds} rounds.`);
}
