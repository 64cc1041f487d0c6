import { intsAttribute } from '../../../graph/ir/attributes';
import type { Node } from '../../../graph/ir/graph';
import type { Additions, InferContext } from '../../../graph/ops/definition';
import { convolutionKernel, windowsOf } from '../../../graph/ops/windows';
import type { Lowering } from '../../lowering';

/** The result with cells behind it that hold the bias alone. */
function withCellsBehind(add: Additions, node: Node, y: string, counts: readonly number[]): Node {
  const zeros = counts.map(() => 0);
  const inputs = [y, add.ints([0, 0, ...zeros, 0, 0, ...counts])];
  const bias = node.inputs[2];
  if (!bias) return { ...node, op: 'Pad', inputs, attributes: {} };
  const channels = add.emit('Reshape', [bias, add.ints([-1, ...counts.map(() => 1)])]);
  return { ...node, op: 'Add', inputs: [add.emit('Pad', inputs), channels], attributes: {} };
}

const extraOf = (c: InferContext) => intsAttribute(c.node, 'output_padding') ?? [];
const windowsAt = (c: InferContext) => windowsOf(c.node, convolutionKernel(c.node, c.dims(1)));

/**
 * onnxruntime takes no `output_padding` as long as a stride: as much of it as `pads` cut off at the end is not cut off, and what the kernel
 * does not reach is added behind the result.
 */
export const transposedConvolution: Lowering = {
  needed: (c) => {
    const { strides } = windowsAt(c);
    return extraOf(c).some((length, axis) => length >= (strides[axis] as number));
  },
  lower: (c, add) => {
    const { node } = c;
    const { pads } = windowsAt(c);
    const extra = extraOf(c);
    const [begins, ends] = [pads.slice(0, extra.length), pads.slice(extra.length)];
    const kept = extra.map((length, axis) => Math.min(length, ends[axis] as number));
    const open = [...begins, ...ends.map((end, axis) => end - (kept[axis] as number))];
    const attributes = { ...node.attributes, pads: open, output_padding: begins.map(() => 0) };
    const y = add.emit('ConvTranspose', node.inputs.slice(0, 2), attributes);
    const behind = extra.map((length, axis) => length - (kept[axis] as number));
    return withCellsBehind(add, node, y, behind);
  },
};
