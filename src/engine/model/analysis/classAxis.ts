/** Which axis of a value counts classes: the one that a layer with weights makes, followed back through what only moves it. */
import type { Graph, Node } from '../../graph/ir/graph';

/** The layer that makes an axis: its output channels, or its output features. */
export type Maker = 'Conv' | 'MatMul';

export interface MadeAxis {
  readonly axis: number;
  readonly by: Maker;
  readonly node: Node;
}

const reshaping = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/**
 * The axis of a value that counts what a layer computes with weights of their own: output channels of a convolution, features of a matrix
 * product. Where two axes are parts of one such axis (anchors × classes), the inner one; an axis of length 1 only where there is no longer
 * one.
 *
 * @returns null when no axis leads back to such a layer.
 */
export function madeAxis(graph: Graph, producers: ReadonlyMap<string, Node>, name: string): MadeAxis | null {
  const dims = dimsOf(graph, name) ?? [];
  const made = dims.flatMap((length, axis) => {
    if (axis === 0 && length === 1) return [];
    const made = makerOf(graph, producers, name, axis);
    return made === null ? [] : [{ axis, ...made }];
  });
  return made.findLast(({ axis }) => dims[axis] !== 1) ?? made.at(-1) ?? null;
}

type Origin = Omit<MadeAxis, 'axis'> | null;

/** What was found of each graph, so that a chain of nodes with many outputs is walked once. */
const found = new WeakMap<ReadonlyMap<string, Node>, Map<string, Origin>>();

function makerOf(graph: Graph, producers: ReadonlyMap<string, Node>, name: string, axis: number): Origin {
  const known = found.get(producers) ?? new Map<string, Origin>();
  found.set(producers, known);
  const walked: string[] = [];
  const origin = followBack(graph, producers, name, axis, (key) => {
    walked.push(key);
    return known.get(key);
  });
  for (const key of walked) known.set(key, origin);
  return origin;
}

function followBack(
  graph: Graph,
  producers: ReadonlyMap<string, Node>,
  start: string,
  startAxis: number,
  visit: (key: string) => Origin | undefined,
): Origin {
  let name = start;
  let axis = startAxis;
  for (;;) {
    const known = visit(`${axis} ${name}`);
    if (known !== undefined) return known;
    const node = producers.get(name);
    const dims = dimsOf(graph, name);
    if (!node || !dims) return null;
    if (node.op === 'Conv' || node.op === 'ConvTranspose') return axis === 1 ? { by: 'Conv', node } : null;
    if (node.op === 'MatMul' || node.op === 'Gemm') return axis === dims.length - 1 ? { by: 'MatMul', node } : null;
    const source = node.inputs.find((input) => producers.has(input) && movesInto(graph, node, input, dims));
    if (source === undefined) return null;
    const before = axisBefore(node, dimsOf(graph, source) ?? [], dims, axis);
    if (before === null) return null;
    [name, axis] = [source, before];
  }
}

/** True for an operand whose axes are those of the result, moved or not. */
function movesInto(graph: Graph, node: Node, input: string, dims: readonly number[]): boolean {
  const own = dimsOf(graph, input);
  if (!own) return false;
  return reshaping.has(node.op) ? input === node.inputs[0] : own.length === dims.length;
}

/** The axis of a node's input that becomes `axis` of its output. */
function axisBefore(node: Node, from: readonly number[], to: readonly number[], axis: number): number | null {
  if (node.op === 'Transpose') {
    const { perm } = node.attributes;
    return Array.isArray(perm) ? Number(perm[axis]) : from.length - 1 - axis;
  }
  return reshaping.has(node.op) ? axisBeforeReshape(from, to, axis) : axis;
}

/**
 * Axes of both shapes are cut into the shortest groups of equal products. Within one, the last axis of the result lies in the last axis of
 * the source when it divides it, and the first in the first.
 */
export function axisBeforeReshape(from: readonly number[], to: readonly number[], axis: number): number | null {
  if (from.length === to.length && from.every((length, i) => length === to[i])) return axis;
  const length = to[axis] ?? 1;
  if (length === 1) return null;
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    const [first, start] = [i, j];
    let [a, b] = [from[i++] as number, to[j++] as number];
    while (a !== b) {
      if (a < b && i < from.length) a *= from[i++] as number;
      else if (j < to.length) b *= to[j++] as number;
      else return null;
    }
    if (axis >= j) continue;
    const sources = indices(first, i).filter((each) => from[each] !== 1);
    const results = indices(start, j).filter((each) => to[each] !== 1);
    const [outer, inner] = [sources[0], sources.at(-1)];
    if (inner !== undefined && axis === results.at(-1) && (from[inner] as number) % length === 0) return inner;
    if (outer !== undefined && axis === results[0] && (from[outer] as number) % length === 0) return outer;
    return null;
  }
  return null;
}

const indices = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);

function dimsOf(graph: Graph, name: string): readonly number[] | null {
  const dims = graph.types.get(name)?.dims;
  return dims?.every((dim) => dim !== null) ? (dims as readonly number[]) : null;
}
