/** Places of axes: of N×H×W×C in N×C×H×W and the other way. */
import { permutationTo } from '../../ir/layout';

/** What belongs to the axes N, H, W, C in the order N, C, H, W. */
export function firstOf<T>(perAxis: readonly T[]): T[] {
  return permutationTo.NCHW.map((axis) => perAxis[axis] as T);
}

/** What belongs to the axes N, C, H, W in the order N, H, W, C. */
export function lastOf<T>(perAxis: readonly T[]): T[] {
  return permutationTo.NHWC.map((axis) => perAxis[axis] as T);
}

/** Axis of N×H×W×C, also counted from the end → the same axis of N×C×H×W. */
export function axisInFirst(axis: number): number {
  return permutationTo.NHWC[(axis + 4) % 4] as number;
}

/** True when the two orders of a shape N×H×W×C lie the same way in memory: no more than one of H·W and C is longer than 1. */
export function liesTheSame(dims: readonly number[]): boolean {
  const [, height = 1, width = 1, channels = 1] = dims;
  return channels === 1 || height * width === 1;
}

/** True when the axes of N×H×W×C that are left without some have the same order in N×C×H×W. */
export function keepsOrder(without: readonly number[]): boolean {
  const left = [0, 1, 2, 3].filter((axis) => !without.includes(axis)).map(axisInFirst);
  return left.every((axis, i) => i === 0 || axis > (left[i - 1] as number));
}
