import type { AttributeValue } from '../../../graph/ir/graph';
import { transposed } from '../../kit/tensors/derivedTensor';
import { activated } from '../importing/finishing';
import type { Operation, Rule } from '../importing/operation';

const paddings = ['SAME_UPPER', 'VALID'] as const;

/** By the schema's Padding. What SAME adds depends on the size and is settled when that is bound. */
export function autoPad(o: Operation, field = 0): (typeof paddings)[number] {
  return paddings[o.byteOption(field)] ?? o.unsupported('is padded in an unknown way');
}

/** A weight with its axes in another order: turned when it is read, or in the graph where it is computed. */
export function turned(o: Operation, index: number, perm: readonly number[]): string {
  const weight = o.constant(index);
  if (o.rank(index) !== perm.length) o.unsupported(`has a kernel of ${o.rank(index)} axes`);
  if (!weight) return o.emit('Transpose', [o.input(index)], { perm });
  return o.w.constant('weights', transposed(weight, perm));
}

/** Groups, where a kernel takes fewer channels than there are. */
function groups(o: Operation, channels: number, taken: number): number {
  if (taken < 1 || channels % taken !== 0) o.unsupported(`has a kernel for ${taken} of ${channels} channels`);
  return channels / taken;
}

/** Kernel O×H×W×I, I being the channels of one group. */
const conv2d: Rule = (o) => {
  const attributes = {
    auto_pad: autoPad(o),
    strides: [o.intOption(2), o.intOption(1)],
    dilations: [o.intOption(5, 1), o.intOption(4, 1)],
    group: groups(o, o.length(0, -1), o.length(1, -1)),
  };
  const weights = turned(o, 1, [0, 3, 1, 2]);
  const bias = o.optional(2);
  const sum = o.w.channelsFirst(o.input(0), (x) => o.emit('Conv', [x, weights, bias], attributes));
  return activated(o, sum, o.byteOption(3));
};

/** Kernel 1×H×W×(C·multiplier): channel c gives the channels c·multiplier … */
const depthwiseConv2d: Rule = (o) => {
  const [channels, results] = [o.length(0, -1), o.length(1, -1)];
  if (o.length(1, 0) !== 1 || results % channels !== 0) {
    o.unsupported(`has a kernel of [${o.dims(1).join(', ')}] for ${channels} channels`);
  }
  const attributes = {
    auto_pad: autoPad(o),
    strides: [o.intOption(2), o.intOption(1)],
    dilations: [o.intOption(6, 1), o.intOption(5, 1)],
    group: channels,
  };
  const weights = turned(o, 1, [3, 0, 1, 2]);
  const bias = o.optional(2);
  const sum = o.w.channelsFirst(o.input(0), (x) => o.emit('Conv', [x, weights, bias], attributes));
  return activated(o, sum, o.byteOption(4));
};

/** Padding of one axis, begin and end, and what is added behind: that of the convolution from the output to the input. */
function transposedPadding(same: boolean, input: number, output: number, kernel: number, stride: number) {
  const spanned = (input - 1) * stride + kernel;
  if (!same) return [0, 0, output - spanned] as const;
  const total = Math.max(spanned - output, 0);
  const begin = Math.floor(total / 2);
  return [begin, total - begin, Math.max(output - spanned, 0)] as const;
}

/** What is padded and added to come to the output's size; where that is open, it is that of a convolution the other way. */
function transposedWindows(o: Operation): Readonly<Record<string, AttributeValue>> {
  const strides = [o.intOption(2), o.intOption(1)] as const;
  const auto_pad = autoPad(o);
  const output = o.constant(0) ? o.ints(0) : o.outputDims();
  if (output.length !== 4) o.unsupported(`gives a value of ${output.length} axes`);
  if (output[1] == null || output[2] == null) return { strides, auto_pad };
  const padding = strides.map((stride, i) => {
    const [cells, kernel] = [o.length(2, i + 1), o.length(1, i + 1)];
    return transposedPadding(auto_pad === 'SAME_UPPER', cells, output[i + 1] as number, kernel, stride);
  });
  if (padding.some(([, , more]) => more < 0)) o.unsupported('gives fewer cells than its kernel covers');
  const pads = [...padding.map(([begin]) => begin), ...padding.map(([, end]) => end)];
  return { strides, pads, output_padding: padding.map(([, , more]) => more) };
}

/** Inputs: the output's shape, kernel O×H×W×I, the values, a bias. */
const transposeConv: Rule = (o) => {
  const attributes = transposedWindows(o);
  const weights = turned(o, 1, [3, 0, 1, 2]);
  const bias = o.optional(3);
  const sum = o.w.channelsFirst(o.input(2), (x) => o.emit('ConvTranspose', [x, weights, bias], attributes));
  return activated(o, sum, o.byteOption(3));
};

export const convolution: Readonly<Record<string, Rule>> = {
  CONV_2D: conv2d,
  DEPTHWISE_CONV_2D: depthwiseConv2d,
  TRANSPOSE_CONV: transposeConv,
};
