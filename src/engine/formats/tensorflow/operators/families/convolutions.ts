import type { AttributeValue } from '../../../../graph/ir/graph';
import type { Operation, Rules } from '../operation';

/** Strides, dilations and padding of windows. SAME depends on the size of the image and is made explicit when that is bound. */
export function windowAttributes(o: Operation, { dilated = true } = {}): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = { strides: o.spatial(o.list('strides'), 'strides') };
  const dilations = dilated ? o.spatial(o.list('dilations'), 'dilations') : [1, 1];
  if (dilations.some((dilation) => dilation !== 1)) attributes['dilations'] = dilations;
  const padding = o.text('padding');
  if (padding === 'SAME') return { ...attributes, auto_pad: 'SAME_UPPER' };
  if (padding === 'EXPLICIT') return { ...attributes, pads: explicitPads(o) };
  return padding === 'VALID' ? attributes : o.unsupported(`has the padding ${padding}`);
}

/** Begin and end of every axis in turn becomes all begins, then all ends, of height and width. */
function explicitPads(o: Operation): readonly number[] {
  const pads = o.list('explicit_paddings');
  if (pads.length !== 8) return o.fail(`has ${pads.length} explicit paddings`);
  const first = o.channelsLast ? 2 : 4;
  const others = pads.filter((_, i) => i < first || i >= first + 4);
  if (others.some((pad) => pad !== 0)) o.unsupported('pads batch or channels');
  const [top = 0, bottom = 0, left = 0, right = 0] = pads.slice(first, first + 4);
  return [top, left, bottom, right];
}

/** Filters of height × width × channels of a group × filters. */
const filtersFirst = [3, 2, 0, 1];

/** How often the channels of the filters go into those of the image. */
function groupsOf(o: Operation): number {
  const channels = o.dims(0)?.at(o.channelsLast ? -1 : 1);
  const own = o.dims(1)?.[2];
  if (!channels || !own || channels === own) return 1;
  return channels % own === 0 ? channels / own : o.fail(`has filters for ${own} channels, and images of ${channels}`);
}

export function convolution(o: Operation, output?: string): string {
  const attributes = { ...windowAttributes(o), group: groupsOf(o) };
  const weights = o.ordered(1, filtersFirst);
  return o.image(o.x(), (first, out) => o.w.emit('Conv', [first, weights], attributes, out), output);
}

/** Filters of height × width × channels × filters for each: a channel's filters stand next to each other. */
export function depthwiseConvolution(o: Operation, output?: string): string {
  const [height, width, channels, each] = o.dims(1) ?? [];
  if (!height || !width || !channels || !each) return o.unsupported('has filters of unknown size');
  const attributes = { ...windowAttributes(o), group: channels };
  const weights = o.ordered(1, filtersFirst, [height, width, 1, channels * each]);
  return o.image(o.x(), (first, out) => o.w.emit('Conv', [first, weights], attributes, out), output);
}

/** The gradient of a convolution by its input, which is what a transposed convolution is: (sizes, filters, images). */
function transposedConvolution(o: Operation): void {
  const attributes = { ...windowAttributes(o), group: 1 };
  const weights = o.ordered(1, filtersFirst);
  const places = o.channelsLast ? [1, 2] : [2, 3];
  const all = o.integers(0) ?? [];
  const wanted = (all.length === 2 ? all : places.map((axis) => all[axis] ?? null)) as readonly (number | null)[];
  const size = wanted.includes(null) ? usualSize(o) : { output_shape: wanted as readonly number[] };
  o.image(
    o.x(2),
    (first, out) => o.w.emit('ConvTranspose', [first, weights], { ...attributes, ...size }, out),
    o.out(),
  );
}

/** Sizes that are computed from those of the images: as long as the windows reach, and a whole stride for each. */
function usualSize(o: Operation): Record<string, AttributeValue> {
  if (o.text('padding') !== 'VALID') return {};
  const kernel = o.dims(1) ?? [];
  const strides = o.spatial(o.list('strides'), 'strides');
  return { output_padding: strides.map((stride, axis) => Math.max(stride - (kernel[axis] ?? stride), 0)) };
}

export function bias(o: Operation, value: string, index: number, output?: string): string {
  const own = o.x(index);
  const last = o.node.op === 'BiasAddV1' || o.channelsLast;
  const row = last ? own : o.w.emit('Unsqueeze', [own, o.w.ints(...channelAxes(o))]);
  return o.w.emit('Add', [value, row], {}, output);
}

/** Axes behind the channels. */
function channelAxes(o: Operation): number[] {
  const rank = o.rank() ?? 4;
  return Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => i + 1);
}

export const convolutions: Rules = {
  Conv2D: (o) => convolution(o, o.out()),
  DepthwiseConv2dNative: (o) => depthwiseConvolution(o, o.out()),
  Conv2DBackpropInput: transposedConvolution,
  BiasAdd: (o) => bias(o, o.x(), 1, o.out()),
  BiasAddV1: (o) => bias(o, o.x(), 1, o.out()),
};
