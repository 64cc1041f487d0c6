/** Variables by the objects that hold them: how a SavedModel of TensorFlow 2 and its checkpoint describe themselves. */
import { type ByteRange, MemorySource } from '../../kit/bytes/byteSource';
import { type Field, MessageReader } from '../../kit/protobuf/protobuf';
import type { GraphDef } from '../graph/graphDef';
import { Body } from '../program/body';
import { calledFunction } from '../program/branches';

interface TreeNode {
  readonly children: ReadonlyMap<string, number>;
  /** Of the checkpoint. */
  readonly key?: string;
}

/**
 * Keys of the checkpoint by the names of variable nodes: both descriptions are walked side by side by the names of attributes from the
 * root on, and a function's last arguments are the objects that it is said to be bound to.
 *
 * @param saved SavedObjectGraph of the SavedModel.
 * @param tracked TrackableObjectGraph of the checkpoint.
 * @throws CheckpointError when one of them is damaged.
 */
export function variablesOfObjects(
  graph: GraphDef,
  saved: ByteRange,
  tracked: Uint8Array,
): ReadonlyMap<string, string> {
  const objects: TreeNode[] = [];
  const bound = new Map<string, readonly number[]>();
  for (const field of new MessageReader(saved).fields()) {
    if (field.number === 1) objects.push({ children: childrenOf(field) });
    else if (field.number === 2) bound.set(...boundInputs(field));
  }
  const source = new MemorySource('The description of its objects', tracked);
  const stored = [...new MessageReader({ source, start: 0, end: tracked.length }).fields()]
    .filter(({ number }) => number === 1)
    .map((field): TreeNode => ({ children: childrenOf(field), key: keyOf(field) }));
  const keys = walked(objects, stored);
  const found = new Map<string, string>();
  const body = new Body(graph.nodes);
  const among = { hasFunction: (name: string) => graph.functions.has(name) };
  for (const node of graph.nodes) {
    const ids = bound.get(calledFunction(node, among) ?? '');
    if (!ids) continue;
    const inputs = body.read(node).inputs.slice(-ids.length);
    for (const [i, id] of ids.entries()) {
      const handle = inputs[i]?.node ?? '';
      const key = keys.get(id);
      if (key !== undefined && body.node(handle)?.op === 'VarHandleOp') found.set(handle, key);
    }
  }
  return found;
}

/** Keys by the number of the object in the SavedModel. */
function walked(objects: readonly TreeNode[], stored: readonly TreeNode[]): ReadonlyMap<number, string> {
  const keys = new Map<number, string>();
  const seen = new Set<number>([0]);
  const waiting: [number, number][] = [[0, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [object, track] = [objects[next[0]], stored[next[1]]];
    if (!object || !track) continue;
    if (track.key !== undefined) keys.set(next[0], track.key);
    for (const [name, child] of object.children) {
      const other = track.children.get(name);
      if (other === undefined || seen.has(child)) continue;
      seen.add(child);
      waiting.push([child, other]);
    }
  }
  return keys;
}

function childrenOf(field: Field): ReadonlyMap<string, number> {
  const children = new Map<string, number>();
  for (const part of field.message().fields()) {
    if (part.number !== 1) continue;
    let id = 0;
    let name = '';
    for (const each of part.message().fields()) {
      if (each.number === 1) id = each.integer();
      else if (each.number === 2) name = each.text();
    }
    children.set(name, id);
  }
  return children;
}

function keyOf(field: Field): string | undefined {
  for (const part of field.message().fields()) {
    if (part.number !== 2) continue;
    let name = '';
    let key = '';
    for (const each of part.message().fields()) {
      if (each.number === 1) name = each.text();
      else if (each.number === 3) key = each.text();
    }
    if (name === 'VARIABLE_VALUE') return key;
  }
  return undefined;
}

function boundInputs(field: Field): [string, readonly number[]] {
  let name = '';
  const ids: number[] = [];
  for (const part of field.message().fields()) {
    if (part.number === 1) name = part.text();
    else if (part.number === 2) {
      for (const each of part.message().fields()) {
        if (each.number === 2) each.eachInt64((id) => ids.push(Number(id)));
      }
    }
  }
  return [name, ids];
}
