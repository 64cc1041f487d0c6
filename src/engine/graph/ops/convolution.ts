import { intsAttribute, stringAttribute } from '../ir/attributes';
import type { Node } from '../ir/graph';
import { float32 } from '../ir/tensor';
import type { BackwardContext, InferContext, Operators } from './definition';
import { adjointKernel } from './kernels';
import { firstPlaces, toChannels, weightGradient } from './weightGradients';
import {
  asAttributes,
  convolutionKernel,
  explicitPads,
  groupsOf,
  halved,
  leftover,
  slide,
  span,
  type Windows,
  windowsOf,
} from './windows';

/** 1 at the first place of every stride along all axes, 0 elsewhere. */
function firstOfStrides(lengths: readonly number[], strides: readonly number[]): Float32Array {
  const along = ([...rest]: readonly number[], axis: number): number[] =>
    rest.flatMap((place) =>
      Array.from({ length: lengths[axis] as number }, (_, i) => (i % (strides[axis] as number) === 0 ? place : 0)),
    );
  return Float32Array.from(strides.reduce<number[]>((places, _, axis) => along(places, axis), [1]));
}

/** g with stride − 1 zeros behind each element along every spatial axis. */
function spread(b: BackwardContext, g: string, strides: readonly number[]): string {
  const [, , ...spatial] = b.dims(g);
  const lengths = spatial.map((length, axis) => length * (strides[axis] as number));
  const scales = b.tensor(float32([strides.length + 2], Float32Array.of(1, 1, ...strides)));
  const repeat = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  const kept = b.tensor(float32([1, 1, ...lengths], firstOfStrides(lengths, strides)));
  return b.emit('Mul', [b.emit('Resize', [g, '', scales], repeat), kept]);
}

/** Pads of the convolution with the flipped kernel over a gradient that has been spread out: span − 1 − pad in front, the rest behind. */
function adjointPads(windows: Windows, from: readonly number[], to: readonly number[]): number[] {
  const { strides, pads } = windows;
  const begins = strides.map((_, axis) => span(windows, axis) - 1 - (pads[axis] as number));
  const rest = strides.map((stride, axis) => (from[axis] as number) - stride * (to[axis] as number));
  return [...begins, ...rest.map((length, axis) => length + (pads[axis] as number))];
}

/**
 * gx = ConvTranspose(g, W) with the forward's strides and pads. At stride 1 that is a Conv with the flipped kernel, which onnxruntime
 * computes faster; a depthwise one is so much faster that it pays to spread a strided gradient out for it.
 */
function convolutionInputGradient(b: BackwardContext): string {
  const [w, groups] = [b.x(1), groupsOf(b.node)];
  const windows = windowsOf(b.node, convolutionKernel(b.node, b.dims(w)));
  const [from, to] = [b.dims(b.x()).slice(2), b.dims(b.y()).slice(2)];
  const pads = adjointPads(windows, from, to);
  const unitStride = windows.strides.every((stride) => stride === 1);
  const depthwise = b.dims(w)[1] === 1 && b.dims(w)[0] === groups;
  if ((unitStride || depthwise) && b.dtype(w) === 'float32' && !b.varies(w) && pads.every((pad) => pad >= 0)) {
    const g = unitStride ? b.g() : spread(b, b.g(), windows.strides);
    const attributes = { ...asAttributes(windows, groups, pads), strides: windows.strides.map(() => 1) };
    return b.emit('Conv', [g, adjointKernel(b, w, groups)], attributes);
  }
  const attributes = { ...asAttributes(windows, groups), output_padding: leftover(windows, from, to) };
  return b.emit('ConvTranspose', [b.g(), w], attributes);
}

function convolutionBackward(b: BackwardContext): (string | null)[] {
  const windows = windowsOf(b.node, convolutionKernel(b.node, b.dims(b.x(1))));
  return [
    b.wanted(0) ? convolutionInputGradient(b) : null,
    b.wanted(1) ? weightGradient(b, b.x(), b.g(), windows, groupsOf(b.node)) : null,
    toChannels(b, 2, () => b.g()),
  ];
}

