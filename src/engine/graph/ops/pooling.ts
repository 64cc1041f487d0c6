import { intAttribute, intsAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { elementCount, float32 } from '../ir/tensor';
import type { BackwardContext, InferContext, Operators } from './definition';
import { asAttributes, explicitPads, leftover, padded, slide, type Windows, windowsOf } from './windows';

export function kernelOf(c: { readonly node: InferContext['node'] }): readonly number[] {
  return intsAttribute(c.node, 'kernel_shape') ?? [];
}

export function pooledDims(c: InferContext): number[] {
  const [n, channels, ...spatial] = c.dims(0) as [number, number, ...number[]];
  if (kernelOf(c).length !== spatial.length) c.fail(`has no kernel_shape of ${spatial.length} sizes`);
  const out = slide(windowsOf(c.node, kernelOf(c)), spatial, intAttribute(c.node, 'ceil_mode', 0) === 1);
  if (out.some((length) => length < 1)) c.fail(`has a kernel larger than its input [${c.dims(0).join(', ')}]`);
  return [n, channels, ...out];
}

/** `storage_order` numbers the second output's positions column by column and changes nothing else: left out when nothing reads them. */
function rowMajorIndices(node: Node): Node {
  const { storage_order: _, ...attributes } = node.attributes;
  return (node.outputs[1] ?? '') === '' ? { ...node, attributes } : node;
}

/**
 * Each window's gradient goes to its first maximum in window order, as in PyTorch and TensorFlow: MaxPool's second output holds the
 * flat position of that maximum, and windows that overlap add up. On onnxruntime this takes a third to a half of the time of masks per
 * kernel offset and a one-hot ConvTranspose (3×3, stride 2, 64×112²: 3.8 against 7.4 ms; batch 8: 28 against 81 ms).
 */
function maxPoolBackward(b: BackwardContext): string[] {
  const { storage_order, ...attributes } = b.node.attributes;
  // Positions that the forward node counts column by column are counted once more, row by row.
  const positions =
    storage_order === 1
      ? (b.emitMany('MaxPool', [b.x()], 2, attributes)[1] as string)
      : b.extraOutput(1, 'int64', b.dims(b.y()));
  const shape = b.emit('Shape', [b.x()]);
  const flat = b.ints([-1]);
  const indices = b.emit('Reshape', [positions, flat]);
  const zeros = b.emit('ConstantOfShape', [b.emit('ReduceProd', [shape], { keepdims: 1 })]);
  const gradient = b.emit('Reshape', [b.g(), flat]);
  const scattered = b.emit('ScatterElements', [zeros, indices, gradient], { axis: 0, reduction: 'add' });
  return [b.emit('Reshape', [scattered, shape])];
}

/** Real cells of every window along one axis (cells inside the padded area when padding counts). */
function cellsPerWindow(windows: Windows, axis: number, length: number, out: number, padding: boolean): number[] {
  const begin = windows.pads[axis] as number;
  const [from, to] = padding ? [-begin, padded(windows, axis, length) - begin] : [0, length];
  return Array.from({ length: out }, (_, o) => {
    const start = o * (windows.strides[axis] as number) - begin;
    let count = 0;
    for (let k = 0; k < (windows.kernel[axis] as number); k++) {
      const cell = start + k * (windows.dilations[axis] as number);
      if (cell >= from && cell < to) count++;
    }
    return count;
  });
}

/** Adds each window's number, times `weight`, to all the cells of x that it covers: a ConvTranspose with one group per channel. */
export function spreadOverWindows(b: BackwardContext, value: string, windows: Windows, weight: number): string {
  const [, channels = 1, ...spatial] = b.dims(b.x());
  const out = b.dims(b.y()).slice(2);
  const kernel = new Float32Array(channels * elementCount(windows.kernel)).fill(weight);
  const rest = leftover(windows, spatial, out);
  // A window that hangs over the end (ceil_mode) is cut off by a larger end pad.
  const pads = windows.pads.map(
    (pad, i) => pad + (i < out.length ? 0 : Math.max(0, -(rest[i - out.length] as number))),
  );
  const attributes = { ...asAttributes(windows, channels, pads), output_padding: rest.map((r) => Math.max(0, r)) };
  return b.emit('ConvTranspose', [value, b.tensor(float32([channels, 1, ...windows.kernel], kernel))], attributes);
}

/** Each cell gets g / cells of every window that covers it. */
function averagePoolBackward(b: BackwardContext): string[] {
  const [, , ...spatial] = b.dims(b.x());
  const out = b.dims(b.y()).slice(2);
  const windows = windowsOf(b.node, kernelOf(b));
  const counted = intAttribute(b.node, 'count_include_pad', 0) === 1;
  const cells = out.map((length, axis) => cellsPerWindow(windows, axis, spatial[axis] as number, length, counted));
  const counts = cells.reduce<number[]>((map, axis) => map.flatMap((a) => axis.map((count) => a * count)), [1]);
  const inverse = Float32Array.from(counts, (count) => (count > 0 ? 1 / count : 0));
  if (inverse.every((value) => value === inverse[0])) {
    return [spreadOverWindows(b, b.g(), windows, inverse[0] as number)];
  }
  const scaled = b.emit('Mul', [b.g(), b.tensor(float32([1, 1, ...out], inverse))]);
  return [spreadOverWindows(b, scaled, windows, 1)];
}

export const pooling: Operators = {
  MaxPool: {
    explicit: (c) => rowMajorIndices(explicitPads(c, kernelOf(c))),
    infer: (c) => {
      const dims = pooledDims(c);
      return [
        { dtype: c.dtype(0), dims },
        { dtype: 'int64', dims },
      ];
    },
    backward: maxPoolBackward,
    quantised: 'moved',
  },

  AveragePool: {
    explicit: (c) => explicitPads(c, kernelOf(c)),
    infer: (c) => [{ dtype: c.dtype(0), dims: pooledDims(c) }],
    backward: averagePoolBackward,
  },

  GlobalAveragePool: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0).map((length, axis) => (axis < 2 ? length : 1)) }],
    backward: (b) => {
      const spatial = b.dims(b.x()).slice(2);
      const share = b.scalar(1 / spatial.reduce((product, length) => product * length, 1));
      return [b.emit('Expand', [b.emit('Mul', [b.g(), share]), b.ints([1, 1, ...spatial])])];
    },
  },

  // The gradient goes to the first maximum, as in PyTorch's adaptive_max_pool.
  GlobalMaxPool: {
    infer: (c) => [{ dtype: c.dtype(0), dims: c.dims(0).map((length, axis) => (axis < 2 ? length : 1)) }],
    backward: (b) => {
      const flat = b.ints([0, 0, -1]);
      const x = b.emit('Reshape', [b.x(), flat]);
      const first = b.emit('ArgMax', [x], { axis: 2, keepdims: 1 });
      const zeros = b.emit('ConstantOfShape', [b.emit('Shape', [x])]);
      const g = b.emit('ScatterElements', [zeros, first, b.emit('Reshape', [b.g(), flat])], { axis: 2 });
      return [b.emit('Reshape', [g, b.emit('Shape', [b.x()])])];
    },
  },
};
