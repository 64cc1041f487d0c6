import { CheckpointError } from '../../../../shared/errors';
import { elementCount, type Tensor } from '../../../graph/ir/tensor';
import { partOf } from '../bundle/slices';
import type { TensorSource } from '../bundle/tensorBundle';
import type { GraphDef, TfNode } from '../graph/graphDef';
import { type Restored, restoredVariables } from './restored';

const variableOps = new Set(['VariableV2', 'Variable', 'VarHandleOp', 'AutoReloadVariable']);

/**
 * The variables of a graph with their values, by the names of their nodes. In this order: what the saver's own operators restore, what
 * another saver does, `objects` (the description of the objects in the checkpoint), and the tensor of the variable's own name.
 *
 * @param restore the operator or call that the saver names; empty for none.
 * @param objects keys of the checkpoint by variable node, where the checkpoint describes its objects.
 * @throws CheckpointError when the index states what cannot be.
 */
export function bindVariables(
  graph: GraphDef,
  restore: string,
  source: TensorSource,
  objects: () => ReadonlyMap<string, string> = () => new Map(),
): ReadonlyMap<string, Tensor> {
  const restored = restoredVariables(graph);
  const bound = new Map<string, Tensor>();
  const left: TfNode[] = [];
  for (const node of graph.nodes) {
    if (!variableOps.has(node.op)) continue;
    const chosen = preferred(restored.get(node.name) ?? [], restore, source);
    const tensor = chosen && tensorOf(source, chosen);
    if (tensor) bound.set(node.name, tensor);
    else left.push(node);
  }
  if (left.length === 0) return bound;
  const keys = objects();
  for (const node of left) {
    const shared = node.attributes.get('shared_name');
    const names = [keys.get(node.name), node.name, shared?.kind === 's' ? shared.value : undefined];
    const key = names.find((name) => name !== undefined && name !== '' && source.has(name));
    const tensor = key === undefined ? null : source.tensor(key);
    if (tensor) bound.set(node.name, tensor);
  }
  return bound;
}

/** Of several, the one that the saver of the checkpoint itself restores. */
function preferred(all: readonly Restored[], restore: string, source: TensorSource): Restored | undefined {
  const there = all.filter(({ key }) => source.has(key));
  if (there.length < 2) return there[0];
  const scope = restore.slice(0, restore.lastIndexOf('/') + 1);
  return (
    there.find(({ by }) => by === restore) ??
    there.find(({ by }) => scope !== '' && by.startsWith(scope) && !by.slice(scope.length).includes('/')) ??
    there[0]
  );
}

function tensorOf(source: TensorSource, { key, slice }: Restored): Tensor | null {
  const whole = source.tensor(key);
  if (!whole || slice === '') return whole;
  const words = slice.split(' ');
  const extents = (words.pop() ?? '').split(':').map((text) => {
    if (text === '-') return null;
    const [start, length] = text.split(',').map(Number);
    return { start: start as number, length: length as number };
  });
  const inside = extents.every((extent, axis) => {
    const size = whole.dims[axis] as number;
    return extent === null || (extent.start >= 0 && extent.length >= 0 && extent.start + extent.length <= size);
  });
  if (extents.length !== whole.dims.length || !inside || !Number.isSafeInteger(elementCount(whole.dims))) {
    throw new CheckpointError(
      `The checkpoint is damaged: the part “${slice}” of the weight “${key}” does not lie inside it.`,
    );
  }
  return extents.every((extent) => extent === null) ? whole : partOf(whole, extents);
}