/** Output lengths of a transposed convolution with explicit pads. */
function transposedLengths(c: InferContext, windows: Windows): number[] {
  const extra = intsAttribute(c.node, 'output_padding');
  const rank = windows.kernel.length;
  return c
    .dims(0)
    .slice(2)
    .map(
      (length, axis) =>
        (length - 1) * (windows.strides[axis] as number) +
        span(windows, axis) +
        (extra?.[axis] ?? 0) -
        (windows.pads[axis] as number) -
        (windows.pads[axis + rank] as number),
    );
}

const positive = (lengths: readonly number[]) => lengths.map((length) => Math.max(length, 0));

/** Spells `auto_pad` and `output_shape` of a transposed convolution out as `pads`. */
function explicitTransposedPads(c: InferContext): Node {
  const mode = stringAttribute(c.node, 'auto_pad', 'NOTSET');
  const wanted = intsAttribute(c.node, 'output_shape');
  if ((mode === 'NOTSET' || mode === 'VALID') && !wanted) return c.node;
  const { auto_pad: _, output_shape: __, pads: ___, ...attributes } = c.node.attributes;
  const node = { ...c.node, attributes };
  const windows = windowsOf(node, convolutionKernel(node, c.dims(1)));
  const strided = windows.strides.map((stride, axis) => stride * (c.dims(0)[axis + 2] as number));
  const lengths = wanted?.slice(-strided.length) ?? strided;
  const excess = transposedLengths({ ...c, node }, windows).map((length, axis) => length - (lengths[axis] as number));
  const pads = halved(positive(excess), mode === 'SAME_UPPER' ? 'behind' : 'front');
  // A longer output than the kernel reaches ends in cells that hold the bias alone.
  const given = intsAttribute(node, 'output_padding') ?? [];
  const output_padding = positive(excess.map((length) => -length)).map((length, axis) => length + (given[axis] ?? 0));
  return { ...node, attributes: { ...attributes, pads, output_padding } };
}

export const convolution: Operators = {
  Conv: {
    explicit: (c) => explicitPads(c, convolutionKernel(c.node, c.dims(1))),
    infer: (c) => {
      const [n, channels, ...spatial] = c.dims(0) as [number, number, ...number[]];
      const w = c.dims(1);
      if (w.length !== spatial.length + 2 || channels !== (w[1] as number) * groupsOf(c.node)) {
        c.fail(`has weights [${w.join(', ')}] that do not fit its input [${c.dims(0).join(', ')}]`);
      }
      const windows = windowsOf(c.node, convolutionKernel(c.node, w));
      const out = slide(windows, spatial);
      if (out.some((length) => length < 1)) c.fail(`has a kernel larger than its input [${c.dims(0).join(', ')}]`);
      return [{ dtype: c.dtype(0), dims: [n, w[0] as number, ...out] }];
    },
    backward: convolutionBackward,
  },

  ConvTranspose: {
    explicit: explicitTransposedPads,
    infer: (c) => {
      const w = c.dims(1);
      const windows = windowsOf(c.node, convolutionKernel(c.node, w));
      const dims = [c.dims(0)[0] as number, (w[1] as number) * groupsOf(c.node), ...transposedLengths(c, windows)];
      return [{ dtype: c.dtype(0), dims }];
    },
    // The adjoint of a transposed convolution is the convolution with the same weights: x and g change places for the weights' gradient.
    backward: (b) => {
      const [windows, groups] = [windowsOf(b.node, convolutionKernel(b.node, b.dims(b.x(1)))), groupsOf(b.node)];
      // Under an output_padding as long as a stride g has cells that no place of x reaches.
      const toInput = () => b.emit('Conv', [b.g(), b.x(1)], asAttributes(windows, groups));
      return [
        b.wanted(0) ? firstPlaces(b, toInput(), b.dims(b.x()).slice(2)) : null,
        b.wanted(1) ? weightGradient(b, b.g(), b.x(), windows, groups) : null,
        toChannels(b, 2, () => b.g()),
      ];
    },
  },
};
