/**
 * Frees the batch length: exporters that traced one image write its length 1 into Reshape, Expand and Concat. Each node is looked at under
 * two bindings that differ in the batch length only; what differs between them depends on the batch.
 */

import type { Inference } from '../inference/inference';
import { intAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import { elementCount } from '../ir/tensor';
import type { Additions } from '../ops/definition';
import { resolveReshape } from '../ops/shape';

/** The graph cannot be run with another batch length than the one it was bound with. */
export class FixedBatch extends Error {}

/** Appended nodes are applied under both bindings. */
export interface Bindings extends Additions {
  readonly reference: Inference;
  readonly probe: Inference;
  /**
   * For values whose batch axis holds other things too: how many elements of that axis come before the batch in it. A value of
   * [17·N, 32] rows, position by position, has 17. Left out where it is 1.
   */
  readonly before: Map<string, number>;
}

function dims(inference: Inference, name: string): readonly number[] {
  return (inference.type(name)?.dims ?? []) as readonly number[];
}

/** The first axis whose length depends on the batch, or −1. */
function batchAxis(b: Bindings, name: string): number {
  const probe = dims(b.probe, name);
  return dims(b.reference, name).findIndex((length, axis) => length !== probe[axis]);
}

function withInput(node: Node, index: number, name: string): Node {
  return { ...node, inputs: node.inputs.map((input, i) => (i === index ? name : input)) };
}

/**
 * A Reshape's target with −1 in the batch's place. Known places come from a target that was computed from the batch length; a constant
 * target puts the batch where the elements in front of it are as many as in the input.
 */
function freeReshape(node: Node, b: Bindings): Node {
  const [x, shape] = node.inputs as [string, string];
  const axis = batchAxis(b, x);
  const [target, probeTarget] = [b.reference.value(shape), b.probe.value(shape)];
  if (axis < 0 || !target || !probeTarget) return node;
  const allowZero = intAttribute(node, 'allowzero', 0) === 1;
  const [given, probed] = [toNumbers(target), toNumbers(probeTarget)];
  const resolved = resolveReshape(dims(b.reference, x), given, allowZero);
  if (!resolved || resolved.includes(0)) return node;
  if (given.some((length, i) => length !== probed[i])) {
    const other = resolveReshape(dims(b.probe, x), probed, allowZero);
    const places = resolved.flatMap((length, i) => (length === other?.[i] ? [] : [i]));
    return other && places.length === 1 ? withInput(node, 1, b.ints(resolved.with(places[0] as number, -1))) : node;
  }
  const inside = b.before.get(x) ?? 1;
  const before = elementCount(dims(b.reference, x).slice(0, axis)) * inside;
  const place = placeOfBatch(resolved, before);
  if (!place) throw new FixedBatch(`The Reshape “${node.name}” mixes the batch with other axes.`);
  if (place.before > 1) b.before.set(node.outputs[0] as string, place.before);
  return withInput(node, 1, b.ints(resolved.with(place.axis, -1)));
}

/**
 * Where the batch goes in a constant Reshape target: row-major order keeps `before` elements in front of it. The last axis holds features
 * and takes the batch only when there is no other; then the axis in front of it takes the batch behind its own elements.
 */
function placeOfBatch(target: readonly number[], before: number): { axis: number; before: number } | null {
  const axis = target.findIndex((_, i) => elementCount(target.slice(0, i)) === before);
  const last = target.length - 1;
  if (axis < 0) return null;
  if (axis < last || axis === 0) return { axis, before: 1 };
  return { axis: axis - 1, before: target[axis - 1] as number };
}

/** A constant Expand target that repeats the batch length: 1 there leaves the axis as it is. Another length than the batch's repeats it. */
function freeExpand(node: Node, b: Bindings): Node {
  const [x, shape] = node.inputs as [string, string];
  const axis = batchAxis(b, x);
  const target = b.reference.value(shape);
  if (axis < 0 || !target || b.probe.value(shape) === undefined) return node;
  const values = toNumbers(target);
  const place = axis + values.length - dims(b.reference, x).length;
  const length = values[place];
  if (length === undefined || length === 1) return node;
  if (length !== dims(b.reference, x)[axis]) throw new FixedBatch(`The Expand “${node.name}” repeats the batch.`);
  return withInput(node, 1, b.ints(values.with(place, 1)));
}

/** An operand that was made for one image (a class token) is repeated for every image of the batch. */
function freeConcat(node: Node, b: Bindings): Node {
  const axes = node.inputs.map((input) => batchAxis(b, input));
  const leader = axes.findIndex((axis) => axis >= 0);
  const axis = axes[leader] ?? -1;
  const leading = node.inputs[leader] ?? '';
  const rank = dims(b.reference, leading).length;
  if (axis < 0 || axis === (intAttribute(node, 'axis', 0) + rank) % rank) return node;
  const inputs = node.inputs.map((input, index) => {
    if ((axes[index] as number) >= 0) return input;
    if (dims(b.reference, input)[axis] !== 1)
      throw new FixedBatch(`The Concat “${node.name}” joins a value of fixed batch.`);
    const length = b.emit('Shape', [leading], { start: axis, end: axis + 1 });
    const ones = (count: number) => (count > 0 ? [b.ints(new Array<number>(count).fill(1))] : []);
    const target = b.emit('Concat', [...ones(axis), length, ...ones(rank - axis - 1)], { axis: 0 });
    return b.emit('Expand', [input, target]);
  });
  return { ...node, inputs };
}

const rules: ReadonlyMap<string, (node: Node, b: Bindings) => Node> = new Map([
  ['Reshape', freeReshape],
  ['Expand', freeExpand],
  ['Concat', freeConcat],
]);

/** The node in a form that is right for every batch length. Throws {@link FixedBatch} when there is none. */
export function freeBatch(node: Node, bindings: Bindings): Node {
  const rule = rules.get(node.op);
  if (rule) return rule(node, bindings);
  let inside = 1;
  for (const input of node.inputs) inside = Math.max(inside, bindings.before.get(input) ?? 1);
  if (inside > 1) for (const output of node.outputs) bindings.before.set(output, inside);
  return node;
}
