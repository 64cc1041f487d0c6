import { stringAttribute } from '../../../graph/ir/attributes';
import type { Node } from '../../../graph/ir/graph';
import { toNumbers } from '../../../graph/ir/numbers';
import { elementCount, float32 } from '../../../graph/ir/tensor';
import type { Additions, InferContext } from '../../../graph/ops/definition';
import {
  changedAxes,
  coordinatesOf,
  type Resized,
  resizeAxes,
  resizedDims,
  scaled,
  scalesOf,
} from '../../../graph/ops/resizeAxes';
import type { Lowering } from '../../lowering';

const floats = (values: readonly number[]) => float32([values.length], Float32Array.from(values));

/**
 * `align_corners` with a scale that gives no whole length: by ONNX the last place lies (length·scale − 1) steps from the first, by
 * onnxruntime as many as there are places. A crop that ends before the last corner, given back, means the former to both. Null elsewhere.
 */
function cornerCrop(c: InferContext): number[] | null {
  const scales = scalesOf(c);
  if (coordinatesOf(c.node) !== 'align_corners' || !scales) return null;
  const axes = resizeAxes(c.node, c.dims(0).length);
  const lengths = axes.map((axis, index) => scaled(c.dims(0)[axis] as number, scales[index] as number));
  if (lengths.every(Number.isInteger)) return null;
  const ends = lengths.map((length) => (length < 2 ? 0 : (Math.floor(length) - 1) / (length - 1)));
  return [...ends.map(() => 0), ...ends];
}

/** What onnxruntime resizes at once: the last two axes of images, in linear mode also the last three of volumes and all of fewer axes. */
function runsAtOnce(mode: string, rank: number, axes: readonly number[]): boolean {
  if (mode === 'nearest' || axes.length === 0 || axes.includes(0)) return true;
  if (mode === 'linear' && rank < 4) return true;
  return (rank === 4 || (mode === 'linear' && rank === 5)) && axes.every((axis) => axis >= 2);
}

/** One axis after the other, each as the height of an image: every mode works on each axis by itself. */
function oneByOne(c: InferContext, add: Additions, axes: readonly Resized[], attributes: Node['attributes']): Node {
  const dims = [...c.dims(0)];
  const resized = axes.reduce((x, { axis, to, scale, crop }) => {
    const column = [-1, 1, dims[axis] as number, elementCount(dims.slice(axis + 1))];
    const target = scale === undefined ? ['', add.ints([to])] : [add.tensor(floats([scale]))];
    const operands = [add.emit('Reshape', [x, add.ints(column)]), crop ? add.tensor(floats(crop)) : '', ...target];
    dims[axis] = to;
    return add.emit('Resize', operands, { ...attributes, axes: [2] });
  }, c.node.inputs[0] as string);
  return { ...c.node, op: 'Reshape', inputs: [resized, add.ints([-1, ...dims.slice(1)])], attributes: {} };
}

/** The axes that change, and whether onnxruntime changes them at once. */
function plan(c: InferContext, corners: readonly number[] | null) {
  const { node } = c;
  const scales = scalesOf(c);
  const crops = c.has(1) && coordinatesOf(node) === 'tf_crop_and_resize';
  const crop = corners ?? (crops ? toNumbers(c.value(1) ?? c.fail('has a crop that depends on the data')) : []);
  const changed = changedAxes(node, [c.dims(0), resizedDims(c)], (index) => scales?.[index], crop);
  const mode = stringAttribute(node, 'mode', 'nearest');
  const axes = changed.map(({ axis }) => axis);
  return { changed, atOnce: runsAtOnce(mode, c.dims(0).length, axes) };
}

export const resize: Lowering = {
  needed: (c) => {
    const corners = cornerCrop(c);
    return corners !== null || !plan(c, corners).atOnce;
  },
  lower: (c, add) => {
    const { node } = c;
    const corners = cornerCrop(c);
    const attributes = corners
      ? { ...node.attributes, coordinate_transformation_mode: 'tf_crop_and_resize' }
      : node.attributes;
    const { changed, atOnce } = plan(c, corners);
    if (!atOnce) return oneByOne(c, add, changed, attributes);
    return { ...node, inputs: corners ? node.inputs.with(1, add.tensor(floats(corners))) : node.inputs, attributes };
  },
};
