/** What operators give whose windows slide over an image, and those that resize one. */
import { intAttribute, intsAttribute } from '../../../../graph/ir/attributes';
import type { Node } from '../../../../graph/ir/graph';
import type { Dim } from '../../../../graph/ir/tensor';
import { dimsOf, dtypeOf, type Infer, typed } from './inferring';

/** Output length of a window that slides along an axis. */
function slid(length: Dim | undefined, axis: number, kernel: readonly Dim[], node: Node): Dim {
  const size = kernel[axis] ?? null;
  if (length == null || size === null) return null;
  const rank = kernel.length;
  const stride = intsAttribute(node, 'strides')?.[axis] ?? 1;
  const dilation = intsAttribute(node, 'dilations')?.[axis] ?? 1;
  const pads = intsAttribute(node, 'pads') ?? [];
  const room = length + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0) - (size - 1) * dilation - 1;
  if (intAttribute(node, 'ceil_mode', 0) === 0) return Math.floor(room / stride) + 1;
  const out = Math.ceil(room / stride) + 1;
  return (out - 1) * stride >= length + (pads[axis] ?? 0) ? out - 1 : out;
}

export const pooled: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const out = dims && [...dims.slice(0, 2), ...dims.slice(2).map((length, axis) => slid(length, axis, kernel, node))];
  return [typed(dtypeOf(node, known), out), typed('int64', out)];
};

export const convolved: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const weight = dimsOf(node, known, 1);
  if (!dims || !weight)
    return [
      typed(
        'float32',
        dims?.map(() => null),
      ),
    ];
  const spatial = dims.slice(2).map((length, axis) => slid(length, axis, weight.slice(2), node));
  return [typed('float32', [dims[0] ?? null, weight[0] ?? null, ...spatial])];
};

export const transposedConvolved: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const weight = dimsOf(node, known, 1);
  if (!dims || !weight)
    return [
      typed(
        'float32',
        dims?.map(() => null),
      ),
    ];
  const rank = dims.length - 2;
  const each = (name: string, axis: number, usual: number) => intsAttribute(node, name)?.[axis] ?? usual;
  const spatial = dims.slice(2).map((length, axis) => {
    const size = weight[axis + 2];
    if (length === null || size == null) return null;
    const cut = each('pads', axis, 0) + each('pads', axis + rank, 0);
    return (
      (length - 1) * each('strides', axis, 1) +
      (size - 1) * each('dilations', axis, 1) +
      1 +
      each('output_padding', axis, 0) -
      cut
    );
  });
  const channels = weight[1] == null ? null : weight[1] * intAttribute(node, 'group', 1);
  return [typed('float32', [dims[0] ?? null, channels, ...spatial])];
};

export const resized: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const sizes = node.inputs[3] ? known.ints(node.inputs[3]) : undefined;
  const axes = intsAttribute(node, 'axes') ?? [];
  const out = dims?.map((length, axis) => (axes.includes(axis) ? (sizes?.[axes.indexOf(axis)] ?? null) : length));
  return [typed(dtypeOf(node, known), out)];
};

export const blocks =
  (grow: boolean): Infer =>
  (node, known) => {
    const dims = dimsOf(node, known, 0);
    const size = intAttribute(node, 'blocksize', 1);
    const factors = grow ? [1, 1 / size ** 2, size, size] : [1, size ** 2, 1 / size, 1 / size];
    return [
      typed(
        dtypeOf(node, known),
        dims?.map((length, axis) => (length === null ? null : length * (factors[axis] ?? 1))),
      ),
    ];
  };
