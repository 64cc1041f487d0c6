/** Geometry that convolution and pooling share: kernels that slide over the spatial axes. */
import { CheckpointError } from '../../../shared/errors';
import { intAttribute, intsAttribute, nodeLabel, stringAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import type { InferContext } from './definition';

export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
}

/** An attribute with one number for each axis, or `usual` for all of them where it is left out. Throws CheckpointError when it does not fit. */
function eachAxis(node: Node, name: string, count: number, usual: number, least?: number): readonly number[] {
  const values = intsAttribute(node, name) ?? new Array<number>(count).fill(usual);
  if (values.length === count && (least === undefined || values.every((value) => value >= least))) return values;
  const needed = `${count} numbers${least === undefined ? '' : `, none below ${least},`} are needed`;
  const shown = values.length > 8 ? `${values.length} numbers` : `[${values.join(', ')}]`;
  throw new CheckpointError(`The ${node.op} node “${nodeLabel(node)}” has the ${name} ${shown}, where ${needed}.`);
}

/**
 * The node's windows; `auto_pad` has been made explicit when the graph was bound.
 *
 * @throws CheckpointError when the attributes do not fit the kernel.
 */
export function windowsOf(node: Node, kernel: readonly number[]): Windows {
  const rank = kernel.length;
  return {
    kernel,
    strides: eachAxis(node, 'strides', rank, 1, 1),
    dilations: eachAxis(node, 'dilations', rank, 1, 1),
    pads: eachAxis(node, 'pads', 2 * rank, 0),
  };
}

/** Cells that a dilated kernel spans. */
export function span(windows: Windows, axis: number): number {
  return ((windows.kernel[axis] as number) - 1) * (windows.dilations[axis] as number) + 1;
}

/** Input length with its padding. */
export function padded(windows: Windows, axis: number, length: number): number {
  return length + (windows.pads[axis] as number) + (windows.pads[axis + windows.kernel.length] as number);
}

/** Output lengths of the spatial axes. */
export function slide(windows: Windows, spatial: readonly number[], ceil = false): number[] {
  return spatial.map((length, axis) => {
    const stride = windows.strides[axis] as number;
    const room = padded(windows, axis, length) - span(windows, axis);
    if (!ceil) return Math.floor(room / stride) + 1;
    const out = Math.ceil(room / stride) + 1;
    // A window that would start in the end padding is left out.
    return (out - 1) * stride >= length + (windows.pads[axis] as number) ? out - 1 : out;
  });
}

/** The rest that a strided window leaves uncovered at the end of each axis: what the adjoint must pad. */
export function leftover(windows: Windows, spatial: readonly number[], out: readonly number[]): number[] {
  return spatial.map(
    (length, axis) =>
      padded(windows, axis, length) -
      span(windows, axis) -
      (windows.strides[axis] as number) * ((out[axis] as number) - 1),
  );
}

/** Strides, pads … as attributes of a Conv or ConvTranspose. */
export function asAttributes(windows: Windows, group: number, pads = windows.pads) {
  return { kernel_shape: windows.kernel, strides: windows.strides, dilations: windows.dilations, pads, group };
}

/** All begins, then all ends, of pads that are `totals` together; where one is odd, the larger half stands in front or behind. */
export function halved(totals: readonly number[], larger: 'front' | 'behind'): number[] {
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total) => Math.ceil(total / 2));
  return larger === 'front' ? [...large, ...small] : [...small, ...large];
}

/** Spells `auto_pad` out as `pads` for the input size at hand. */
export function explicitPads(c: InferContext, kernel: readonly number[]): Node {
  const mode = stringAttribute(c.node, 'auto_pad', 'NOTSET');
  if (mode === 'NOTSET' || mode === '') return c.node;
  const { auto_pad: _, ...attributes } = c.node.attributes;
  const windows = windowsOf({ ...c.node, attributes }, kernel);
  const spatial = c.dims(0).slice(2);
  const totals = spatial.map((length, axis) => {
    const stride = windows.strides[axis] as number;
    const reached = (Math.ceil(length / stride) - 1) * stride + span(windows, axis);
    return mode === 'VALID' ? 0 : Math.max(reached - length, 0);
  });
  const pads = halved(totals, mode === 'SAME_LOWER' ? 'front' : 'behind');
  return { ...c.node, attributes: { ...attributes, pads } };
}

/** Kernel sizes of a convolution: the attribute, or the weight's. */
export function convolutionKernel(node: Node, weight: readonly number[]): readonly number[] {
  return intsAttribute(node, 'kernel_shape') ?? weight.slice(2);
}

export function groupsOf(node: Node): number {
  return intAttribute(node, 'group', 1);
}
