/** What a Resize does to each axis: which it changes, by what scale, to what length. */
import { intsAttribute, stringAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { toNumbers } from '../ir/numbers';
import type { InferContext } from './definition';

/** The axes that a Resize may change, in the order of its scales or sizes. */
export function resizeAxes(node: Node, rank: number): number[] {
  const axes = intsAttribute(node, 'axes') ?? Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

export const coordinatesOf = (node: Node) => stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');

const aspectRatio = (node: Node) => stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch');

/** True when each axis is resized to its own size; false under a `keep_aspect_ratio_policy`. */
export const stretches = (node: Node) => aspectRatio(node) === 'stretch';

/** The scale that each axis would have by its own size. */
export function ownScales(node: Node, from: readonly number[], sizes: readonly number[]): number[] {
  return resizeAxes(node, from.length).map((axis, i) => Math.fround((sizes[i] as number) / (from[axis] as number)));
}

/** The one scale of all axes under `keep_aspect_ratio_policy`; undefined when each axis has its own. */
export function commonScale(node: Node, from: readonly number[], sizes?: readonly number[]): number | undefined {
  if (!sizes || stretches(node)) return undefined;
  const scales = ownScales(node, from, sizes);
  const [pick, start] =
    aspectRatio(node) === 'not_larger' ? [Math.min, Number.POSITIVE_INFINITY] : [Math.max, Number.NEGATIVE_INFINITY];
  return scales.reduce((chosen, scale) => pick(chosen, scale), start);
}

/** Products of lengths and scales are rounded to float32 as the runtime does it: 5 · 1.4 is 7. */
export const scaled = (length: number, scale: number) => Math.fround(length * scale);

export function scalesOf(c: InferContext): readonly number[] | undefined {
  return c.has(2) ? toNumbers(c.value(2) ?? c.fail('has scales that depend on the data')) : undefined;
}

export function resizedDims(c: InferContext): number[] {
  const dims = [...c.dims(0)];
  const sizes = c.has(3) ? c.ints(3) : undefined;
  const common = commonScale(c.node, dims, sizes);
  const scales = scalesOf(c);
  resizeAxes(c.node, dims.length).forEach((axis, index) => {
    const length = dims[axis] as number;
    if (common !== undefined) dims[axis] = Math.round(scaled(length, common));
    else dims[axis] = sizes?.[index] ?? Math.floor(scaled(length, scales?.[index] ?? 1));
  });
  return dims;
}

/** An axis that a Resize changes: places from `start` to `end` of its extent, by a scale or to a length. */
export interface Resized {
  readonly axis: number;
  /** Its place among the node's scales or sizes. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number | undefined;
  readonly crop: readonly [start: number, end: number] | undefined;
}

/** The axes that change, from lengths, scales (where given) and a crop (all starts, then all ends; empty for none). */
export function changedAxes(
  node: Node,
  [from = [], to = []]: readonly (readonly number[])[],
  scaleOf: (index: number) => number | undefined,
  crop: readonly number[],
): Resized[] {
  const axes = resizeAxes(node, from.length);
  const all = axes.map((axis, index): Resized => {
    const own = crop.length > 0 ? ([crop[index] as number, crop[index + axes.length] as number] as const) : undefined;
    return { axis, index, from: from[axis] as number, to: to[axis] as number, scale: scaleOf(index), crop: own };
  });
  return all.filter(changes);
}

function changes({ from, to, scale = 1, crop = [0, 1] }: Resized): boolean {
  return from !== to || scale !== 1 || crop[0] !== 0 || crop[1] !== 1;
}
